"""Grids as SVG, read back."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
from hypothesis import given

from analysis.testing import loaded_by
from arc_context.pictures.colours import PALETTE
from arc_context.pictures.grids import grid_shapes
from arc_context.pictures.plotted import figure_of
from arc_context.pictures.scene import Scene
from arc_context.pictures.svg import svg
from arc_context.pictures.whole_task import task_scene, task_svg
from arc_context.testing import grids

SPACE = "{http://www.w3.org/2000/svg}"
COLOURS = {fill: colour for colour, (fill, _) in enumerate(PALETTE)}


def read_back(text: str, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """What boxes and digits say of a grid whose corner is at 0, 0."""
    root = ElementTree.fromstring(text)
    filled, written = np.full(shape, -1), np.full(shape, -1)
    for box in root.iter(f"{SPACE}rect"):
        if box.get("fill") in COLOURS and box.get("x") is not None:
            row, column = int(float(box.get("y"))), int(float(box.get("x")))
            filled[row, column : column + int(box.get("width"))] = COLOURS[box.get("fill")]
    for text in root.iter(f"{SPACE}text"):
        for x, y, digit in zip(text.get("x").split(), text.get("y").split(), text.text, strict=True):
            written[int(float(y)), int(float(x))] = int(digit)
    return filled, written


@given(grids())
def test_colour_and_digit_of_every_cell_are_its_own(grid):
    scene = Scene(tuple(grid_shapes(grid, 0.0, 0.0)), float(grid.shape[1]), float(grid.shape[0]))
    filled, written = read_back(svg(scene, "a grid"), grid.shape)
    assert np.array_equal(filled, grid)
    assert np.array_equal(written, grid)


def test_every_digit_can_be_read_on_its_colour():
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot((0.2126, 0.7152, 0.0722), linear))

    for fill, ink in PALETTE:
        low, high = sorted((luminance(fill), luminance(ink)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, fill


def test_names_are_escaped_and_nothing_is_requested(question):
    named = replace(question.task, name='<script>alert("x")</script> & co')
    text = task_svg(named)
    assert "<script>" not in text
    root = ElementTree.fromstring(text)
    assert named.name in root.find(f"{SPACE}title").text
    assert not [each for element in root.iter() for each in element.keys() if "href" in each or "src" in each]  # noqa: SIM118


def test_attempts_stand_beside_the_answer_and_say_whether_they_are_right(question):
    wrong, right = question.pair.input, question.pair.output
    said = [each.text for each in task_scene(question.task, [[wrong, right]]).shapes if hasattr(each, "text")]
    assert said == ["pair 0", "pair 1", "test 0", "attempt 1", "attempt 2, right", "answer"]


def test_a_figure_holds_what_the_svg_holds(question):
    scene = task_scene(question.task)
    (axes,) = figure_of(scene).axes
    cells = sum(grid.size for grid in question.task.grids())
    assert sum(len(each.get_offsets()) for each in axes.collections if hasattr(each, "get_sizes")) == cells
    assert {each.get_text() for each in axes.texts} == {"pair 0", "pair 1", "test 0", "answer"}


def test_no_torch_is_needed():
    assert "torch" not in loaded_by("arc_context.pictures.task_drawing")
