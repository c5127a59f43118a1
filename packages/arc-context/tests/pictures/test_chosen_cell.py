"""A chosen cell: discs on what it looks at, dashes around what settles it."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from arc_context import ArcError
from arc_context.pictures.chosen_cell import LARGEST, MIDDLE, ChosenCell
from arc_context.pictures.grids import CORNER, settling_shapes
from arc_context.pictures.looks import Anchor
from arc_context.pictures.panel import panel
from arc_context.pictures.scene import Dot
from arc_context.pictures.task_drawing import task_drawing
from arc_context.pictures.telling import document, lines


def test_a_sharp_look_is_one_disc_in_input_and_output_and_a_flat_one_many_small_ones(chosen):
    sharp, flat = list(chosen.dots("trained")), list(chosen.dots("untrained"))
    assert [each.radius for each in sharp] == [LARGEST, LARGEST]
    first, second = chosen.support.places[0]
    assert [(each.x - MIDDLE[0], each.y - MIDDLE[1]) for each in sharp] == [
        pytest.approx((x + 1, y)) for x, y in (first, second)
    ]
    keys = chosen.seen.support_cells
    assert len(flat) == 2 * keys
    area = sum((each.radius / LARGEST) ** 2 for each in flat) / 2
    assert area == pytest.approx(1.0)  # on one scale, both give all of their attention away


def test_dashes_surround_the_support_cells_of_the_same_colour(chosen):
    task, colour = chosen.seen.question.task, chosen.seen.question.pair.input[chosen.place]
    same = sum(int((pair.input == colour).sum()) for pair in task.train)
    assert len(list(chosen.settling())) == 2 * 2 * same  # white and black, in input and output
    assert chosen.seen.uniform(chosen.cell) == same / sum(pair.input.size for pair in task.train)


def test_neither_discs_nor_dashes_touch_the_digit_which_is_white_as_they_are_on_black():
    (place, size), gap, edge = CORNER, 0.02, 0.03
    across, down = (
        0.3 * size,
        0.375 * size,
    )  # half of what a digit takes, which is drawn a little below its place
    left, right, top, bottom = place - across, place + across, place - down, place + 0.02 + down
    for box in settling_shapes(0.0, 0.0):
        inside = box.x + box.line / 2
        assert min(left, top) >= inside + gap
        assert max(MIDDLE) + LARGEST + edge <= box.x + box.width - box.line / 2
    assert math.dist((right, bottom), MIDDLE) >= LARGEST + edge + gap


def test_a_cell_is_named_by_row_and_column_from_zero(seen):
    assert ChosenCell(seen, seen.cell("1,2")).place == (1, 2)
    rows, columns = seen.canvas
    with pytest.raises(
        ArcError, match=rf"no cell {rows},0; expected row 0 to {rows - 1} and column 0 to {columns - 1}"
    ):
        seen.cell(f"{rows},0")


def test_without_a_name_a_settled_cell_that_stands_out_is_chosen(seen):
    chosen = ChosenCell(seen, seen.cell(None))
    grid = seen.question.pair.input
    assert not math.isnan(seen.uniform(chosen.cell))
    assert (grid == grid[chosen.place]).sum() < (grid.size + 1) / 2


def test_anchors_are_discs_as_large_as_they_count(seen):
    anchored = replace(seen, anchors={"trained": (Anchor(0, 1, 1.0), Anchor(1, 0, 0.25), Anchor(2, 2, 0.0))})
    dots = [each for each in ChosenCell(anchored, 0).anchor_shapes() if isinstance(each, Dot)]
    assert [each.radius for each in dots] == [LARGEST, LARGEST / 2]
    assert "anchors, trained: 0,1 (counts 1.00)" in list(lines(ChosenCell(anchored, 0)))[-1]


def test_lines_and_document_tell_the_same(chosen):
    told, found = list(lines(chosen)), document(chosen)
    assert "the answer is wrong" in told[0]
    assert "cell 0,1, step 1, mean of heads, trained: 0.500 of the attention" in told[1]
    assert found["cell"] == [0, 1]
    looks = found["looks"]["trained"]
    assert [(each["look"], each["head"]) for each in looks[:2]] == [
        ("step 1", "mean of heads"),
        ("step 1", "head 1"),
    ]
    assert looks[0]["strongest"] == [{"pair": 0, "row": 0, "column": 1, "weight": 1.0}]
    json.dumps(found, allow_nan=False)


def test_the_panel_shows_the_chosen_cell_without_its_script_and_escapes_names(seen):
    task = replace(seen.question.task, name="</script><b>")
    named = replace(seen, question=replace(seen.question, task=task))
    markup = panel(ChosenCell(named, 1)).markup
    assert "<b>" not in markup
    assert markup.count('<circle cx="') == 2 + 2 * seen.support_cells
    assert '<div class="selectors" hidden>' in markup
    assert "row 0, column 1" in markup


def test_a_model_without_attention_has_its_grids_drawn_and_no_script(seen):
    drawing = task_drawing(ChosenCell(replace(seen, looks={}), 0))
    assert drawing.panel.script == ""
    assert "<circle" not in drawing.panel.markup
    assert "looks at no support cell" in drawing.null


def test_support_cells_beyond_a_smaller_output_are_drawn_in_the_input_alone(seen, question):
    pairs = tuple(
        replace(pair, output=np.ascontiguousarray(pair.output[:1, :1])) for pair in question.task.train
    )
    task = replace(question.task, train=pairs, family="")
    smaller = ChosenCell(replace(seen, question=replace(question, task=task)), 1)
    assert len(list(smaller.corners(1))) == 1
    assert len(list(smaller.corners(0))) == 2
