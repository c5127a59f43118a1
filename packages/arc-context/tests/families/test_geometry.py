import pytest

from arc_context.errors import ArcError

GIVEN = "12. ..3"


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("rotate", 1, ".3 2. 1."),
        ("rotate", 2, "3.. .21"),
        ("rotate", 3, ".1 .2 3."),
        ("mirror", 4, ".21 3.."),
        ("mirror", 5, "1. 2. .3"),
        ("mirror", 6, "..3 12."),
        ("mirror", 7, "3. .2 .1"),
        ("translate", (0, 1), ".12 ..."),
        ("translate", (1, 0), "... 12."),
        ("translate", (-1, -1), ".3. ..."),
        ("translate", (0, -2), "... 3.."),
        ("translate", (2, 0), "... ..."),
        ("tile", (1, 2), "12.12. ..3..3"),
        ("tile", (2, 1), "12. ..3 12. ..3"),
        ("scale", (1, 2), "1122.. ....33"),
        ("scale", (2, 2), "1122.. 1122.. ....33 ....33"),
    ],
)
def test_the_whole_grid_is_moved_repeated_or_enlarged(makes, name, form, expected):
    assert makes(name, form, GIVEN) == expected


def test_what_is_mirrored_may_take_another_colour(makes):
    assert makes("mirror_recolour", 4, "11. ..1") == ".22 2.."


def test_sides_too_short_to_be_enlarged_are_said(tasks):
    with pytest.raises(ArcError, match="scale: expected limits that leave room for a task, got sides 1 to 1"):
        tasks("scale", count=1, sides=(1, 1))


def test_rotations_are_told_from_reflections(tasks, families):
    for name, others in (("rotate", range(4, 8)), ("mirror", range(4))):
        family = families[name]
        assert set(others) <= {rule.form for rule in family.rules()}
        for task in tasks(name, count=10, sides=(3, 4)):
            test = task.test[0]
            answers = {family.output(test.input, rule).tobytes() for rule in family.fitting(task)}
            assert answers == {test.output.tobytes()}
