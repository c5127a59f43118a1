import numpy as np
import pytest
from sklearn.cluster import DBSCAN, HDBSCAN, KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from analysis import AnalysisError
from analysis.patterns.clusterers import DensityClusters, HierarchicalDensityClusters, KMeansClusters, knee
from analysis.patterns.clustering import cluster_patterns

RNG = np.random.default_rng(0)
TRUTH = np.repeat(range(3), 40)
PLANTED = np.array([[0, 0, 0], [6, 0, 3], [0, 6, -3]])[TRUTH] + RNG.normal(size=(120, 3)) * 0.5
CLOUD = RNG.normal(size=(120, 3)) * [4.0, 1.0, 1.0]
EVERY = [KMeansClusters(most=3), DensityClusters(), HierarchicalDensityClusters()]


@pytest.mark.parametrize("clusterer", EVERY, ids=lambda each: type(each).__name__)
def test_planted_clusters_are_found_stable_and_real(clusterer):
    found = cluster_patterns(PLANTED, clusterer, draws=24, resamples=3)
    assert found.clusters == 3
    assert adjusted_rand_score(found.labels, TRUTH) > 0.9
    assert found.stability.value > 0.85
    assert found.noise.value < 0.1
    assert found.verdict == "clusters"


def test_one_elongated_cloud_is_cut_but_not_called_clusters():
    found = cluster_patterns(CLOUD, KMeansClusters(k=2), draws=19, resamples=2)
    assert found.silhouette.low > 0.3
    assert found.verdict == "no detectable difference from one cloud"


def test_the_labels_are_scikit_learns():
    same = adjusted_rand_score
    ours = KMeansClusters(k=3).fit(PLANTED)
    assert same(ours, KMeans(3, n_init=5, random_state=0).fit_predict(PLANTED)) == 1
    assert same(DensityClusters(eps=1.0).fit(PLANTED), DBSCAN(eps=1.0).fit_predict(PLANTED)) == 1
    ours = HierarchicalDensityClusters(smallest=8).fit(PLANTED)
    assert same(ours, HDBSCAN(min_cluster_size=8, copy=True).fit_predict(PLANTED)) == 1


def test_the_silhouette_is_scikit_learns_and_relabelling_does_not_change_it():
    found = cluster_patterns(PLANTED, KMeansClusters(k=3), draws=2, resamples=2)
    assert found.silhouette.value == pytest.approx(silhouette_score(PLANTED, TRUTH))


def test_noise_is_a_share_with_an_interval_and_never_in_the_silhouette():
    patterns = np.vstack([PLANTED, RNG.uniform(-30, 30, size=(12, 3))])
    found = cluster_patterns(patterns, DensityClusters(eps=1.5), draws=2, resamples=2)
    assert found.sizes[-1] == pytest.approx(12, abs=2)
    assert found.noise.low < 12 / 132 < found.noise.high
    assert found.silhouette.n == 132 - found.sizes[-1]


def test_where_no_clusters_are_found_nothing_is_estimated():
    found = cluster_patterns(RNG.normal(size=(60, 2)), DensityClusters(eps=50.0))
    assert found.clusters == 1
    assert found.verdict == "not estimable: fewer than two clusters were found"
    assert found.to_dict()["stability"]["value"] is None


def test_the_knee_lies_between_distances_within_and_across():
    assert 0.3 < knee(PLANTED, 5) < 3


@pytest.mark.parametrize(
    ("patterns", "clusterer", "message"),
    [
        (PLANTED[:5], KMeansClusters(), "at least 10 patterns"),
        (np.zeros((20, 2)), KMeansClusters(k=2), "2 to 1 groups for 1 distinct patterns, got 2"),
        (np.zeros((20, 2)), DensityClusters(), "most patterns are the same"),
        (np.zeros((20_001, 1)), DensityClusters(), "at most 20000 patterns for DBSCAN"),
        (np.full((20, 2), np.nan), KMeansClusters(), "patterns: 40 of 40 numbers are not finite"),
    ],
)
def test_what_cannot_be_clustered_is_refused(patterns, clusterer, message):
    with pytest.raises(AnalysisError, match=message):
        cluster_patterns(patterns, clusterer)
