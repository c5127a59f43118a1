import pytest


@pytest.mark.parametrize(
    ("form", "given", "expected"),
    [
        ("left-right", "1.31 .22.", "1331 .22."),
        ("left-right", "12. .3.", "121 .3."),
        ("up-down", "1. 33 .2", "12 33 12"),
    ],
)
def test_masked_cells_are_filled_from_the_other_side(makes, form, given, expected):
    assert makes("complete_symmetry", form, given) == expected


def test_outputs_hold_no_mask_and_are_their_own_mirror_image(tasks, families):
    for task in tasks("complete_symmetry", count=20):
        mask = families["complete_symmetry"].fitting(task)[0].background
        for pair in (*task.train, *task.test):
            assert (pair.output != mask).all()
            turned = {pair.output[::-1].tobytes(), pair.output[:, ::-1].tobytes()}
            assert pair.output.tobytes() in turned
