import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_samples

from analysis import (
    AnalysisError,
    HierarchicalDensityClusters,
    KMeansClusters,
    cluster_panel,
    cluster_patterns,
)

RNG = np.random.default_rng(0)
PATTERNS = np.concatenate([RNG.normal(centre, 0.4, (30, 5)) for centre in (0.0, 3.0)])
FOUND = cluster_patterns(PATTERNS, KMeansClusters(2), draws=19, resamples=3)


def test_patterns_lie_in_the_plane_of_their_principal_components():
    plane = cluster_panel(PATTERNS, FOUND).axes[0]
    drawn = np.concatenate([each.get_offsets() for each in plane.collections])
    expected = PCA(2).fit_transform(PATTERNS)
    order = np.argsort(FOUND.labels, kind="stable")
    np.testing.assert_allclose(np.abs(drawn), np.abs(expected[order]), atol=1e-9)
    assert [each.get_label() for each in plane.collections] == ["cluster 1 (30)", "cluster 2 (30)"]
    assert len({each.get_paths()[0].vertices.tobytes() for each in plane.collections}) == 2


def test_every_silhouette_is_a_bar_beside_the_mean_and_that_of_one_cloud():
    bars = cluster_panel(PATTERNS, FOUND).axes[1]
    widths = sorted(bar.get_width() for container in bars.containers for bar in container)
    np.testing.assert_allclose(widths, np.sort(silhouette_samples(PATTERNS, FOUND.labels)))
    assert any(set(line.get_xdata()) == {FOUND.silhouette.value} for line in bars.lines)
    null, drawn = FOUND.silhouette.null, {bar for container in bars.containers for bar in container}
    (cloud,) = [patch for patch in bars.patches if patch not in drawn]
    assert (cloud.get_x(), cloud.get_x() + cloud.get_width()) == pytest.approx((null.low, null.high))


def test_the_words_above_say_verdict_noise_silhouette_and_stability():
    words = cluster_panel(PATTERNS, FOUND).get_suptitle()
    assert words.startswith(
        f"2 clusters: {FOUND.verdict}; noise 0%; silhouette {FOUND.silhouette.value:.2f}, p = "
    )
    assert words.endswith(f"stability {FOUND.stability.value:.2f}")


def test_noise_is_drawn_and_counted():
    patterns = np.concatenate([PATTERNS, RNG.uniform(-4, 7, (20, 5))])
    found = cluster_patterns(patterns, HierarchicalDensityClusters(), draws=5, resamples=2)
    assert found.noise.value > 0
    figure = cluster_panel(patterns, found)
    labels = [each.get_label() for each in figure.axes[0].collections]
    assert f"noise ({int((found.labels == -1).sum())})" in labels
    assert f"noise {found.noise.value:.0%}" in figure.get_suptitle()


def test_no_clusters_are_said_so():
    patterns = RNG.uniform(size=(30, 4))
    one = cluster_patterns(patterns, HierarchicalDensityClusters(), draws=2, resamples=2)
    assert one.clusters < 2
    (words,) = (text.get_text() for text in cluster_panel(patterns, one).axes[1].texts)
    assert words == "not estimable: fewer than two clusters were found"


def test_labels_of_other_patterns_are_refused():
    with pytest.raises(AnalysisError, match=r"one label per pattern \(10\), got 60"):
        cluster_panel(PATTERNS[:10], FOUND)
