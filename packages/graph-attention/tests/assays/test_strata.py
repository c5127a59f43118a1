"""Stratified correlations against SciPy and analysis, and on planted scores that must be told apart."""

import numpy as np
import pytest
from scipy import stats

from analysis import outcome_correlation
from graph_attention.assays.strata import Strata, ranked

NODES = 400


@pytest.fixture
def nodes():
    rng = np.random.default_rng(1)
    degree = rng.integers(2, 8, NODES)
    pathway = rng.integers(0, 5, NODES)
    flux = degree + pathway + 3 * rng.random(NODES)
    return degree, pathway, flux


def correlated(score, truth, strata):
    return ranked(score[None, None].astype(float), truth[None].astype(float), strata)


def test_rho_is_that_of_scipy(nodes):
    rng, (degree, pathway, _) = np.random.default_rng(2), nodes
    scores, truth = (
        rng.integers(0, 30, (3, 4, NODES)).astype(float),
        rng.integers(0, 9, (3, NODES)).astype(float),
    )
    found = ranked(scores, truth, Strata.of(degree, pathway, permutations=19))
    for medium in range(3):
        for score in range(4):
            expected = stats.spearmanr(scores[medium, score], truth[medium]).statistic
            assert found.rho[medium, score] == pytest.approx(expected)


def test_an_order_moves_nodes_within_their_stratum_only_and_moves_all_of_them(nodes):
    degree, pathway, _ = nodes
    strata = Strata.of(degree, pathway, permutations=50)
    assert (degree[strata.orders] == degree).all()
    assert (pathway[strata.orders] == pathway).all()
    assert (np.sort(strata.orders) == np.arange(NODES)).all()
    moved = (strata.orders != np.arange(NODES)).mean(0)
    assert (moved > 0.5).all()


def test_a_node_like_no_other_stays_and_is_counted():
    strata = Strata.of([1, 1, 2, 3, 3, 3], ["a", "a", "a", "b", "b", "c"], permutations=99)
    assert strata.alone == 2
    assert (strata.orders[:, [2, 5]] == [2, 5]).all()


def test_what_follows_flux_is_told_from_what_knows_degree_or_nothing(nodes):
    degree, pathway, flux = nodes
    strata, rng = Strata.of(degree, pathway), np.random.default_rng(3)
    follows = correlated(flux + rng.normal(size=NODES), flux, strata)
    hubs = correlated(degree, flux, strata)
    blind = correlated(rng.random(NODES), flux, strata)
    assert follows.p[0, 0] == pytest.approx(0.001)
    assert hubs.rho[0, 0] > 0.5
    assert hubs.p[0, 0] == 1.0
    assert hubs.expected[0, 0] == pytest.approx(hubs.rho[0, 0])
    assert blind.p[0, 0] > 0.05
    free = correlated(degree, flux, Strata.of(np.zeros(NODES)))
    assert free.p[0, 0] == pytest.approx(0.001)


def test_p_is_uniform_where_nothing_but_the_strata_is_shared(nodes):
    degree, pathway, _ = nodes
    rng, strata = np.random.default_rng(4), Strata.of(degree, pathway, permutations=99)
    shared = degree + pathway
    scores = shared + rng.normal(size=(300, 1, NODES))
    found = ranked(scores, shared + rng.normal(size=(300, NODES)), strata)
    assert stats.kstest(found.p[:, 0], "uniform").pvalue > 0.01
    assert found.rho.mean() > 0.5


def test_its_p_agrees_with_the_correlation_of_outcomes_within_strata(nodes):
    degree, pathway, flux = nodes
    score = flux + 12 * np.random.default_rng(6).normal(size=NODES)
    strata = Strata.of(degree, pathway)
    ours = correlated(score, flux, strata)
    theirs = outcome_correlation(score, flux, within=strata.labels, permutations=500)
    assert theirs.null is not None
    assert ours.p[0, 0] == pytest.approx(theirs.null.p / 2, abs=0.05)


def test_a_constant_has_no_correlation(nodes):
    degree, pathway, flux = nodes
    found = correlated(np.ones(NODES), flux, Strata.of(degree, pathway, permutations=9))
    assert np.isnan(found.rho).all()
    assert np.isnan(found.p).all()
