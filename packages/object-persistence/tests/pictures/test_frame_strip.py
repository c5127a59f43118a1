"""Frames are drawn with what was found in them: circles where and as large as it is, coloured by what is said of it."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle

from object_persistence import PersistenceError
from object_persistence.pictures.colours import COLOURS
from object_persistence.pictures.frame_strip import frame_strip, frames_drawing, picked, tail, told
from object_persistence.pictures.seen_clip import Look, SeenClip


@pytest.fixture(scope="module")
def panels(seen):
    return frame_strip(seen, 6).axes[:6]


def test_every_detection_has_its_circle_of_two_sigma_in_its_frame(seen, panels):
    for frame, axes in enumerate(panels):
        circles = [each for each in axes.patches if isinstance(each, Circle)]
        rows = np.flatnonzero(seen.clip.detections.frame == frame)
        assert [each.center for each in circles] == [
            (seen.clip.detections.x[row], seen.clip.detections.y[row]) for row in rows
        ]
        assert [each.radius for each in circles] == [3.0] * len(rows)


def test_colour_is_the_probability_and_the_edge_the_truth(seen, panels):
    for frame, axes in enumerate(panels):
        for row, circle in zip(
            np.flatnonzero(seen.clip.detections.frame == frame).tolist(), axes.patches, strict=True
        ):
            expected = COLOURS(float(seen.trained.probability[row]))
            np.testing.assert_allclose(circle.get_edgecolor(), to_rgba(expected), atol=1 / 255)
            assert (circle.get_linestyle() in ("-", "solid")) == bool(seen.clip.persistent[row])


def test_a_tail_is_the_linked_track_so_far(seen):
    clip = seen.clip
    row = int(np.flatnonzero((clip.truth == 3) & (clip.detections.frame == 3))[0])
    assert clip.detections.frame[tail(seen, row)].tolist() == [0, 1, 2, 3]
    back = int(np.flatnonzero((clip.truth == 4) & (clip.detections.frame == 4))[0])
    assert tail(seen, back).tolist() == [back]


def test_frames_that_are_printed_reach_from_the_first_to_the_last():
    assert picked(16, 6) == [0, 3, 6, 9, 12, 15]
    assert picked(3, 6) == [0, 1, 2]
    assert picked(16, 1) == [0]


def test_each_frame_says_how_much_of_it_is_right_beside_the_untrained_model(seen, panels):
    clip = seen.clip
    for frame, axes in enumerate(panels):
        now = clip.detections.frame == frame
        right = ((seen.trained.probability >= 0.5) == clip.persistent)[now].sum()
        assert axes.get_title(loc="left") == told(seen, frame)
        assert told(seen, frame).startswith(f"frame {frame + 1}: {right} of {now.sum()} right\nuntrained: ")


def test_the_browser_has_all_frames_of_both_models_and_tells_of_detections(seen):
    interactive = frames_drawing(seen, 2).interactive
    assert interactive.options == {
        "model": ["trained", "untrained"],
        "frame": [str(frame) for frame in range(1, 7)],
    }
    marks = [each for each in interactive.views["trained", "2"].traces if each.get("mode") == "markers"]
    assert [each["name"] for each in marks] == ["it lasts", "it passes", "clutter"]
    assert [len(each["x"]) for each in marks] == [1, 1, 0]
    words = marks[0]["text"][0]
    assert words.startswith("persistent 3, frame 2<br>linked track 3, sighting 2")
    row = int(np.flatnonzero((seen.clip.truth == 3) & (seen.clip.detections.frame == 1))[0])
    assert f"probability that it lasts {seen.trained.probability[row]:.3f}" in words


def test_coloured_frames_and_blobs_without_a_size_are_drawn(seen):
    coloured = replace(seen, frames=np.random.default_rng(0).random((6, 40, 48, 3)))
    assert frames_drawing(coloured, 3).figure.axes


def test_a_clip_without_detections_and_answers_of_another_length_are_refused(seen):
    nothing = np.zeros(0)
    with pytest.raises(PersistenceError, match="nothing was detected in it; choose another clip"):
        SeenClip(seen.clip.take(np.zeros(0, dtype=np.int64)), seen.frames, Look(nothing))
    with pytest.raises(PersistenceError, match="expected one number for each of 11 detections"):
        SeenClip(seen.clip, seen.frames, Look(np.zeros(3)))
    with pytest.raises(PersistenceError, match="expected 6 frames, got 5"):
        replace(seen, frames=seen.frames[:5])
