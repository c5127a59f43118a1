from dataclasses import replace

import numpy as np
import pytest

from analysis import AnalysisError, Decoding, View, clusters, max_statistic
from analysis.decoding.result import mean_of


def decoding(accuracy: np.ndarray, null: np.ndarray, columns: list[str] | None = None) -> Decoding:
    """A result with given accuracies and null."""
    views = len(accuracy)
    names = columns or ["label"] * views
    return Decoding(
        views=tuple(View(name, time, time) for time, name in enumerate(names)),
        classes=(0, 1),
        chance=0.5,
        fold_scores=np.stack([accuracy, accuracy], -1),
        coefficients=np.zeros((views, 2, 2, 1)),
        intercepts=np.zeros((views, 2, 2)),
        null=null,
        folds=np.arange(4) % 2,
    )


def test_the_largest_of_each_null_matrix_is_what_a_cell_must_reach():
    accuracy = np.array([[0.9, 0.6], [0.5, 0.8]])
    null = np.array([[[0.5, 0.7], [0.4, 0.5]], [[0.85, 0.5], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]]])
    # largest of each: 0.7, 0.85, 0.5
    np.testing.assert_allclose(max_statistic(decoding(accuracy, null)), [[1 / 4, 3 / 4], [4 / 4, 2 / 4]])


def test_pairs_that_were_not_scored_are_not_tested():
    accuracy = np.array([[0.9, np.nan], [np.nan, 0.6]])
    null = np.where(np.isnan(accuracy), np.nan, np.random.default_rng(0).uniform(0.4, 0.7, (19, 2, 2)))
    found = decoding(accuracy, null)
    corrected = max_statistic(found)
    np.testing.assert_array_equal(np.isnan(corrected), np.isnan(accuracy))
    assert corrected[0, 0] == pytest.approx(1 / 20)
    assert (corrected >= found.p_values)[found.asked].all()
    assert clusters(found)[0].cells.tolist() == [[True, False], [False, False]]


def flat_null(views: int, draws: int = 99) -> np.ndarray:
    """Each cell's 0.95 quantile is 0.5 exactly, and one null matrix in a hundred has a cell above it."""
    null = np.full((draws, views, views), 0.5)
    null[0, 0, 0] = 0.8
    return null


def test_neighbours_in_time_form_a_cluster_and_corners_do_not():
    accuracy = np.full((4, 4), 0.4)
    accuracy[0, 0:2], accuracy[1, 0], accuracy[2, 1] = [0.7, 0.6], 0.6, 0.8
    found = clusters(decoding(accuracy, flat_null(4)))
    assert [cluster.cells.sum() for cluster in found] == [3, 1]
    assert [cluster.mass for cluster in found] == pytest.approx([0.4, 0.3])
    assert [cluster.p for cluster in found] == pytest.approx([1 / 100, 2 / 100])


def test_the_mass_of_a_cluster_is_compared_with_the_largest_of_each_null_matrix():
    accuracy = np.full((3, 3), 0.4)
    accuracy[2, 2] = 0.75  # an excess of 0.25, below the 0.3 of one null matrix
    assert clusters(decoding(accuracy, flat_null(3)))[0].p == pytest.approx(2 / 100)


def test_views_of_different_items_are_no_neighbours():
    accuracy = np.full((4, 4), 0.9)
    together = clusters(decoding(accuracy, flat_null(4)))
    apart = clusters(decoding(accuracy, flat_null(4), ["a", "a", "b", "b"]))
    assert [cluster.cells.sum() for cluster in together] == [16]
    assert [cluster.cells.sum() for cluster in apart] == [4, 4, 4, 4]


def test_nothing_above_the_threshold_is_no_cluster():
    assert clusters(decoding(np.full((2, 2), 0.5), flat_null(2))) == []


def test_a_cluster_prints_itself():
    text = str(clusters(decoding(np.full((2, 2), 0.75), flat_null(2)))[0])
    assert text == "cluster of 4 cells, mass 1.000, p = 0.01"


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.1])
def test_a_threshold_is_a_share(threshold):
    with pytest.raises(AnalysisError, match="threshold: expected a share between 0 and 1"):
        clusters(decoding(np.full((2, 2), 0.75), flat_null(2)), threshold=threshold)


def test_the_mean_of_decodings_has_their_mean_chance_and_null():
    accuracy = np.array([[0.9, 0.5], [0.5, 0.8]])
    null = np.full((4, 2, 2), 0.5)
    lower = replace(decoding(accuracy - 0.2, null - 0.1), chance=0.25)
    mean = mean_of([decoding(accuracy, null), lower])
    np.testing.assert_allclose(mean.accuracy, accuracy - 0.1)
    np.testing.assert_allclose(mean.null, 0.45)
    assert (mean.chance, len(mean.classes), mean.coefficients.shape[2]) == (0.375, 4, 4)
    with pytest.raises(AnalysisError, match="same views"):
        mean_of([decoding(accuracy, null), decoding(accuracy, null, ["other", "label"])])
