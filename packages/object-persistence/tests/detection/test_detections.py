import numpy as np
import pandas as pd
import pytest
import trackpy
from hypothesis import given
from hypothesis import strategies as st

from object_persistence import Detections, LoGDetector, PersistenceError

PLACES = st.lists(st.tuples(st.integers(0, 5), st.floats(-9, 99), st.floats(-9, 99)), max_size=20)
trackpy.quiet()


@given(PLACES)
def test_detections_come_sorted_and_go_through_pandas_unchanged(places):
    frame, y, x = np.array(places, float).reshape(-1, 3).T
    found = Detections.of(frame, y, x, sigma=y**2 + 1, response=x**2, snr=x**2, confidence=0 * x)
    rows = list(zip(found.frame, found.y, found.x, strict=True))
    assert rows == sorted(rows)
    back = Detections.from_pandas(found.to_pandas().sample(frac=1, random_state=0))
    if len(set(rows)) == len(rows):
        assert back.table.equals(found.table)


def test_trackpy_links_what_was_found(drawn):
    frames = np.concatenate([drawn([(10 + t, 12.5, 2, 0.8), (30, 40 - 2 * t, 2, 0.6)]) for t in range(5)])
    found = LoGDetector()(frames)
    linked = trackpy.link(found.to_pandas(), search_range=4)
    assert linked.groupby("particle")["y"].agg(["min", "max"]).round(1).to_numpy().tolist() == [
        [10, 14],
        [30, 30],
    ]
    assert len(Detections.from_pandas(linked)) == 10


def test_mass_size_and_signal_are_what_trackpy_measures(drawn):
    frames = drawn([(24.3, 23.8, 2.0, 0.8)])
    ours = LoGDetector()(frames).to_pandas().iloc[0]
    theirs = trackpy.locate((frames[0] * 255).astype(np.uint8), 21, preprocess=False).iloc[0]
    assert set(ours.index) >= {"y", "x", "mass", "size", "signal", "frame"}
    assert (ours["y"], ours["x"]) == pytest.approx((theirs["y"], theirs["x"]), abs=0.02)
    assert ours["mass"] * 255 == pytest.approx(theirs["mass"], rel=0.05)
    assert ours["signal"] * 255 == pytest.approx(theirs["signal"], rel=0.05)
    assert ours["size"] == pytest.approx(theirs["size"], rel=0.05)


def test_a_table_of_trackpys_gives_sigma_and_response():
    found = Detections.from_pandas(trackpy.locate(np.pad([[255]], 20).astype(np.uint8), 5).assign(frame=3))
    assert found.frame.tolist() == [3]
    assert np.isfinite(found.sigma).all()
    assert np.isfinite(found.response).all()
    assert np.isnan(found.snr).all()


def test_an_empty_table_keeps_every_column():
    empty = Detections.empty()
    assert empty.to_pandas().columns.tolist()[:6] == ["frame", "y", "x", "mass", "size", "signal"]
    assert empty.to_pandas()["frame"].dtype == np.int64
    assert Detections.from_pandas(empty.to_pandas()).table.equals(empty.table)


def test_some_rows_are_detections_again():
    found = Detections.of([1, 0, 1], [1, 2, 0], [5, 6, 7])
    assert found[found.frame == 1].y.tolist() == [0, 1]
    assert found[:2].x.tolist() == [6, 7]
    with pytest.raises(PersistenceError, match="by frame"):
        found[np.array([2, 0])]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"y": [1.0], "x": [1.0]}, "frame missing"),
        ({"frame": [0.5], "y": [1.0], "x": [1.0]}, "whole numbers"),
        ({"frame": [0], "y": [np.nan], "x": [1.0]}, "no finite position"),
    ],
)
def test_tables_that_are_no_detections_are_refused(table, said):
    with pytest.raises(PersistenceError, match=said):
        Detections.from_pandas(pd.DataFrame(table))


def test_columns_of_no_name_are_refused():
    with pytest.raises(PersistenceError, match="no such column"):
        Detections.of([0], [1], [1], mass=[1])
