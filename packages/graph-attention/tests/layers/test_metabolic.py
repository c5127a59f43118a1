import pytest
import torch

from attention_core.testing import assert_attention_contract
from graph_attention.configuration import ModelConfig
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.encodings import EdgeBias, EdgeKinds, Pathways, Stoichiometry
from graph_attention.layers.metabolic import MetabolicMultiHeadAttention
from graph_attention.layers.projections import KindEmbedding, KindProjection, SharedProjection
from graph_attention.model.factory import layer_of

DIM = 16
PROJECTIONS = [SharedProjection, KindProjection, KindEmbedding]


def test_it_has_eight_heads_and_the_ids_of_the_network(core_edges):
    _, attention = MetabolicMultiHeadAttention(DIM)(torch.randn(core_edges.nodes, DIM), core_edges)
    assert attention.shape[0] == 8
    assert attention.key_labels == core_edges.node_ids


def test_a_pair_that_is_no_edge_has_no_weight_whatever_the_stoichiometry(core_edges):
    layer = MetabolicMultiHeadAttention(DIM)
    layer.attention.bias.slopes.weight.data.mul_(10)
    dense = layer(torch.randn(core_edges.nodes, DIM), core_edges).attention.dense()
    joined = torch.zeros(core_edges.nodes, core_edges.nodes, dtype=torch.bool)
    key, query = core_edges.edges.edges
    joined[query, key] = True
    assert (dense[:, ~joined] == 0).all()
    torch.testing.assert_close(dense.sum(-1), torch.ones(8, core_edges.nodes))


def test_a_slope_of_one_on_the_logarithm_multiplies_a_weight_by_its_coefficient(toy, toy_edges):
    bias = EdgeBias(4, Stoichiometry())
    layer, nodes = MetabolicMultiHeadAttention(DIM, 4, bias=bias), torch.randn(toy_edges.nodes, DIM)
    key, query = toy_edges.edges.edges
    acid = toy_edges.node_ids.index("acid_c")
    by = {"plain": torch.zeros(4, 3), "weighted": torch.tensor([0.0, 1.0, 0.0]).expand(4, 3)}
    shares = {}
    for name, slopes in by.items():
        bias.slopes.weight.data = slopes.clone()
        weights = layer(nodes, toy_edges).attention.weights
        two, one = (
            weights[(query == acid) & (key == toy_edges.node_ids.index(other))] for other in ("SPLIT", "SKIP")
        )
        shares[name] = two / one
    torch.testing.assert_close(shares["weighted"], 2 * shares["plain"])
    assert toy.stoichiometry[toy.metabolite_index["acid_c"], toy.reaction_index["SPLIT"]] == 2


@pytest.mark.parametrize("project", PROJECTIONS)
def test_kinds_of_nodes_are_told_apart_where_the_projection_knows_them(project, toy_edges):
    layer = project(DIM, True)
    node = torch.randn(1, DIM).expand(toy_edges.nodes, DIM)
    found = layer(node, toy_edges.metabolites)
    metabolite, reaction = found[0], found[-1]
    assert torch.equal(metabolite, reaction) == (project is SharedProjection)
    torch.testing.assert_close(found[: toy_edges.metabolites], metabolite.expand(toy_edges.metabolites, DIM))


def test_an_embedding_of_kinds_is_added_before_the_projection(toy_edges):
    layer, nodes = KindEmbedding(DIM, False), torch.randn(toy_edges.nodes, DIM)
    added = torch.cat([layer.kinds.weight[:1].expand(7, -1), layer.kinds.weight[1:].expand(10, -1)])
    torch.testing.assert_close(layer(nodes, 7), layer.every(nodes + added))


@pytest.mark.parametrize("project", PROJECTIONS)
def test_no_parameter_is_idle(project, toy_edges, idle_parameters):
    layer = MetabolicMultiHeadAttention(DIM, project=project).double()
    nodes = torch.randn(2, toy_edges.nodes, DIM, dtype=torch.float64)
    assert idle_parameters(layer, lambda: layer(nodes, toy_edges).values) == []


def test_the_contract_is_kept(as_network_layer):
    module = MetabolicMultiHeadAttention(DIM, 2, hidden=8)
    layer = as_network_layer(lambda nodes, edges, mask: module.to(nodes.dtype)(nodes, edges, mask=mask))
    assert_attention_contract(layer, query_dim=DIM, key_dim=DIM)


def test_weights_follow_their_nodes_when_a_network_is_doubled(toy):
    layer, nodes = MetabolicMultiHeadAttention(DIM), torch.randn(toy.nodes, DIM)
    edges = AttentionEdges.of(toy)
    alone = layer(nodes, edges)
    metabolites, reactions = nodes.split(list(toy.stoichiometry.shape))
    twice = AttentionEdges.of(toy.replicate(2))
    both = layer(torch.cat([metabolites, metabolites, reactions, reactions]), twice)
    torch.testing.assert_close(both.values[:7], alone.values[:7])
    torch.testing.assert_close(both.values[-10:], alone.values[7:])
    torch.testing.assert_close(both.attention.entropy().sum(), 2 * alone.attention.entropy().sum())


@pytest.mark.parametrize("unknown", ["stoichiometry", "node_kinds"])
def test_trained_models_attend_so_where_they_know_stoichiometry_and_kinds_of_nodes(unknown):
    told = layer_of(ModelConfig(dim=16, heads=2), ("TCA",))
    assert isinstance(told, MetabolicMultiHeadAttention)
    assert {type(each) for each in told.attention.bias.encoding.encodings} == {
        Stoichiometry,
        EdgeKinds,
        Pathways,
    }
    less = layer_of(ModelConfig(dim=16, heads=2, **{unknown: False}), ("TCA",))
    assert not isinstance(less, MetabolicMultiHeadAttention)
