"""HOTA, DetA, AssA and LocA against TrackEval, on real boxes and on random points."""

import numpy as np
import pytest
from trackeval.datasets._base_dataset import _BaseDataset
from trackeval.metrics import HOTA

from object_persistence.tracking.compared import Boxes, Points, compared
from object_persistence.tracking.hota import THRESHOLDS, Hota, hota


def expected(truth, predicted, similarity):
    """TrackEval's figures of one sequence; `similarity` is its own function of two arrays."""
    names = [
        {track: number for number, track in enumerate(table["track"].unique(maintain_order=True))}
        for table in (truth, predicted)
    ]
    ids, scores = ([], []), []
    for frame in sorted({*truth["frame"], *predicted["frame"]}):
        sides = [table.filter(frame=frame) for table in (truth, predicted)]
        for kept, side, name in zip(ids, sides, names, strict=True):
            kept.append(np.array([name[track] for track in side["track"]], dtype=int))
        scores.append(similarity(*sides))
    data = {"gt_ids": ids[0], "tracker_ids": ids[1], "similarity_scores": scores}
    data |= {"num_gt_ids": len(names[0]), "num_tracker_ids": len(names[1])}
    return HOTA().eval_sequence({**data, "num_gt_dets": len(truth), "num_tracker_dets": len(predicted)})


def iou(left, right):
    """TrackEval's overlap of boxes given by a corner."""
    corners = (
        np.column_stack([(t["x"] - t["width"] / 2), (t["y"] - t["height"] / 2), t["width"], t["height"]])
        for t in (left, right)
    )
    return _BaseDataset._calculate_box_ious(*corners, box_format="xywh")


def distance(left, right):
    """TrackEval's similarity of points, 0.5 at 2.5 px."""
    return _BaseDataset._calculate_euclidean_similarity(
        left.select("y", "x").to_numpy(), right.select("y", "x").to_numpy(), zero_distance=5.0
    )


def check(ours, theirs):
    assert len(THRESHOLDS) == len(theirs["HOTA"])
    np.testing.assert_allclose(ours.detection_by_threshold, theirs["DetA"], atol=1e-9)
    np.testing.assert_allclose(ours.association_by_threshold, theirs["AssA"], atol=1e-9)
    assert ours.hota == pytest.approx(np.mean(theirs["HOTA"]), abs=1e-9)
    assert ours.loca == pytest.approx(np.mean(theirs["LocA"]), abs=1e-9)


def test_hota_of_pedestrians_is_that_of_trackeval(pedestrians):
    truth, predicted, _ = pedestrians
    ours = Hota.of(compared(truth, predicted, Boxes()))
    check(ours, expected(truth, predicted, iou))
    assert hota(truth, predicted, Boxes()) == ours.hota


def test_hota_of_points_is_that_of_trackeval(wanderers):
    truth, predicted = wanderers
    check(Hota.of(compared(truth, predicted, Points(2.5))), expected(truth, predicted, distance))


def test_clips_are_pooled_as_trackeval_pools_sequences(wanderers):
    truth, predicted = wanderers
    pair = [(truth, predicted), (predicted, truth)]
    ours = Hota.of(compared(*pair[0])) + Hota.of(compared(*pair[1]))
    theirs = HOTA().combine_sequences({str(n): expected(*each, distance) for n, each in enumerate(pair)})
    check(ours, theirs)
