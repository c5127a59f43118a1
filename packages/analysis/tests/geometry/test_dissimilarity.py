import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import pdist

from analysis import AnalysisError
from analysis.geometry.dissimilarity import crossnobis, dissimilarities, representational_similarity

CONDITIONS = np.tile(np.arange(6), 40)
GROUPS = np.arange(240)


def planted(means: np.ndarray, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(240, means.shape[1]))
    return means[CONDITIONS] + noise * scale


def test_distances_written_out():
    patterns = np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])
    np.testing.assert_allclose(dissimilarities(patterns), [5**0.5, 4, 13**0.5])
    np.testing.assert_allclose(dissimilarities(patterns, "cosine"), [1, 2, 1])


def test_crossnobis_of_noise_is_zero_on_average_and_euclidean_is_not():
    found = np.array(
        [crossnobis(planted(np.zeros((6, 8)), seed=seed), CONDITIONS, GROUPS).mean() for seed in range(40)]
    )
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(40)
    assert (found < 0).any()
    means = planted(np.zeros((6, 8))).reshape(40, 6, 8).mean(0)
    assert dissimilarities(means).min() > 0.1


def test_crossnobis_is_the_mahalanobis_distance_of_the_population():
    means = np.random.default_rng(7).normal(size=(6, 5))
    expected = pdist(means / 2, "sqeuclidean") / 5
    found = np.mean([crossnobis(planted(means, 2.0, seed), CONDITIONS, GROUPS) for seed in range(40)], axis=0)
    np.testing.assert_allclose(found, expected, rtol=0.12, atol=0.02)


def test_crossnobis_is_the_mean_over_pairs_of_parts_written_out():
    activity = planted(np.random.default_rng(7).normal(size=(6, 5)))
    part = np.arange(240) // 60
    found = crossnobis(activity, CONDITIONS, part)  # four groups: four parts
    means = np.stack(
        [[activity[(part == p) & (c == CONDITIONS)].mean(0) for c in range(6)] for p in range(4)]
    )
    residual = activity - np.stack([activity[c == CONDITIONS].mean(0) for c in range(6)])[CONDITIONS]
    from sklearn.covariance import LedoitWolf

    precision = LedoitWolf(assume_centered=True).fit(residual).precision_
    expected = [
        np.mean(
            [
                (means[m, i] - means[m, j]) @ precision @ (means[n, i] - means[n, j])
                for m in range(4)
                for n in range(4)
                if m != n
            ]
        )
        / 5
        for i in range(6)
        for j in range(i + 1, 6)
    ]
    np.testing.assert_allclose(found, expected)


def test_representational_similarity_agrees_with_scipy():
    rng = np.random.default_rng(0)
    first, second = rng.random((2, 45))
    for method, scipys in (("spearman", stats.spearmanr), ("pearson", stats.pearsonr)):
        found = representational_similarity(first, second, method=method, permutations=20)
        assert found.value == pytest.approx(scipys(first, second).statistic)
        assert found.n == 10


def test_a_shared_geometry_is_found():
    rng = np.random.default_rng(0)
    means = rng.normal(size=(12, 8))
    turned = means @ stats.ortho_group.rvs(8, random_state=1) + 0.3 * rng.normal(size=(12, 8))
    first = dissimilarities(means)
    same = representational_similarity(first, dissimilarities(turned), permutations=199)
    assert same.low > 0.5
    assert same.null.p == pytest.approx(1 / 200)


def test_p_is_uniform_for_unrelated_geometries():
    rng = np.random.default_rng(0)
    p = []
    for seed in range(60):
        pairs = [dissimilarities(rng.normal(size=(8, 3))) for _ in range(2)]
        p.append(representational_similarity(*pairs, permutations=99, seed=seed).null.p)
    assert stats.kstest(p, "uniform").pvalue > 0.01


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: dissimilarities(np.ones((1, 3))), "at least two conditions, got 1"),
        (lambda: dissimilarities(np.zeros((2, 3)), "cosine"), "2 of 2 patterns are zero"),
        (lambda: crossnobis(np.ones((240, 2)), CONDITIONS, GROUPS), "varies within conditions, got none"),
        (
            lambda: crossnobis(planted(np.zeros((6, 2))), CONDITIONS, GROUPS // 120),
            "condition 0 is in 2 of 4",
        ),
        (
            lambda: crossnobis(planted(np.zeros((6, 2))), CONDITIONS[1:], GROUPS),
            "conditions: expected one per",
        ),
        (lambda: representational_similarity(np.ones(6), np.arange(6.0)), "dissimilarities that differ"),
        (
            lambda: representational_similarity(np.arange(6.0), np.arange(10.0)),
            "same conditions, got 4 and 5",
        ),
        (lambda: representational_similarity(np.arange(5.0), np.arange(5.0)), "pairs of at least four"),
    ],
)
def test_what_has_no_geometry_is_refused(ask, message):
    with pytest.raises(AnalysisError, match=message):
        ask()
