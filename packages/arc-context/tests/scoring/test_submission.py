import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arc_context import ArcError, read_submission, write_submission
from arc_context.testing import grids

GRID = np.array([[1, 2, 3]], np.int8)
OTHER = np.array([[4], [5]], np.int8)
answers = st.dictionaries(
    st.text("0123456789abcdef", min_size=8, max_size=8),
    st.lists(st.lists(grids(), min_size=2, max_size=2), min_size=1, max_size=3),
    min_size=1,
    max_size=3,
)


def plain(tried):
    return {name: [[grid.tolist() for grid in each] for each in of] for name, of in tried.items()}


@given(answers)
def test_what_is_written_is_read_again(tmp_path_factory, tried):
    place = tmp_path_factory.mktemp("submission") / "submission.json"
    assert write_submission(place, tried) == ()
    assert plain(read_submission(place)) == plain(tried)


def test_the_form_is_kaggles(tmp_path):
    place = tmp_path / "submission.json"
    write_submission(place, {"t": [[GRID, OTHER], [OTHER]]})
    assert json.loads(place.read_text()) == {
        "t": [
            {"attempt_1": [[1, 2, 3]], "attempt_2": [[4], [5]]},
            {"attempt_1": [[4], [5]], "attempt_2": [[4], [5]]},
        ]
    }


def test_a_third_attempt_is_not_handed_in(tmp_path):
    write_submission(tmp_path / "s.json", {"t": [[GRID, OTHER, GRID]]})
    assert plain(read_submission(tmp_path / "s.json")) == {"t": [[GRID.tolist(), OTHER.tolist()]]}


def test_outputs_without_an_attempt_are_told(tmp_path):
    place = tmp_path / "s.json"
    assert write_submission(place, {"t": [[GRID], []], "u": [[]]}) == ("task t, test 1", "task u, test 0")
    assert json.loads(place.read_text())["u"] == [{"attempt_1": [[0]], "attempt_2": [[0]]}]


def test_nothing_is_overwritten(tmp_path):
    place = tmp_path / "s.json"
    place.write_text("mine")
    with pytest.raises(ArcError, match="is there already"):
        write_submission(place, {"t": [[GRID]]})
    assert place.read_text() == "mine"


def test_what_is_no_grid_is_not_written(tmp_path):
    with pytest.raises(ArcError, match=r"task t, test 1 attempt_2, row 0, column 0: .* got 10"):
        write_submission(tmp_path / "s.json", {"t": [[GRID], [GRID, np.full((1, 1), 10, np.int8)]]})
    with pytest.raises(ArcError, match="expected answers to hand in, got none"):
        write_submission(tmp_path / "s.json", {})
    assert list(tmp_path.iterdir()) == []


GOOD = {"attempt_1": [[1]], "attempt_2": [[2]]}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "expected attempts by task, got"),
        ({}, "expected attempts by task, got the keys none"),
        (
            {"t": GOOD},
            "task t: expected a list of attempts, one per test output, got the keys attempt_1, attempt_2",
        ),
        ({"t": []}, "task t: expected a list of attempts"),
        (
            {"t": [GOOD, {"attempt_1": [[1]]}]},
            "task t, test 1: expected attempt_1 and attempt_2, got the keys attempt_1",
        ),
        (
            {"t": [{**GOOD, "attempt_3": [[1]]}]},
            "task t, test 0: expected attempt_1 and attempt_2, got the keys",
        ),
        ({"t": [[[1]]]}, "task t, test 0: expected attempt_1 and attempt_2, got"),
        ({"t": [{**GOOD, "attempt_2": [[1, 2], [3]]}]}, "task t, test 0 attempt_2, row 1: expected 2 cells"),
        ({"t": [{**GOOD, "attempt_1": []}]}, "task t, test 0 attempt_1: expected a list of rows"),
        ({"t": [{**GOOD, "attempt_1": [[11]]}]}, "task t, test 0 attempt_1, row 0, column 0: .* got 11"),
    ],
)
def test_a_submission_of_another_form_is_refused(tmp_path, document, said):
    (tmp_path / "s.json").write_text(json.dumps(document))
    with pytest.raises(ArcError, match=said):
        read_submission(tmp_path / "s.json")
