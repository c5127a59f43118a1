import re

import imageio.v3 as imageio
import numpy as np
import pytest
import tifffile
import torch

from object_persistence.errors import PersistenceError
from object_persistence.videos.reading import read_video

GENERATOR = np.random.default_rng(0)
GREY = GENERATOR.integers(0, 255, (5, 8, 9), dtype=np.uint8)
COLOUR = GENERATOR.integers(0, 255, (5, 8, 9, 3), dtype=np.uint8)


@pytest.fixture
def saved(tmp_path):
    """Gives `saved(array)`: the path of a .npy that holds it."""

    def save(values):
        np.save(tmp_path / "video.npy", values)
        return tmp_path / "video.npy"

    return save


def refusal(path, **settings) -> str:
    with pytest.raises(PersistenceError) as caught:
        read_video(path, **settings)
    return str(caught.value)


def test_numpy_arrays_are_read_as_they_are_said(saved):
    np.testing.assert_allclose(read_video(saved(GREY)).frames, GREY / np.float32(255))
    channels_first = COLOUR.transpose(0, 3, 1, 2)
    for axes in ("TCHW", "tchw", None):
        np.testing.assert_allclose(read_video(saved(channels_first), axes).frames, COLOUR / np.float32(255))
    np.testing.assert_allclose(
        read_video(saved(GREY), "HTW").frames, GREY.transpose(1, 0, 2) / np.float32(255)
    )


def test_a_single_channel_is_no_axis_and_a_single_picture_one_frame(saved):
    assert read_video(saved(GREY[..., None])).frames.shape == (5, 8, 9)
    assert read_video(saved(GREY[:, None])).frames.shape == (5, 8, 9)
    assert read_video(saved(GREY[0])).frames.shape == (1, 8, 9)
    assert read_video(saved(COLOUR[0]), axes="HWC").frames.shape == (1, 8, 9, 3)


def test_tensors_of_torch_are_read_without_running_code(tmp_path):
    for values in (torch.from_numpy(COLOUR).permute(0, 3, 1, 2), torch.rand(6, 7, 7, dtype=torch.bfloat16)):
        torch.save(values, tmp_path / "video.pt")
        clip = read_video(tmp_path / "video.pt")
        assert clip.frames.dtype == np.float32
    torch.save({"frames": values}, tmp_path / "video.pt")
    assert "holds a dict; expected one tensor" in refusal(tmp_path / "video.pt")
    torch.save(test_a_single_channel_is_no_axis_and_a_single_picture_one_frame, tmp_path / "code.pt")
    assert "code.pt: cannot be read as .pt" in refusal(tmp_path / "code.pt")


def test_a_tiff_stack_has_its_pages_as_frames(tmp_path):
    file = tmp_path / "stack.tif"
    tifffile.imwrite(file, GREY)
    np.testing.assert_allclose(read_video(file).frames, GREY / np.float32(255))
    tifffile.imwrite(file, COLOUR, photometric="rgb")
    np.testing.assert_allclose(read_video(file).frames, COLOUR / np.float32(255))


@pytest.mark.parametrize("axes", ["TYX", "TCYX"])
def test_a_tiff_of_imagej_says_its_axes(tmp_path, axes):
    values = GREY.astype(np.uint16) if axes == "TYX" else COLOUR.transpose(0, 3, 1, 2).astype(np.uint16)
    tifffile.imwrite(tmp_path / "stack.tif", values, imagej=True, metadata={"axes": axes})
    expected = GREY if axes == "TYX" else COLOUR
    clip = read_video(tmp_path / "stack.tif", limits=(0, 255))
    np.testing.assert_allclose(clip.frames, expected / np.float32(255))


def test_a_stack_of_depths_is_no_video(tmp_path):
    tifffile.imwrite(tmp_path / "depth.tif", GREY, imagej=True, metadata={"axes": "ZYX"})
    assert "its axes are ZYX; expected time, height, width" in refusal(tmp_path / "depth.tif")


def test_pages_of_different_sizes_are_refused(tmp_path):
    with tifffile.TiffWriter(tmp_path / "pages.tif") as file:
        file.write(GREY[0])
        file.write(GREY[0, :4])
    assert "holds 2 series of pages ([8, 9], [4, 9]); expected one" in refusal(tmp_path / "pages.tif")


def test_a_folder_of_images_is_read_in_the_order_of_numbers(tmp_path):
    for number, frame in zip((10, 2, 1), GREY, strict=False):
        imageio.imwrite(tmp_path / f"frame{number}.png", frame)
    (tmp_path / "notes.txt").write_text("not an image")
    np.testing.assert_allclose(read_video(tmp_path).frames, GREY[[2, 1, 0]] / np.float32(255))


def test_alpha_is_left_out_of_images_and_said_so(tmp_path):
    imageio.imwrite(tmp_path / "0.png", np.dstack([COLOUR[0], np.full((8, 9), 255, np.uint8)]))
    clip = read_video(tmp_path)
    np.testing.assert_allclose(clip.frames, COLOUR[:1] / np.float32(255))
    assert clip.note.endswith("alpha left out")


def test_images_of_different_sizes_are_named(tmp_path):
    imageio.imwrite(tmp_path / "0.png", GREY[0])
    imageio.imwrite(tmp_path / "1.png", GREY[0, :4])
    assert "1.png: is uint8 [4, 9]; expected uint8 [8, 9] as 0.png" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("shape", "choices"),
    [
        ((3, 3, 8, 3), "say axes='TCHW' or axes='THWC'"),
        ((3, 8, 8), "say axes='THW' or axes='CHW'"),
        ((8, 8, 3), "say axes='THW' or axes='HWC'"),
        ((5, 2, 8, 8), "fits no video"),
        ((3, 5, 8, 8), "if they come first, say axes='CTHW'"),
        ((5, 1, 3, 8, 8), "fits no video"),
        ((8,), "fits no video"),
    ],
)
def test_a_shape_that_can_be_read_in_several_ways_or_in_none_is_refused(saved, shape, choices):
    assert choices in refusal(saved(np.zeros(shape)))


def test_an_axis_that_may_be_time_is_doubted_unless_somebody_named_it(saved, tmp_path):
    values = np.zeros((64, 64, 20), np.uint8)
    (doubt,) = read_video(saved(values)).doubts
    assert doubt.startswith(
        "shape: read as 64 frames of 64 × 20 px; for 20 frames of 64 × 64 px say --axes HWT"
    )
    assert read_video(saved(values), "THW").doubts == read_video(saved(values), "HWT").doubts == ()
    assert read_video(saved(values.transpose(2, 0, 1))).doubts == ()
    tifffile.imwrite(tmp_path / "slit.tif", values, imagej=True, metadata={"axes": "TYX"})
    assert read_video(tmp_path / "slit.tif").doubts == ()


def test_two_channels_are_read_where_they_are_said(saved):
    assert read_video(saved(np.zeros((5, 2, 8, 8))), "TCHW").frames.shape == (5, 8, 8, 2)


@pytest.mark.parametrize("axes", ["THWW", "TCW", "TXYC", "TCHWZ"])
def test_axes_that_are_none_of_a_video_are_refused(saved, axes):
    assert "expected T, H, W and perhaps C" in refusal(saved(np.zeros((5, 3, 8, 8))), axes=axes)


def test_axes_of_another_length_are_refused(saved):
    assert "axes 'THW' are 3, and shape [5, 3, 8, 8] has 4" in refusal(
        saved(np.zeros((5, 3, 8, 8))), axes="THW"
    )


@pytest.mark.parametrize(
    ("values", "expected", "told"),
    [
        (np.array([0, 255], np.uint8), [0, 1], "uint8 divided by 255"),
        (np.array([0.2, 0.7]), [0.2, 0.7], "float64 as it is"),
        (np.array([False, True]), [0, 1], "bool as it is"),
        (np.array([0.5, 0.5]), [0.5, 0.5], "float64 as it is"),
    ],
)
def test_brightness_that_says_what_it_means_stays_and_says_how(saved, values, expected, told):
    clip = read_video(saved(np.tile(values, (6, 5, 1))))
    np.testing.assert_allclose(clip.frames[0, 0], expected, rtol=1e-6)
    assert clip.note == f"6 frames of 5 × 2 px (THW); {told}"


def test_limits_say_what_is_black_and_white_and_how_much_is_cut(saved):
    clip = read_video(saved(np.tile([0.0, 100.0, 200.0, 300.0], (6, 5, 1))), "THW", (100, 200))
    np.testing.assert_allclose(clip.frames[0, 0], [0, 0, 1, 1])
    assert clip.note.endswith("float64 from 100..200 to 0..1, 50.0% beyond them cut")
    assert "expected black below white" in refusal(saved(np.zeros((6, 5, 5))), limits=(1, 1))


def test_what_is_not_finite_empty_or_no_number_is_refused(saved):
    broken = np.zeros((6, 5, 5))
    broken[2, 1, 3] = np.nan
    assert "1 of 150 values are not finite, the first at [2, 1, 3]" in refusal(saved(broken))
    assert "shape [0, 5, 5] holds nothing" in refusal(saved(np.zeros((0, 5, 5))))
    assert "holds complex128; expected whole numbers or floats" in refusal(
        saved(np.zeros((6, 5, 5), complex))
    )


def test_what_cannot_be_read_is_answered_in_one_sentence(tmp_path):
    assert refusal(tmp_path / "nothing.tif").endswith("no such file or folder")
    (tmp_path / "empty").mkdir()
    assert "holds no image; expected files that end in .png" in refusal(tmp_path / "empty")
    (tmp_path / "movie.mp4").write_bytes(b"movie")
    assert ".mp4 is no video that can be read; expected a folder of images or one of .tif" in refusal(
        tmp_path / "movie.mp4"
    )
    for name in ("a.tif", "a.npy", "a.pt"):
        (tmp_path / name).write_bytes(b"not what it says")
        assert re.fullmatch(
            rf".*{re.escape(name)}: cannot be read as \.\w+: [^\n]+", refusal(tmp_path / name)
        )
    np.save(tmp_path / "pickled.npy", np.array([{}]), allow_pickle=True)
    assert "pickled.npy: cannot be read as .npy" in refusal(tmp_path / "pickled.npy")
