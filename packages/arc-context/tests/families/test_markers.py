import numpy as np
import pytest

from arc_context.families.markers import patterns
from arc_context.families.registry import FAMILIES, MARKERS


@pytest.mark.parametrize(
    ("name", "form", "given", "expected"),
    [
        ("line_from_marker", "down", ".1.. .2.. ....", ".1.. .1.. .1.."),
        ("line_from_marker", "up", ".... .2.. .1..", ".1.. .1.. .1.."),
        ("line_from_marker", "left", ".... .21. ....", ".... 111. ...."),
        ("line_from_marker", "right", ".... .1.2 ....", ".... .111 ...."),
        ("line_from_marker", "down", "... ...", None),
        ("line_from_marker", "down", "1.. ..1", None),
        ("cross_at_marker", "upright", "2... .1.. ....", "21.. 1111 .1.."),
        ("cross_at_marker", "diagonal", "2... .1.. ....", "1.1. .1.. 1.1."),
        ("cross_at_marker", "upright", "2...", None),
        ("fill_from_marker", "", "22.33 21.33 .....", "11.33 11.33 ....."),
        ("fill_from_marker", "", "22.33 22.33 .....", None),
        (
            "copy_to_marker",
            "",
            ".2.... 22.... .23... ...... ....1. ......",
            ".2.... 22.... .23... ....2. ...22. ....23",
        ),
        ("copy_to_marker", "", "1.... ..2.. ..22. .22.. .....", "22... 2.2.. ..22. .22.. ....."),
        ("copy_to_marker", "", "1.... ..22. ..22.", None),
    ],
)
def test_the_answer_hangs_on_the_marker(makes, name, form, given, expected):
    assert makes(name, form, given) == expected


@pytest.mark.parametrize("name", MARKERS)
def test_the_marker_is_found_and_without_it_there_is_no_answer(tasks, families, name):
    family = families[name]
    for task in tasks(name, count=10, test_pairs=2):
        rule = family.fitting(task)[0]
        for test, pair in enumerate(task.test):
            marker = family.markers(task, test)
            assert pair.input[marker].tolist() == [rule.colours[1]]
            unmarked = np.where(marker, np.int8(rule.background), pair.input)
            assert family.output(unmarked, rule) is None


@pytest.mark.parametrize("name", MARKERS)
def test_no_other_colour_of_an_input_has_a_single_cell(tasks, name):
    for task in tasks(name, count=20):
        for pair in (*task.train, *task.test):
            assert (np.bincount(pair.input.ravel()) == 1).sum() == 1


def test_other_families_have_no_markers(tasks):
    (task,) = tasks("gravity", count=1)
    assert FAMILIES["gravity"].markers(task, 0) is None
    assert FAMILIES["gravity"].determining(task, 0, 0, 0) is None


def test_patterns_fill_three_rows_and_columns_and_hold_their_middle():
    assert len({shape.tobytes() for shape in patterns()}) == len(patterns()) > 50
    for shape in patterns():
        assert shape[1, 1]
        assert shape.any(axis=0).all()
        assert shape.any(axis=1).all()
