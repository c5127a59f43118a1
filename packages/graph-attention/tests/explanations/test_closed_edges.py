"""Edges that are closed by attention, or at random among those of the same node."""

import pytest
import torch
from torch import nn

from attention_core import EdgeMap
from graph_attention.errors import MetabolicError
from graph_attention.explanations.closed_edges import (
    WHICH,
    attention_layers,
    chosen_edges,
    edges_closed,
    rank_by_query,
)
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.self_attention import SelfAttention

BATCH, DIM = 3, 8


@pytest.fixture
def edges(toy):
    return AttentionEdges.of(toy)


@pytest.fixture
def layers():
    return nn.ModuleList([SelfAttention(DIM, 2) for _ in range(2)]).eval()


@pytest.fixture
def attention(layers, edges):
    return layers[0](torch.randn(BATCH, edges.nodes, DIM), edges).attention


def neighbours_left(allowed, attention):
    key, query = attention.edges
    left = torch.zeros(*allowed.shape[:-1], attention.shape[-2])
    return left.index_add(-1, query, (allowed & (key != query)).float())


def test_ranks_count_the_heavier_edges_of_the_same_query(attention):
    weight = attention.weights.mean(-1)
    ranks, query = rank_by_query(weight, attention.graph), attention.edges[1]
    for item in range(BATCH):
        for edge in range(len(query)):
            same = query == query[edge]
            assert ranks[item, edge] == (weight[item, same] > weight[item, edge]).sum()


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
@pytest.mark.parametrize("which", WHICH)
def test_every_node_loses_the_same_share_of_its_neighbours_and_none_its_own_edge(attention, which, share):
    allowed = chosen_edges(attention, which, share)
    key, query = attention.edges
    degree = query[key != query].bincount(minlength=attention.shape[-2])
    count = (share * degree).round()
    expected = count if which.startswith("keep") else degree - count
    assert (neighbours_left(allowed, attention) == expected).all()
    assert allowed[:, key == query].all()


def test_the_top_edges_hold_at_least_as_much_attention_as_any_others_of_the_same_nodes(attention):
    weight = attention.weights.mean(-1)
    lost = (weight * ~chosen_edges(attention, "top", 0.5)).sum(-1)
    for seed in range(20):
        assert (lost >= (weight * ~chosen_edges(attention, "random", 0.5, seed=seed)).sum(-1) - 1e-6).all()


def test_deleting_and_keeping_the_same_share_divides_the_neighbours(attention):
    key, query = attention.edges
    both = chosen_edges(attention, "top", 0.5) ^ chosen_edges(attention, "keep", 0.5)
    assert both[:, key != query].all()


def test_a_draw_is_the_same_for_a_seed_and_another_for_another(attention):
    one, again, other = (chosen_edges(attention, "random", 0.5, seed=seed) for seed in (0, 0, 1))
    assert (one == again).all()
    assert (one != other).any()


def test_closed_edges_have_no_weight_in_any_head_and_open_again(layers, edges):
    nodes = torch.randn(BATCH, edges.nodes, DIM)
    intact = layers[0](nodes, edges).attention
    allowed = [chosen_edges(intact, "top", 0.5), torch.ones(BATCH, len(edges), dtype=torch.bool)]
    with edges_closed(list(layers), allowed):
        closed, whole = (layer(nodes, edges).attention for layer in layers)
    assert (closed.weights[~allowed[0]] == 0).all()
    assert (closed.weights[allowed[0]] > 0).all()
    torch.testing.assert_close(whole.weights, layers[1](nodes, edges).attention.weights)
    torch.testing.assert_close(layers[0](nodes, edges).attention.weights, intact.weights)


def test_a_mask_of_the_model_itself_stays(layers, edges):
    nodes = torch.randn(BATCH, edges.nodes, DIM)
    own = torch.rand(len(edges)) < 0.7
    with edges_closed([layers[0]], [torch.ones(BATCH, len(edges), dtype=torch.bool)]):
        found = layers[0](nodes, edges, mask=own).attention
    assert (found.weights[:, ~own] == 0).all()


def test_layers_are_found_and_counted(layers, attention):
    assert attention_layers(nn.Sequential(nn.Linear(2, 2), layers)) == list(layers)
    with pytest.raises(MetabolicError, match="no attention"):
        attention_layers(nn.Linear(2, 2))
    one = [chosen_edges(attention, "top", 0.5)]
    with pytest.raises(MetabolicError, match="each of 2 layers, got 1"), edges_closed(list(layers), one):
        pass


def test_a_share_of_more_than_all_is_refused(attention: EdgeMap):
    with pytest.raises(MetabolicError, match="from 0 to 1"):
        chosen_edges(attention, "top", 1.5)
