import numpy as np
import pytest
import torch

from attention_core import Attended, SortedEdges
from attention_core.testing import assert_attention_contract
from graph_attention import MetabolicError
from graph_attention.layers.flux_split import FluxSplitAttention, FluxSplitEdges, SideAttention, SideEdges

DIM = 8


@pytest.fixture(scope="module")
def core_sides(e_coli_core):
    return FluxSplitEdges.of(e_coli_core)


def test_the_shares_of_a_metabolite_sum_to_one_over_its_producers(core_sides, e_coli_core):
    layer, nodes = FluxSplitAttention(DIM), torch.randn(2, e_coli_core.nodes, DIM)
    matrix, lower = e_coli_core.stoichiometry.toarray(), e_coli_core.lower.copy()
    lower[e_coli_core.exchanges] = -1
    forward, backward = e_coli_core.upper > 0, lower < 0
    sides = {
        "producers": ((matrix > 0) & forward) | ((matrix < 0) & backward),
        "consumers": ((matrix < 0) & forward) | ((matrix > 0) & backward),
    }
    for found, expected in zip(layer(nodes, core_sides), sides.values(), strict=True):
        dense = found.attention.dense()
        np.testing.assert_array_equal((dense > 0).numpy(), np.broadcast_to(expected, dense.shape))
        some = torch.from_numpy(expected.any(1)).float()
        torch.testing.assert_close(dense.sum(-1), some.expand(2, 1, -1))


def test_a_map_is_labelled_with_metabolites_and_reactions(core_sides, e_coli_core):
    for found in FluxSplitAttention(DIM)(torch.randn(e_coli_core.nodes, DIM), core_sides):
        assert list(found.attention.query_labels) == e_coli_core.metabolites["id"].to_list()
        assert list(found.attention.key_labels) == e_coli_core.reactions["id"].to_list()


def test_with_the_flux_as_its_scores_it_is_the_split_of_flux(core_sides, e_coli_core):
    flux = np.random.default_rng(0).uniform(0.1, 10, e_coli_core.stoichiometry.shape[1])
    layer = SideAttention(DIM).double()
    torch.nn.init.zeros_(layer.key.weight)
    nodes = torch.randn(e_coli_core.nodes, DIM, dtype=torch.float64)
    sides = nodes.split(list(e_coli_core.stoichiometry.shape))
    side = core_sides.producers
    bias = torch.from_numpy(flux).log()[side.edges.edges[0]].unsqueeze(-1)
    found = layer(*sides, side, bias=bias).attention.detach()
    made = np.zeros(e_coli_core.stoichiometry.shape)
    reaction, metabolite = side.edges.edges.numpy()
    size = np.abs(e_coli_core.stoichiometry.toarray())
    made[metabolite, reaction] = (size * flux)[metabolite, reaction]
    expected = made / np.where(made.sum(1), made.sum(1), 1)[:, None]
    np.testing.assert_allclose(found.dense()[0], expected, rtol=1e-12, atol=1e-15)


def test_the_fractions_of_a_flux_are_learned(toy):
    edges, random = FluxSplitEdges.of(toy), torch.Generator().manual_seed(0)
    layer, nodes = FluxSplitAttention(DIM), torch.randn(toy.nodes, DIM, generator=random)
    target = torch.rand(len(edges.producers), generator=random)
    metabolite = edges.producers.edges.edges[1]
    target = target / torch.zeros(7).index_add(0, metabolite, target)[metabolite]
    optimiser = torch.optim.Adam(layer.parameters(), 0.05)
    for _ in range(120):
        weights = layer(nodes, edges).producers.attention.weights.squeeze(-1)
        loss = -(target * weights.log()).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    torch.testing.assert_close(weights, target, atol=0.02, rtol=0)


def test_a_metabolite_that_nothing_makes_gathers_nothing(toy):
    edges = FluxSplitEdges.of(toy)
    producers, consumers = FluxSplitAttention(DIM)(torch.randn(toy.nodes, DIM), edges)
    waste = toy.metabolite_index["waste_c"]
    assert producers.attention.dense()[0, waste].sum() == 1
    assert (consumers.values[waste] == 0).all()
    assert not consumers.attention.attending()[0, waste]


def test_a_medium_closes_an_exchange_by_a_mask(toy):
    edges, layer, nodes = FluxSplitEdges.of(toy), FluxSplitAttention(DIM), torch.randn(3, toy.nodes, DIM)
    acid, exchange = toy.metabolite_index["acid_e"], toy.reaction_index["EX_acid"]
    reaction = edges.producers.edges.edges[0]
    open_in = torch.tensor([True, False, True])
    mask = ((reaction != exchange) | open_in.unsqueeze(-1)).unsqueeze(-1)
    found = layer(nodes, edges, masks=(mask, None)).producers.attention.dense()
    assert torch.equal(found[:, 0, acid, exchange] > 0, open_in)
    torch.testing.assert_close(found[:, 0, acid].sum(-1), torch.ones(3))


@pytest.mark.parametrize("by", ["mask", "bias"])
def test_a_reaction_whose_pairs_are_all_closed_may_hold_anything(by, toy):
    layer, side = SideAttention(DIM), FluxSplitEdges.of(toy).producers
    metabolites, reactions = torch.randn(7, DIM), torch.randn(10, DIM)
    open_pairs = side.edges.edges[0] != 5
    closed = {"mask": open_pairs} if by == "mask" else {"bias": torch.where(open_pairs, 0.0, -torch.inf)}
    found = []
    for content in (1.0, float("nan")):
        layer.zero_grad()
        values, attention = layer(
            metabolites, reactions.index_fill(0, torch.tensor(5), content), side, **closed
        )
        values.sum().backward()
        found.append(
            [values, attention.weights, layer.query.weight.grad.clone(), layer.key.weight.grad.clone()]
        )
    for got, expected in zip(*found, strict=True):
        assert torch.equal(got, expected)


def test_no_parameter_is_idle_in_the_maps_alone_nor_in_the_values_alone(toy, idle_parameters):
    edges = FluxSplitEdges.of(toy)
    layer, nodes = FluxSplitAttention(DIM).double(), torch.randn(toy.nodes, DIM).double()

    def values():
        return torch.cat([side.values for side in layer(nodes, edges)])

    def shares():
        return torch.cat([side.attention.weights for side in layer(nodes, edges)])

    assert idle_parameters(layer, values) == []
    idle = idle_parameters(layer, shares)
    assert idle == []


def test_the_contract_is_kept_on_all_pairs():
    module = SideAttention(DIM)

    def layer(query, key, mask) -> Attended:
        queries, keys = query.shape[1], key.shape[1]
        pairs = torch.cartesian_prod(torch.arange(queries), torch.arange(keys)).mT.flip(0)
        side = SideEdges(SortedEdges(pairs, queries, keys), torch.full((queries * keys,), 2.0))
        mask = None if mask is None else mask.flatten(1).unsqueeze(-1)
        return module.to(query.dtype)(query, key, side, mask=mask)

    assert_attention_contract(layer)


def test_nodes_that_are_not_those_of_the_network_are_refused(toy):
    with pytest.raises(
        MetabolicError, match=r"expected nodes \[\*batch, 17, 8\] for 7 metabolites.*got \[16, 8\]"
    ):
        FluxSplitAttention(DIM)(torch.randn(16, DIM), FluxSplitEdges.of(toy))
