"""IDF1, MOTA and MOTP against motmetrics, on real boxes and on random points."""

import motmetrics as mm
import numpy as np
import pytest

from object_persistence.tracking.clear import Clear, mota, motp
from object_persistence.tracking.compared import Boxes, Points, compared
from object_persistence.tracking.identity import Identity, idf1

NAMES = ["idf1", "idp", "idr", "mota", "motp", "num_switches", "num_misses", "num_false_positives"]


def expected(accumulator):
    """What motmetrics makes of it."""
    return mm.metrics.create().compute(accumulator, metrics=NAMES, return_dataframe=False)


def found(tracks):
    """The same figures from here; motmetrics' MOTP is a distance."""
    identity, clear = Identity.of(tracks), Clear.of(tracks)
    figures = (identity.f1, identity.precision, identity.recall, clear.mota, 1 - clear.motp)
    return [*figures, clear.switches, clear.misses, clear.false_positives]


def test_figures_of_pedestrians_are_those_of_motmetrics(pedestrians, asfarray):
    truth, predicted, folder = pedestrians
    tables = (
        mm.io.loadtxt(folder / name, fmt="mot15-2D", min_confidence=-1) for name in ("gt.txt", "test.txt")
    )
    theirs = expected(mm.utils.compare_to_groundtruth(*tables, "iou", distth=0.5))
    ours = found(compared(truth, predicted, Boxes()))
    assert ours == pytest.approx([theirs[name] for name in NAMES], abs=1e-9)
    assert idf1(truth, predicted, Boxes()) == ours[0]
    assert mota(truth, predicted, Boxes()) == ours[3]
    assert motp(truth, predicted, Boxes()) == 1 - ours[4]


def test_figures_of_points_are_those_of_motmetrics(wanderers, asfarray):
    truth, predicted = wanderers
    accumulator = mm.MOTAccumulator()
    for frame in sorted({*truth["frame"], *predicted["frame"]}):
        left, right = (table.filter(frame=frame) for table in (truth, predicted))
        distance = np.linalg.norm(
            left.select("y", "x").to_numpy()[:, None] - right.select("y", "x").to_numpy(), axis=-1
        )
        distance = np.where(distance > 2.5, np.nan, distance / 5)
        accumulator.update(left["track"].to_list(), right["track"].to_list(), distance, frameid=frame)
    theirs = expected(accumulator)
    ours = found(compared(truth, predicted, Points(2.5)))
    assert ours == pytest.approx([theirs[name] for name in NAMES], abs=1e-9, nan_ok=True)
