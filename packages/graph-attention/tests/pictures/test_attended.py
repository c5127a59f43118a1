"""Attention of a network is told in multiples of uniform, node by node and link by link."""

from dataclasses import replace

import numpy as np
import pytest

from analysis import EdgePattern
from graph_attention import MetabolicError


def test_uniform_attention_is_one_everywhere(toy_seen):
    uniform = np.broadcast_to(
        (1 / toy_seen.degree[toy_seen.edges[1]])[None, :, None], (2, toy_seen.edges.shape[1], 2)
    )
    seen = replace(toy_seen, weights={"layer1": uniform})
    np.testing.assert_allclose(seen.multiples(), 1.0)
    np.testing.assert_allclose(seen.links(), 1.0)
    np.testing.assert_allclose(seen.received(), 1.0)
    np.testing.assert_allclose(seen.entropy("layer1"), 1.0)


def test_what_is_received_and_how_sharply_is_what_analysis_says(toy_seen):
    weights = toy_seen.weights["layer1"]
    pattern = EdgePattern(toy_seen.edges, weights, toy_seen.graph.nodes, toy_seen.graph.nodes)
    np.testing.assert_allclose(
        toy_seen.entropy("layer1", 1), pattern.row_statistics()["normalised_entropy"][:, 1]
    )
    loops = weights[:, ~toy_seen.joins, 1][:, np.argsort(toy_seen.edges[0][~toy_seen.joins])]
    others = pattern.received()[:, 1] - loops
    uniform = np.zeros(toy_seen.graph.nodes)
    np.add.at(
        uniform, toy_seen.edges[0][toy_seen.joins], 1 / toy_seen.degree[toy_seen.edges[1]][toy_seen.joins]
    )
    np.testing.assert_allclose(toy_seen.received("layer1", 1) * uniform, others)


def test_a_link_is_the_mean_of_both_directions_in_any_order_of_edges(toy_seen):
    links = len(toy_seen.graph.edges)
    multiples = toy_seen.multiples("layer2", 0)
    expected = (multiples[:, :links] + multiples[:, links : 2 * links]) / 2
    np.testing.assert_allclose(toy_seen.links("layer2", 0), expected)
    order = np.random.default_rng(0).permutation(toy_seen.edges.shape[1])
    turned = replace(
        toy_seen,
        edges=toy_seen.edges[:, order],
        weights={name: each[:, order] for name, each in toy_seen.weights.items()},
    )
    np.testing.assert_allclose(turned.links("layer2", 0), expected)


def test_a_mean_is_over_layers_and_heads_that_are_not_named(toy_seen):
    every = np.stack([toy_seen.mean(layer, head) for layer in toy_seen.layers for head in range(2)])
    np.testing.assert_allclose(toy_seen.mean(), every.mean(0))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weights": {}}, "at least one layer"),
        ({"flux": np.zeros((2, 3))}, r"flux: expected the shape \(2, 10\), got \(2, 3\)"),
        ({"media": ("one",)}, "attention of layer1: expected the shape"),
        ({"shadow_price": np.zeros((2, 3))}, "shadow_price"),
    ],
)
def test_what_does_not_belong_together_is_named(toy_seen, changed, said):
    with pytest.raises(MetabolicError, match=said):
        replace(toy_seen, **changed)


def test_edges_of_another_network_are_refused(toy_seen):
    with pytest.raises(MetabolicError, match="among the 17 nodes"):
        replace(toy_seen, edges=toy_seen.edges + 1)
    turned = toy_seen.edges.copy()
    turned[:, 0] = [0, 1]
    with pytest.raises(MetabolicError, match="that no reaction joins"):
        replace(toy_seen, edges=turned).links()


def test_a_medium_that_is_not_there_is_named_with_those_that_are(toy_seen):
    with pytest.raises(MetabolicError, match="expected one of: sugar, acid"):
        toy_seen.medium("lactose")
