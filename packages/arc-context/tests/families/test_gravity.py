import pytest


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("down", "... ... 1.. 234"),
        ("up", "134 2.. ... ..."),
        ("left", "1.. 3.. 24. ..."),
        ("right", "..1 ..3 .24 ..."),
    ],
)
def test_cells_fall_and_keep_their_order(makes, form, expected):
    assert makes("gravity", form, "1.. .3. 2.4 ...") == expected


def test_what_has_fallen_may_take_one_colour(makes):
    assert makes("gravity_recolour", "down", "3.4 .5. 4..") == "... 1.. 111"


def test_no_cell_is_lost(tasks):
    for task in tasks("gravity", count=10):
        for pair in task.train:
            assert sorted(pair.input.ravel().tolist()) == sorted(pair.output.ravel().tolist())
