import imageio.v3 as imageio
import numpy as np
import pytest
import tifffile
from matplotlib.patches import Circle

from analysis import Estimate
from object_persistence.filtering.pictures import (
    annotated,
    reliability_plot,
    save_annotated,
    shown_frames,
    strip,
)
from object_persistence.filtering.table import COLUMNS, filtered_table
from object_persistence.metrics import Bin

BLUE, ORANGE = (30, 143, 214), (230, 97, 0)


@pytest.fixture(scope="module")
def lasting(video):
    return video.track_length > 3


def test_a_strip_has_a_ring_around_every_detection_of_its_frames(clip, video, lasting):
    figure = strip(clip.frames, video, lasting)
    rings = [ring for axes in figure.axes for ring in axes.patches if isinstance(ring, Circle)]
    shown = np.isin(video.detections.frame, shown_frames(24))
    assert sorted(ring.center for ring in rings) == sorted(
        zip(video.detections.x[shown].tolist(), video.detections.y[shown].tolist(), strict=True)
    )
    solid = [ring for ring in rings if ring.get_linestyle() in ("-", "solid")]
    assert len(solid) == (shown & lasting).sum()


def test_an_annotated_frame_is_enlarged_and_has_rings_of_both_colours(clip, video, lasting):
    picture = annotated(clip.frames[3], video, lasting, 3)
    assert picture.shape == (256, 256, 3)
    for colour in (BLUE, ORANGE):
        where = np.argwhere((picture == colour).all(2)).mean(0) / 4
        row = np.flatnonzero((video.detections.frame == 3) & (lasting == (colour == ORANGE)))[0]
        np.testing.assert_allclose(where, [video.detections.y[row], video.detections.x[row]], atol=1)


@pytest.mark.parametrize("form", ["gif", "tif"])
def test_a_video_has_every_frame(form, tmp_path, clip, video, lasting):
    save_annotated(tmp_path / "x.tmp", form, clip.frames, video, lasting)
    if form == "tif":
        pages = tifffile.imread(tmp_path / "x.tmp")
        assert pages.shape == (24, 256, 256, 3)
        np.testing.assert_array_equal(pages[3], annotated(clip.frames[3], video, lasting, 3))
    else:
        assert len(imageio.imread(tmp_path / "x.tmp", extension=".gif")) == 24


def test_the_table_has_the_columns_of_trackpy_and_of_the_detector(video, lasting):
    told = filtered_table(video, np.where(lasting, 0.9, 0.1), 0.5)
    theirs = video.detections.to_pandas()
    assert told.schema == COLUMNS
    for name in ("frame", "y", "x", "mass", "size", "signal", "sigma", "snr", "confidence"):
        np.testing.assert_array_equal(told[name], theirs[name])
    assert told["particle"].to_list() == video.tracks.tolist()
    assert told["persistent"].to_list() == lasting.tolist()


def test_no_detections_are_a_table_with_every_column_and_a_picture(clip, video):
    nothing = video.take(np.zeros(0, dtype=np.int64))
    assert filtered_table(nothing, np.zeros(0), 0.5).schema == COLUMNS
    assert len(strip(clip.frames, nothing, np.zeros(0, dtype=bool)).axes) == 8


def test_a_reliability_plot_draws_shares_against_probabilities_beside_the_diagonal():
    bins = [
        Bin(low, low + 0.1, 50, mean, Estimate(share, share - 0.1, share + 0.1, 8))
        for low, mean, share in [(0.0, 0.04, 0.12), (0.5, 0.53, 0.4), (0.9, 0.97, 0.85)]
    ]
    (axes,) = reliability_plot(bins).axes
    lines = {line.get_label(): line.get_xydata() for line in axes.lines}
    drawn = [np.asarray(xy) for xy in lines.values() if len(xy) in (2, 3)]
    assert any(xy.tolist() == [[0.04, 0.12], [0.53, 0.4], [0.97, 0.85]] for xy in drawn)
    assert any(xy.tolist() == [[0, 0], [1, 1]] for xy in drawn)
    assert [each.get_text() for each in axes.get_xticklabels()] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
