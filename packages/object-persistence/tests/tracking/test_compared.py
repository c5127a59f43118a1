"""What can be compared, and figures that follow from the definitions."""

import math

import polars as pl
import pytest

from object_persistence import PersistenceError
from object_persistence.tracking.clear import Clear
from object_persistence.tracking.compared import Boxes, Points, compared
from object_persistence.tracking.hota import Hota
from object_persistence.tracking.identity import Identity

SCHEMA = {"track": pl.Int64, "frame": pl.Int64, "y": pl.Float64, "x": pl.Float64}


def table(*rows):
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


LINE = table(*[(0, frame, 5.0, 3.0 * frame) for frame in range(6)])


def test_the_truth_is_perfect():
    tracks = compared(LINE, LINE)
    assert (Identity.of(tracks).f1, Clear.of(tracks).mota, Clear.of(tracks).motp) == (1, 1, 1)
    assert Hota.of(tracks).hota == pytest.approx(1)


def test_a_track_broken_in_the_middle_keeps_half_of_its_identity():
    broken = LINE.with_columns(track=(pl.col("frame") >= 3).cast(pl.Int64))
    tracks = compared(LINE, broken)
    assert Identity.of(tracks).f1 == 0.5
    assert Clear.of(tracks).mota == pytest.approx(5 / 6)
    assert Clear.of(tracks).switches == 1
    assert (Hota.of(tracks).deta, Hota.of(tracks).assa) == pytest.approx((1, 0.5))


def test_labels_of_the_same_detections_are_scored_like_tables():
    truth, tracks = LINE["track"].to_numpy(), (LINE["frame"] >= 2).cast(pl.Int64).to_numpy()
    assert Identity.of_labels(truth, tracks).f1 == pytest.approx(4 / 6)


def test_what_is_not_visible_does_not_count():
    hidden = LINE.with_columns(visible=pl.col("frame") < 4)
    clear = Clear.of(compared(hidden, LINE))
    assert (clear.truths, clear.false_positives) == (4, 2)


def test_without_tracks_figures_are_not_numbers():
    tracks = compared(table(), table())
    assert math.isnan(Identity.of(tracks).f1)
    assert math.isnan(Clear.of(tracks).mota)
    assert Hota.of(tracks).hota == 0
    assert Identity.of(compared(LINE, table())).f1 == 0
    assert Clear.of(compared(LINE, table())).mota == 0
    assert Clear.of(compared(table(), LINE)).false_positives == 6


def test_clips_are_pooled_by_their_counts():
    good, bad = compared(LINE, LINE), compared(LINE, table())
    assert (Identity.of(good) + Identity.of(bad)).f1 == pytest.approx(12 / 18)
    assert (Clear.of(good) + Clear.of(bad)).mota == 0.5


@pytest.mark.parametrize(
    ("predicted", "similarity", "said"),
    [
        (LINE.drop("x"), Points(), "predicted: expected the columns x"),
        (LINE, Boxes(), "truth: expected the columns height, width"),
        (pl.concat([LINE, LINE.tail(1)]), Points(), "a track once in a frame, got 2 rows"),
    ],
)
def test_what_cannot_be_compared_is_refused(predicted, similarity, said):
    with pytest.raises(PersistenceError, match=said):
        compared(LINE, predicted, similarity)


def test_a_radius_is_above_zero():
    with pytest.raises(PersistenceError, match="radius: expected pixels above 0"):
        Points(0.0)
