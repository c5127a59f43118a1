"""Tracks of trackpy's, read in any order of rows."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import trackpy as tp

from object_persistence import Detections, HungarianLinker, PersistenceError, from_trackpy, track_table


def test_what_trackpy_linked_is_read_whatever_the_order_of_its_rows():
    tp.quiet()
    generator = np.random.default_rng(0)
    rows = {
        "frame": generator.integers(0, 5, 40),
        **dict(zip("yx", generator.uniform(0, 40, (2, 40)), strict=True)),
    }
    linked = tp.link(pd.DataFrame(rows), 5.0).sample(frac=1, random_state=1)
    detections, tracks = from_trackpy(linked)
    theirs = linked.sort_values(["frame", "y", "x"])
    assert detections.y.tolist() == theirs["y"].tolist()
    pairs = set(zip(tracks, theirs["particle"], strict=True))
    assert len(pairs) == linked["particle"].nunique() == tracks.max() + 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pd.DataFrame({"frame": [0], "y": [1.0], "x": [1.0]}), "expected the column particle"),
        (pd.DataFrame({"frame": [0], "y": [1.0], "x": [1.0], "particle": [np.nan]}), "whole numbers"),
        (pd.DataFrame({"frame": [0], "y": [1.0], "particle": [1]}), "columns frame, y and x"),
    ],
)
def test_other_tables_are_refused(table, said):
    with pytest.raises(PersistenceError, match=said):
        from_trackpy(table)


def test_a_table_of_tracks_holds_every_detection_by_track_and_frame():
    found = Detections.of(
        [0, 0, 1, 1], [5.0, 30.0, 31.0, 6.0], [5.0, 30.0, 31.0, 6.0], snr=[1.0, 2.0, 3.0, 4.0]
    )
    table = track_table(found, HungarianLinker()(found))
    assert table["track"].to_list() == [0, 0, 1, 1]
    assert table["snr"].to_list() == [1.0, 4.0, 2.0, 3.0]
    empty = track_table(Detections.empty(), np.zeros(0, dtype=int))
    assert empty.schema == table.schema
    assert empty.schema["track"] == pl.Int64
