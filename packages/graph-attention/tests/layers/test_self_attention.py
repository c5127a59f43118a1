import copy
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional as F
from torch_geometric.nn import TransformerConv

from attention_core.testing import assert_attention_contract
from graph_attention import MetabolicError
from graph_attention.layers.edge_heads import EdgeHeads
from graph_attention.layers.encodings import EdgeBias, EdgeKinds, Encodings, Pathways, Stoichiometry
from graph_attention.layers.projections import KindEmbedding, KindProjection, SharedProjection
from graph_attention.layers.self_attention import SelfAttention

DIM = 16
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


def with_everything(edges, project=SharedProjection, **options):
    """A layer that uses every encoding as a feature and as a bias."""
    features = Encodings(Stoichiometry(), EdgeKinds(), Pathways(edges.pathways))
    bias = EdgeBias(4, Stoichiometry(), EdgeKinds(), Pathways(edges.pathways))
    return SelfAttention(DIM, 4, project=project, features=features, bias=bias, hidden=8, **options)


def test_heads_are_pygs_transformer_convolution(core_edges):
    ours = EdgeHeads(DIM, 8, features=Stoichiometry())
    theirs = TransformerConv(DIM, DIM // 8, 8, edge_dim=3, root_weight=False)
    for name in ("query", "key", "value"):
        linear, own = getattr(theirs, f"lin_{name}"), getattr(ours, name).every
        linear.weight.data = own.weight.data
        if own.bias is not None:
            linear.bias.data = own.bias.data
    theirs.lin_edge.weight.data = ours.edge.weight.data
    nodes = torch.randn(core_edges.nodes, DIM, requires_grad=True)
    expected, (_, weights) = theirs(
        nodes, core_edges.edges.edges, core_edges.stoichiometry, return_attention_weights=True
    )
    values, attention = ours(nodes, core_edges)
    torch.testing.assert_close(values, expected, **TOLERANCE)
    torch.testing.assert_close(attention.weights, weights, **TOLERANCE)
    (found,) = torch.autograd.grad(values.sin().sum(), nodes)
    (by_theirs,) = torch.autograd.grad(expected.sin().sum(), nodes)
    torch.testing.assert_close(found, by_theirs, **TOLERANCE)


def test_heads_are_dense_attention_in_which_what_is_no_edge_is_masked(core_edges):
    heads = EdgeHeads(DIM, 8, bias=EdgeBias(8, Stoichiometry(), EdgeKinds()))
    nodes, count = torch.randn(2, core_edges.nodes, DIM), core_edges.nodes
    values, attention = heads(nodes, core_edges)
    key, query = core_edges.edges.edges
    scores = torch.full((8, count, count), -torch.inf)
    scores[:, query, key] = heads.bias(core_edges).mT
    parts = (
        project.every(nodes).view(2, count, 8, -1).transpose(1, 2)
        for project in (heads.query, heads.key, heads.value)
    )
    expected = F.scaled_dot_product_attention(*parts, attn_mask=scores).transpose(1, 2).flatten(-2)
    torch.testing.assert_close(values, expected, **TOLERANCE)
    dense = attention.dense()
    joined = torch.zeros(count, count, dtype=torch.bool)
    joined[query, key] = True
    assert (dense[..., ~joined] == 0).all()
    torch.testing.assert_close(dense.sum(-1), torch.ones(2, 8, count))


def test_a_layer_is_its_formula(core_edges):
    layer = with_everything(core_edges)
    nodes = torch.randn(core_edges.nodes, DIM)
    values, attention = layer(nodes, core_edges)
    found = layer.attention(layer.norm(nodes), core_edges)
    residual = nodes + layer.out(found.values)
    torch.testing.assert_close(values, residual + layer.feed_forward(residual))
    assert torch.equal(attention.weights, found.attention.weights)


def test_the_map_knows_metabolites_and_reactions_by_id(core_edges, e_coli_core):
    _, attention = SelfAttention(DIM)(torch.randn(core_edges.nodes, DIM), core_edges)
    assert attention.shape == (8, e_coli_core.nodes, e_coli_core.nodes)
    assert attention.query_labels == attention.key_labels == e_coli_core.node_ids == core_edges.node_ids


@pytest.mark.parametrize("project", [SharedProjection, KindEmbedding])
def test_the_contract_is_kept(project, as_network_layer):
    module = with_everything(SimpleNamespace(pathways=("one", "two")), project)
    layer = as_network_layer(lambda nodes, edges, mask: module.to(nodes.dtype)(nodes, edges, mask=mask))
    assert_attention_contract(layer, query_dim=DIM, key_dim=DIM)


@pytest.mark.parametrize("project", [SharedProjection, KindProjection, KindEmbedding])
def test_no_parameter_is_idle(project, toy_edges, idle_parameters):
    layer = with_everything(toy_edges, project).double()
    nodes = torch.randn(2, toy_edges.nodes, DIM, dtype=torch.float64)
    assert idle_parameters(layer, lambda: layer(nodes, toy_edges).values) == []


def test_a_batch_shares_one_list_of_edges(core_edges):
    layer, nodes = with_everything(core_edges), torch.randn(2, 3, core_edges.nodes, DIM)
    mask = torch.rand(2, 1, len(core_edges), 1) < 0.8
    values, attention = layer(nodes, core_edges, mask=mask)
    assert attention.shape == (2, 3, 4, core_edges.nodes, core_edges.nodes)
    alone = layer(nodes[1, 2], core_edges, mask=mask[1, 0])
    torch.testing.assert_close(values[1, 2], alone.values)
    torch.testing.assert_close(attention.weights[1, 2], alone.attention.weights)


def test_a_node_attends_to_what_the_mask_leaves(toy_edges):
    layer, nodes = SelfAttention(DIM, 4), torch.randn(toy_edges.nodes, DIM)
    key, query = toy_edges.edges.edges
    sugar = toy_edges.node_ids.index("sugar_c")
    mask = ~((query == sugar) & (key == toy_edges.node_ids.index("SPLIT")))
    _, attention = layer(nodes, toy_edges, mask=mask)
    whole = layer(nodes, toy_edges).attention
    assert (attention.weights[~mask] == 0).all()
    torch.testing.assert_close(attention.weights[query != sugar], whole.weights[query != sugar])
    left = whole.weights[mask & (query == sugar)]
    torch.testing.assert_close(attention.weights[mask & (query == sugar)], left / left.sum(0))


def test_a_node_without_edges_may_hold_anything(toy_edges):
    layer, nodes = with_everything(toy_edges), torch.randn(toy_edges.nodes, DIM)
    mask = (toy_edges.edges.edges != 3).all(0)
    clean = nodes.index_fill(0, torch.tensor(3), 0.0)
    found = []
    for content in (0.0, float("nan")):
        layer.zero_grad()
        values = layer(nodes.index_fill(0, torch.tensor(3), content), toy_edges, mask=mask).values
        values.sum().backward()
        found.append([values, *(parameter.grad.clone() for parameter in layer.parameters())])
    for got, expected in zip(*found, strict=True):
        assert torch.equal(got, expected)
    assert torch.equal(found[0][0], layer(clean, toy_edges, mask=mask).values)


def test_dropout_thins_the_values_and_leaves_the_map(toy_edges):
    layer = with_everything(toy_edges, dropout=0.5)
    nodes = torch.randn(toy_edges.nodes, DIM)
    trained = layer(nodes, toy_edges)
    evaluated = layer.eval()(nodes, toy_edges)
    assert not torch.allclose(trained.values, evaluated.values)
    torch.testing.assert_close(trained.attention.weights, evaluated.attention.weights)


def test_another_network_takes_the_same_parameters(core_edges, toy_edges):
    names = sorted({*core_edges.pathways, *toy_edges.pathways})
    layer = SelfAttention(DIM, 4, features=Encodings(Stoichiometry(), Pathways(names)))
    for edges in (core_edges, toy_edges):
        assert layer(torch.randn(edges.nodes, DIM), edges).values.shape == (edges.nodes, DIM)


def test_seeds_give_the_same_layer(toy_edges):
    nodes = torch.randn(toy_edges.nodes, DIM)
    found = []
    for _ in range(2):
        torch.manual_seed(3)
        found.append(with_everything(toy_edges)(nodes, toy_edges).values)
    assert torch.equal(*found)


def test_a_copy_of_a_layer_answers_alike(toy_edges):
    layer, nodes = with_everything(toy_edges), torch.randn(toy_edges.nodes, DIM)
    assert torch.equal(copy.deepcopy(layer)(nodes, toy_edges).values, layer(nodes, toy_edges).values)


@pytest.mark.parametrize("shape", [(5, DIM), (17, DIM + 1)])
def test_nodes_that_are_not_those_of_the_edges_are_refused(shape, toy_edges):
    with pytest.raises(MetabolicError, match=r"expected nodes \[\*batch, 17, 16\]"):
        SelfAttention(DIM, 4)(torch.randn(shape), toy_edges)


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(MetabolicError, match="7 heads divide; got 16"):
        SelfAttention(DIM, 7)
