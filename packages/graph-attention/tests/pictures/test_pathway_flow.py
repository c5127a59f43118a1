"""Attention from pathway to pathway is counted over shared metabolites and held against dealt-out weights."""

import numpy as np
import pytest

from graph_attention.pictures.pathway_flow import pathway_flow
from graph_attention.pictures.short_names import LONGEST, short_names


def by_hand(seen, weights):
    """Two steps, one reaction, metabolite and reaction at a time."""
    graph = seen.graph
    metabolites, reactions = graph.stoichiometry.shape
    weight = {(int(q), int(k)): w for (k, q), w in zip(seen.edges.T, weights, strict=True)}
    found = np.zeros((len(graph.subsystems),) * 2)
    for r in range(reactions):
        for m in range(metabolites):
            for other in range(reactions):
                if other != r:
                    through = weight.get((metabolites + r, m), 0.0) * weight.get(
                        (m, metabolites + other), 0.0
                    )
                    found[graph.pathway[r], graph.pathway[other]] += through
    return found / np.bincount(graph.pathway)[:, None]


def test_flow_is_the_sum_over_both_steps(toy_seen):
    weights = toy_seen.mean()[0]
    np.testing.assert_allclose(
        pathway_flow(toy_seen.graph, toy_seen.edges, weights, draws=3).flow, by_hand(toy_seen, weights)
    )


def test_uniform_attention_is_what_is_expected(toy_seen):
    uniform = 1 / toy_seen.degree[toy_seen.edges[1]]
    found = pathway_flow(toy_seen.graph, toy_seen.edges, uniform, draws=20)
    np.testing.assert_allclose(found.ratio[np.isfinite(found.ratio)], 1.0)
    assert not found.significant.any()


def test_attention_within_pathways_stands_out_and_drawn_attention_does_not(ijo1366, toy_seen):
    small = ijo1366.keep_reactions(np.arange(300, 700), "a part")
    edges = np.asarray(_edges(small))
    metabolites = small.stoichiometry.shape[0]
    rng = np.random.default_rng(0)
    scores = rng.normal(size=edges.shape[1])
    favoured = int(np.bincount(small.pathway).argmax())
    planted = scores + 3.0 * (
        (edges[0] >= metabolites) & (small.pathway[np.maximum(edges[0] - metabolites, 0)] == favoured)
    )
    for given, stands_out in ((scores, False), (planted, True)):
        weights = np.exp(given)
        weights /= np.bincount(edges[1], weights)[edges[1]]
        found = pathway_flow(small, edges, weights, draws=99)
        assert found.significant[:, favoured].any() == stands_out
        others = np.delete(found.significant, favoured, axis=1)
        assert stands_out or not others.any()


def test_the_null_holds_the_chance_of_any_false_alarm(toy_seen):
    rng, alarms = np.random.default_rng(1), 0
    for seed in range(60):
        weights = np.exp(rng.normal(size=toy_seen.edges.shape[1]))
        weights /= np.bincount(toy_seen.edges[1], weights)[toy_seen.edges[1]]
        alarms += bool(
            pathway_flow(toy_seen.graph, toy_seen.edges, weights, draws=39, seed=seed).significant.any()
        )
    assert alarms <= 9  # of 60 at 5 %: P(more than 9) is below 0.002


def test_the_same_seed_gives_the_same_numbers(toy_seen):
    first, again = (
        pathway_flow(toy_seen.graph, toy_seen.edges, toy_seen.mean()[0], draws=9, seed=4) for _ in range(2)
    )
    np.testing.assert_array_equal(first.p, again.p)


def test_names_of_pathways_stay_apart_when_shortened(ijo1366):
    names = short_names(ijo1366.subsystems)
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= LONGEST


def _edges(graph):
    metabolites = graph.stoichiometry.shape[0]
    m, r = graph.edges.metabolite, graph.edges.reaction + metabolites
    loops = np.arange(graph.nodes)
    return np.array([np.r_[m, r, loops], np.r_[r, m, loops]])


@pytest.fixture(autouse=True)
def _quiet():
    with np.errstate(all="raise", under="ignore"):
        yield
