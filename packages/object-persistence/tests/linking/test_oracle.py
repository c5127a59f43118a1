"""Links that know the truth."""

import numpy as np
import polars as pl

from object_persistence import Detections
from object_persistence.testing import OracleLinker


def test_each_object_is_one_track_and_clutter_is_alone():
    truth = pl.DataFrame(
        {
            "track": [7, 7, 3],
            "frame": [0, 2, 2],
            "y": [5.0, 9.0, 20.0],
            "x": [5.0, 9.0, 20.0],
            "visible": [True] * 3,
        }
    )
    found = Detections.of([0, 0, 2, 2, 2], [5.1, 30.0, 9.2, 19.8, 40.0], [5.0, 30.0, 9.0, 20.0, 40.0])
    assert OracleLinker(truth)(found).tolist() == [0, 1, 0, 2, 3]
    assert OracleLinker(truth)(Detections.empty()).tolist() == []
    assert OracleLinker(truth.clear())(found).tolist() == np.arange(5).tolist()
