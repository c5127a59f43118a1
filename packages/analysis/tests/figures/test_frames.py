import numpy as np
import pytest

from analysis import AnalysisError, attention_over_frames
from analysis.figures.frames import resized
from analysis.figures.style import RIGHT, WRONG

RNG = np.random.default_rng(0)
MAPS = RNG.dirichlet(np.ones(4), size=3).reshape(3, 2, 2)


def figure(**changed):
    given = {
        "frames": RNG.random((3, 8, 8, 3)),
        "maps": MAPS,
        "predictions": ["no_action", "match", "match"],
        "targets": ["no_action", "match", "non_match"],
        "entropy": np.array([0.1, 0.2, 0.3]),
        "mass": np.array([0.5, 0.6, 0.7]),
        "area": np.array([0.1, 0.1, 0.2]),
        **changed,
    }
    return attention_over_frames(given.pop("frames"), given.pop("maps"), **given)


def test_maps_are_resized_bilinearly_between_the_centres_of_cells():
    # centres of two cells on four pixels lie at 0.5 and 2.5: pixel 1 is a quarter, pixel 2 three quarters of the way
    row = np.array([0.0, 0.25, 0.75, 1.0])
    np.testing.assert_allclose(resized(np.array([[0.0, 1.0]]), 3, 4), np.tile(row, (3, 1)), atol=1e-12)


def test_a_map_that_is_as_large_as_the_frame_is_drawn_as_it_is():
    attention = RNG.random((5, 7))
    np.testing.assert_allclose(resized(attention, 5, 7), attention)


def test_attention_is_drawn_in_multiples_of_uniform_over_each_frame():
    overlays = [axes.images[1] for axes in figure().axes if len(axes.images) == 2]
    assert len(overlays) == 3
    for overlay, attention in zip(overlays, MAPS, strict=True):
        drawn = overlay.get_array()
        assert drawn.shape == (8, 8)
        # the corners lie beyond the outermost centres, where the map is constant
        np.testing.assert_allclose(drawn[[0, 0, -1, -1], [0, -1, 0, -1]], attention.ravel() * 4)


def test_controls_share_the_colour_scale():
    found = figure(controls={"uniform": np.full((3, 2, 2), 0.25), "untrained": MAPS[::-1]})
    overlays = [axes.images[1] for axes in found.axes if len(axes.images) == 2]
    assert len(overlays) == 9
    assert {(overlay.norm.vmin, overlay.norm.vmax) for overlay in overlays} == {(0, MAPS.max() * 4)}
    labels = [axes.get_ylabel() for axes in found.axes]
    assert [label for label in labels if label in ("uniform", "untrained")] == ["uniform", "untrained"]


def test_answers_say_by_sign_and_colour_whether_they_are_right():
    texts = [text for axes in figure().axes for text in axes.texts]
    answers = [(text.get_text(), text.get_color()) for text in texts if text.get_text()[0] in "✓✗"]
    assert answers == [("✓ no action", RIGHT), ("✓ match", RIGHT), ("✗ match", WRONG)]
    targets = [text.get_text() for text in texts if text.get_text() in ("no action", "match", "non match")]
    assert targets == ["no action", "match", "non match"]


def test_the_numbers_beneath_are_those_given():
    strips = [axes for axes in figure().axes if axes.lines and not axes.images]
    entropy, mass = strips[0].lines[0], strips[1].lines[0]
    np.testing.assert_allclose(entropy.get_ydata(), [0.1, 0.2, 0.3])
    np.testing.assert_allclose(mass.get_ydata(), [0.5, 0.6, 0.7])
    np.testing.assert_allclose(strips[1].lines[1].get_ydata(), [0.1, 0.1, 0.2])


def test_masks_are_outlined_where_there_is_an_object():
    masks = np.zeros((3, 8, 8), dtype=bool)
    masks[1, 2:5, 2:5] = True
    outlined = [bool(axes.collections) for axes in figure(masks=masks).axes if len(axes.images) == 2]
    assert outlined == [False, True, False]


def test_integer_and_grey_frames_are_drawn_like_any_other():
    frames = RNG.integers(0, 256, size=(3, 8, 8, 1), dtype=np.uint8)
    drawn = figure(frames=frames).axes[0].images[0].get_array()
    np.testing.assert_allclose(drawn, np.repeat(frames[0] / 255, 3, axis=-1))


def test_normalised_frames_are_refused():
    with pytest.raises(AnalysisError, match="undo their normalisation"):
        figure(frames=RNG.normal(size=(3, 8, 8, 3)))


def test_sequences_of_another_length_are_refused():
    with pytest.raises(AnalysisError, match=r"one entry per frame \(3\) everywhere, got 2"):
        figure(predictions=["match", "match"])
