"""Attention of a clip: by object and frame, from detection to detection, and along tracks."""

import numpy as np
import pytest

from object_persistence.pictures.object_map import (
    object_lines,
    object_map,
    objects_drawing,
    one_object_drawing,
)
from object_persistence.pictures.token_matrix import MEAN, token_maps, tokens_drawing
from object_persistence.pictures.track_lines import track_figure, views


def test_a_map_has_what_each_object_receives_where_it_was_detected(seen):
    found = object_map(seen, seen.trained.received["layer2"])
    assert found.shape == (5, 6)
    assert np.isfinite(found).sum() == len(seen.clip)
    for row, (place, frame) in enumerate(zip(seen.objects.of, seen.clip.detections.frame, strict=True)):
        assert found[place, frame] == seen.trained.received["layer2"][row]


def test_what_lasts_is_attended_by_the_trained_model_alone(seen):
    trained, untrained = (object_map(seen, look.received["layer2"]) for look in seen.looks.values())
    assert np.nanmin(trained[0]) > np.nanmax(trained[1:])
    assert abs(np.nanmean(untrained[0]) - 1) < 0.1


def test_trained_stands_beside_untrained_and_their_difference(seen):
    titles = [axes.get_title(loc="left") for axes in objects_drawing(seen).figure.axes]
    assert [each for each in titles if each] == ["untrained", "trained", "trained\n− untrained"]
    assert objects_drawing(seen).interactive.options == {
        "model": ["trained", "untrained"],
        "layer": ["layer1", "layer2", "rollout"],
    }


def test_one_object_is_followed_beside_the_others_of_its_frames(seen):
    lines = object_lines(seen, 0, "layer1")
    assert list(lines) == [
        "all others, untrained",
        "this object, untrained",
        "all others, trained",
        "this object, trained",
    ]
    assert list(lines["this object, trained"]) == [1, 2, 3, 4, 6]
    assert list(lines["all others, trained"]) == [1, 2, 3, 6]
    now = (seen.clip.detections.frame == 2) & (seen.clip.truth != 3)
    expected = seen.trained.received["layer1"][now].mean()
    assert lines["all others, trained"][3].value == pytest.approx(expected)
    assert "flash 1 of clip-40" in one_object_drawing(seen, "flash 1").caption


def test_maps_of_tokens_are_in_multiples_of_uniform_and_in_order_of_objects(seen):
    found = token_maps(seen, seen.trained, "layer2")
    assert list(found) == [MEAN, "head 1", "head 2", "head 3"]
    order, count = seen.objects.order(), len(seen.clip)
    for (i, j), value in np.ndenumerate(found["head 2"]):
        assert value == seen.trained.weights["layer2"][1, order[i], order[j]] * count
    np.testing.assert_allclose(found[MEAN].sum(1), count)
    received = found[MEAN].mean(0)
    np.testing.assert_allclose(received, seen.trained.received["layer2"][order])


def test_layers_heads_and_models_can_be_chosen_and_every_row_names_its_detection(seen):
    drawing = tokens_drawing(seen)
    assert drawing.interactive.options == {
        "model": ["trained", "untrained"],
        "layer": ["layer1", "layer2"],
        "head": [MEAN, "head 1", "head 2", "head 3"],
    }
    names = drawing.interactive.views["trained", "layer1", "head 1"].traces[0]["y"]
    assert names[0].replace("<br>", " ") == "persistent 3, frame 1"
    assert names[-1].replace("<br>", " ") == "clutter, track 9, frame 3"


def test_a_line_parts_what_lasts_from_what_does_not(seen):
    first = tokens_drawing(seen).figure.axes[0]
    assert {line.get_xdata()[0] for line in first.lines} == {0, 4.5}
    assert {line.get_ydata()[0] for line in first.lines} == {0, 4.5}


def test_tracks_are_as_wide_as_the_attention_that_they_receive(seen):
    axes = track_figure(seen).axes[0]
    tracks = np.unique(seen.clip.tracks)
    widths = dict(
        zip(tracks, (each.get_linewidths() for each in axes.collections[: len(tracks)]), strict=True)
    )
    received = seen.trained.received["layer2"][seen.clip.tracks == 3]
    np.testing.assert_allclose(widths[3], 1.3 * (received[1:] + received[:-1]) / 2)
    assert np.mean(widths[3]) > np.mean(widths[1])


def test_tracks_can_be_chosen_by_model_coordinate_and_layer(seen):
    found = views(seen)
    assert len(found) == 2 * 2 * 3
    traces = found["trained", "y", "layer1"].traces
    assert len(traces) == len(np.unique(seen.clip.tracks))
    lasting = traces[list(np.unique(seen.clip.tracks)).index(3)]
    np.testing.assert_array_equal(lasting["x"], [1, 2, 3, 4, 6])
    np.testing.assert_array_equal(lasting["y"], 10 + np.array([0, 1, 2, 3, 5]))
    assert set(lasting["marker"]["symbol"]) == {"circle"}
