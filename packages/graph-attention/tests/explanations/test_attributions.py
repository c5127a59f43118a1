"""Attributions against products of dense matrices, and against walks counted one by one."""

from itertools import product

import pytest
import torch
from torch import nn

from attention_core import EdgeMap, SortedEdges
from graph_attention.errors import MetabolicError
from graph_attention.explanations.attributions import (
    gatt,
    gatt_edges,
    inflow,
    input_gradient,
    neighbours,
    rolled_out,
)

NODES, HEADS, LAYERS, BATCH = 6, 2, 3, 2
PAIRS = [(0, 3), (1, 3), (1, 4), (2, 4), (2, 5), (0, 5)]
EDGES = torch.tensor([*PAIRS, *((b, a) for a, b in PAIRS), *((n, n) for n in range(NODES))]).T


def made_up(layers=LAYERS):
    graph, maps = SortedEdges(EDGES, NODES), []
    for _ in range(layers):
        scores = torch.rand(BATCH, EDGES.shape[1], HEADS).double() + 0.05
        total = torch.zeros(BATCH, NODES, HEADS).double().index_add(1, EDGES[1], scores)
        maps.append(EdgeMap(scores / total[:, EDGES[1]], graph))
    return maps


@pytest.fixture
def maps():
    return made_up()


@pytest.fixture
def targets():
    return torch.tensor([0, 0, 0, 0.5, 0, 0.5]).double()


def walks(matrices, targets):
    """The weight of every edge in the computation trees, walk by walk from each target downwards."""
    found = torch.zeros(NODES, NODES).double()
    depth = len(matrices)
    for steps in range(1, depth + 1):
        for walk in product(range(NODES), repeat=steps + 1):
            weight = targets[walk[0]].clone()
            for step in range(steps):
                weight *= matrices[depth - 1 - step][walk[step], walk[step + 1]]
            found[walk[-2], walk[-1]] += weight
    return found


def test_an_edge_counts_as_often_as_walks_from_the_targets_end_with_it(maps, targets):
    shares = gatt_edges(maps, targets)
    for item in range(BATCH):
        expected = walks([each.dense()[item].mean(0) for each in maps], targets)
        torch.testing.assert_close(shares[item], expected[EDGES[1], EDGES[0]])


def test_the_edges_of_every_layer_hold_the_whole_of_the_targets(maps, targets):
    torch.testing.assert_close(
        gatt_edges(maps, targets).sum(-1), torch.full((BATCH,), float(LAYERS)).double()
    )


def test_a_node_counts_by_what_others_take_from_it(maps, targets):
    shares, found = gatt_edges(maps, targets), gatt(maps, targets)
    for node in range(NODES):
        others = (EDGES[0] == node) & (EDGES[1] != node)
        torch.testing.assert_close(found[:, node], shares[:, others].sum(-1))


def test_inflow_is_the_mean_of_what_is_received(maps):
    dense = torch.stack([each.dense() for each in maps])
    torch.testing.assert_close(inflow(maps), dense.sum(-2).mean((0, 2)))


def test_a_rollout_reads_the_product_of_the_layers_from_the_targets(maps, targets):
    whole = torch.eye(NODES).double()
    for each in maps:
        whole = (0.5 * torch.eye(NODES) + 0.5 * each.dense().mean(1)) @ whole
    torch.testing.assert_close(rolled_out(maps, targets), torch.einsum("n,bnm->bm", targets, whole))


class Squares(nn.Module):
    def forward(self, nodes, weight):
        return 0.5 * (nodes.square() * weight[:, None]).sum((1, 2))


def test_a_gradient_is_that_of_a_known_function_and_leaves_no_hook():
    nodes, layer = torch.randn(BATCH, NODES, 3), Squares()
    weight = torch.arange(NODES).float()
    with torch.no_grad():
        found = input_gradient(layer, lambda: layer(nodes, weight))
    torch.testing.assert_close(found, weight * nodes.norm(dim=-1))
    assert not layer._forward_pre_hooks


def test_a_gradient_around_the_layer_is_refused():
    with pytest.raises(MetabolicError, match="does not depend on what enters Squares"):
        input_gradient(Squares(), lambda: torch.ones(2, requires_grad=True))


def test_neighbours_leave_a_node_itself_out():
    assert neighbours(EDGES, NODES).tolist() == [2] * NODES


@pytest.mark.parametrize("attribute", [inflow, lambda maps: gatt(maps, torch.ones(NODES))])
def test_no_maps_are_refused(attribute):
    with pytest.raises(MetabolicError, match="no maps"):
        attribute([])


def test_maps_on_different_edges_are_refused(maps, targets):
    other = EdgeMap(maps[0].weights.flip(1), EDGES.flip(1), NODES)
    with pytest.raises(MetabolicError, match="different edges"):
        gatt_edges([*maps, other], targets)
