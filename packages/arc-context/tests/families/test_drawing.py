import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import label

from arc_context.families.drawing import boxes, sparse
from arc_context.families.regions import regions


@given(st.integers(0, 2**32 - 1), st.integers(1, 10), st.integers(1, 10), st.integers(1, 5))
def test_boxes_never_touch_and_stay_in_the_grid(seed, height, width, most):
    found = boxes(np.random.default_rng(seed), (height, width), most, (1, 4))
    cells = np.zeros((height, width), dtype=int)
    for box in found:
        assert cells[box].size > 0
        assert max(cells[box].shape) <= 4
        cells[box] += 1
    assert cells.max() == 1
    assert 1 <= len(found) <= most
    assert label(cells, np.ones((3, 3)))[1] == len(found)


def test_corners_join_regions_only_where_that_is_asked():
    cells = np.array([[True, False], [False, True]])
    assert regions(cells).tolist() == [[1, 0], [0, 2]]
    assert regions(cells, corners=True).tolist() == [[1, 0], [0, 1]]


def test_that_share_of_the_cells_is_coloured_all_colours_alike():
    cells = sparse(np.random.default_rng(0), (30, 30), 7, (1, 2, 3), share=0.3)
    counts = np.bincount(cells.ravel(), minlength=10)
    assert set(np.flatnonzero(counts)) == {1, 2, 3, 7}
    assert abs(counts[7] / 900 - 0.7) < 0.05
    assert all(abs(counts[colour] / 900 - 0.1) < 0.04 for colour in (1, 2, 3))
