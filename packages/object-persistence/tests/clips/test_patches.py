import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from object_persistence import PersistenceError
from object_persistence.clips.patches import cut_patches


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 9]), st.sampled_from([(), (3,)]))
def test_a_patch_holds_the_pixels_around_a_position_mirrored_at_the_border(seed, size, channels):
    rng = np.random.default_rng(seed)
    frames = rng.random((3, 12, 15, *channels), dtype=np.float32)
    frame, y, x = rng.integers(0, 3, 5), rng.uniform(-0.4, 11.4, 5), rng.uniform(-0.4, 14.4, 5)
    found = cut_patches(frames, frame, y, x, size)
    offset = np.arange(size) - size // 2
    for each, at in enumerate(zip(frame, np.rint(y), np.rint(x), strict=True)):
        places = np.stack(np.meshgrid(at[1] + offset, at[2] + offset, indexing="ij"))
        for channel, picture in enumerate(np.moveaxis(frames[at[0]].reshape(12, 15, -1), -1, 0)):
            expected = map_coordinates(picture, places, order=0, mode="mirror")
            np.testing.assert_array_equal(found[each, channel], expected)


def test_a_clip_without_detections_has_patches_of_the_right_shape():
    nothing = np.zeros(0)
    found = cut_patches(np.zeros((4, 8, 8, 3), np.float32), nothing.astype(int), nothing, nothing, 5)
    assert found.shape == (0, 3, 5, 5)
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("frame", "y", "x", "size", "said"),
    [
        (0, 3.0, 3.0, 4, "patch size 4: expected an odd number"),
        (2, 3.0, 3.0, 3, "position 0 is frame 2, y 3, x 3; expected one in 2 frames of 8 × 8 px"),
        (0, 8.0, 3.0, 3, "expected one in 2 frames"),
        (0, 3.0, -0.6, 3, "expected one in 2 frames"),
    ],
)
def test_what_lies_in_no_frame_is_refused(frame, y, x, size, said):
    with pytest.raises(PersistenceError, match=said):
        cut_patches(np.zeros((2, 8, 8), np.float32), np.array([frame]), np.array([y]), np.array([x]), size)
