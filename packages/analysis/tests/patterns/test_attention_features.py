from itertools import permutations

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from analysis import AnalysisError
from analysis.patterns.attention_features import feature_correlations, mantel, profile_similarity

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("method", "scipy"), [("pearson", stats.pearsonr), ("spearman", stats.spearmanr)])
def test_correlations_are_scipys(method, scipy):
    values, feature = RNG.normal(size=40), RNG.normal(size=40)
    (ours,) = feature_correlations(values, {"size": feature}, method, permutations=200)
    assert ours.estimate.value == pytest.approx(scipy(values, feature).statistic)
    if method == "pearson":
        interval = stats.pearsonr(values, feature).confidence_interval()
        assert (ours.estimate.low, ours.estimate.high) == pytest.approx((interval.low, interval.high))
    assert ours.verdict == "no detectable difference"


def test_a_feature_that_attention_follows_is_found_among_others():
    features = {f"noise {i}": RNG.normal(size=60) for i in range(5)}
    features["flux"] = RNG.normal(size=60)
    values = features["flux"] + 0.5 * RNG.normal(size=60)
    found = {each.feature: each.verdict for each in feature_correlations(values, features)}
    assert found.pop("flux") == "rises with it"
    assert set(found.values()) == {"no detectable difference"}


def test_a_constant_feature_says_why_it_has_none():
    (found,) = feature_correlations(RNG.normal(size=10), {"kind": np.ones(10)})
    assert found.verdict == "not estimable: kind is the same for all tokens"
    with pytest.raises(AnalysisError, match="flux: 1 of 10 numbers are not finite"):
        feature_correlations(RNG.normal(size=10), {"flux": np.array([np.nan] * 1 + [1.0] * 9)})
    with pytest.raises(AnalysisError, match=r"expected one per token \(10\), got 9"):
        feature_correlations(RNG.normal(size=10), {"flux": np.ones(9)})


def symmetric(tokens):
    made = RNG.normal(size=(tokens, tokens))
    return made + made.T


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_mantel_counts_all_orders_of_few_tokens(method):
    first, second = symmetric(5), symmetric(5)
    above = np.triu_indices(5, 1)
    scipy = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[method]
    draws = [
        scipy(first[above], second[np.ix_(order, order)][above]).statistic for order in permutations(range(5))
    ]
    ours = mantel(first, second, method)
    assert ours.value == pytest.approx(draws[0])
    greater, less = np.mean(np.array(draws) >= draws[0] - 1e-12), np.mean(np.array(draws) <= draws[0] + 1e-12)
    assert ours.null.p == pytest.approx(min(1, 2 * min(greater, less)))
    assert ours.null.draws == 120


def test_mantels_interval_is_the_jackknife_over_tokens():
    first, second = symmetric(9), symmetric(9)
    above, inner = np.triu_indices(9, 1), np.triu_indices(8, 1)
    value = np.corrcoef(first[above], second[above])[0, 1]
    without = []
    for token in range(9):
        one, two = (np.delete(np.delete(each, token, 0), token, 1)[inner] for each in (first, second))
        without.append(np.corrcoef(one, two)[0, 1])
    half = stats.t.ppf(0.975, 8) * np.std(9 * value - 8 * np.array(without), ddof=1) / 3
    ours = mantel(first, second, "pearson", permutations=50)
    assert (ours.low, ours.high) == pytest.approx((value - half, value + half))


def test_similar_features_that_attend_alike_are_found():
    features = RNG.normal(size=(30, 4))
    profiles = np.exp(features @ RNG.normal(size=(4, 12)))
    profiles /= profiles.sum(1, keepdims=True)
    found = mantel(
        profile_similarity(profiles, "jensenshannon"),
        profile_similarity(features, "euclidean"),
        permutations=199,
    )
    assert found.low > 0
    assert found.null.p <= 0.01


def test_p_of_mantel_is_uniform_where_there_is_nothing():
    p = [mantel(symmetric(8), symmetric(8), permutations=99).null.p for _ in range(60)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_similarity_is_one_minus_scipys_distance():
    profiles = RNG.dirichlet(np.ones(5), size=6)
    ours = profile_similarity(profiles, "jensenshannon")
    assert ours[1, 4] == pytest.approx(1 - jensenshannon(profiles[1], profiles[4]))
    with pytest.raises(AnalysisError, match="1 profiles are all zero"):
        profile_similarity(np.vstack([profiles, np.zeros(5)]))


def test_matrices_that_cannot_be_compared_are_refused():
    with pytest.raises(AnalysisError, match="symmetric"):
        mantel(RNG.normal(size=(6, 6)), symmetric(6))
    with pytest.raises(AnalysisError, match="5 to 4000 tokens, got 4"):
        mantel(symmetric(4), symmetric(4))
    assert "equally similar" in mantel(np.ones((6, 6)), symmetric(6)).how
