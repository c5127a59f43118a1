import numpy as np
import pytest

from object_persistence import LoGDetector, ObjectDetector, PersistenceError


def test_the_older_name_finds_blobs_in_scale_space(drawn):
    frames = drawn([(20, 20, 2, 0.8), (40, 44, 2, 0.3)], size=(64, 64), noise=0.02)
    found = ObjectDetector()(frames)
    np.testing.assert_array_equal(found.table, LoGDetector(overlap=0.3)(frames).table)
    assert (ObjectDetector(confidence_threshold=1.1)(frames).table.columns, len(found)) == (
        found.table.columns,
        2,
    )


def test_frames_of_another_size_are_refused(drawn):
    with pytest.raises(PersistenceError, match=r"expected frames of \(64, 64\)"):
        ObjectDetector()(drawn([]))
