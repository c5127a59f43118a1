"""Rows of trials against counts by hand."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from arc_context import metrics
from arc_context.errors import ArcError
from arc_context.questions import questions
from arc_context.tasks.task import Pair, Task
from arc_context.trials import SCHEMA, cells_right, commonest, trials_table

INPUT = np.array([[0, 0, 3], [0, 3, 4]], dtype=np.int8)
ANSWER = np.array([[0, 0, 5], [0, 5, 4]], dtype=np.int8)


def task(*answers, name="colour_map-0", family="colour_map"):
    tests = tuple(Pair(INPUT, answer) for answer in answers or (ANSWER,))
    return Task(name, (Pair(INPUT, ANSWER), Pair(INPUT, ANSWER)), tests, family)


def row(*attempts, asked=None):
    return trials_table(questions([asked or task()]), [attempts], split="test/seen").row(0, named=True)


def test_an_exact_answer_is_right_in_every_cell():
    found = row(ANSWER)
    assert (found["prediction"], found["either"], found["score"]) == (1, 1, 1.0)
    assert (found["foreground"], found["background"], found["size_right"]) == (1.0, 1.0, True)
    assert (found["height"], found["width"], found["pairs"], found["identifiable"]) == (2, 3, 2, True)


def test_the_input_given_back_is_right_about_the_background_alone():
    found = row(INPUT)
    assert found["prediction"] == 0
    assert found["score"] == pytest.approx(4 / 6)
    assert found["background"] == 1.0
    assert found["foreground"] == pytest.approx(1 / 3)  # of 5, 5 and 4, the 4


def test_an_answer_of_another_size_is_right_nowhere():
    found = row(ANSWER[:, :2])
    assert not found["size_right"]
    assert (found["score"], found["foreground"], found["background"]) == (0.0, 0.0, 0.0)


def test_the_second_attempt_counts_where_two_are_allowed_and_a_third_does_not():
    assert [row(INPUT, ANSWER)[name] for name in ("prediction", "either")] == [0, 1]
    assert row(INPUT, INPUT, ANSWER)["either"] == 0


def test_no_attempt_is_a_miss():
    found = row()
    assert (found["prediction"], found["either"], found["score"], found["size_right"]) == (0, 0, 0.0, False)


def test_cells_that_an_answer_does_not_have_are_null_and_not_zero():
    blank = np.zeros((2, 2), dtype=np.int8)
    full = np.full((2, 2), 7, dtype=np.int8)
    assert cells_right(blank, blank, 0)["foreground"] is None
    assert cells_right(full, full, 0)["background"] is None


@given(
    arrays(np.int8, (3, 4), elements=st.integers(0, 9)), arrays(np.int8, (3, 4), elements=st.integers(0, 9))
)
def test_foreground_and_background_make_up_the_score(answer, attempt):
    found = cells_right(attempt, answer, commonest(answer))
    behind = (answer == np.bincount(answer.ravel(), minlength=10).argmax()).mean()
    parts = behind * found["background"] + (1 - behind) * (found["foreground"] or 0.0)
    assert found["score"] == pytest.approx(parts)


def test_rows_follow_the_questions_and_name_task_and_test_pair():
    table = trials_table(
        questions([task(ANSWER, INPUT), task(name="b", family="")]), [[ANSWER]] * 3, split="s"
    )
    assert table["item"].to_list() == ["colour_map-0/0", "colour_map-0/1", "b/0"]
    assert table["copied"].to_list() == [0, 1, 0]
    assert table["prediction"].to_list() == [1, 0, 1]
    assert table["identifiable"].to_list() == [True, True, None]
    assert dict(table.schema) == SCHEMA


def test_what_cannot_be_scored_is_refused_with_its_name():
    open_task = Task("3c9b0459", (Pair(INPUT, ANSWER),), (Pair(INPUT, ANSWER), Pair(INPUT, None)))
    with pytest.raises(ArcError, match="task 3c9b0459, test 1: expected an answer"):
        trials_table(questions([open_task]), [[ANSWER]] * 2, split="s")
    with pytest.raises(ArcError, match="expected attempts at 1 test outputs, got them at 2"):
        trials_table(questions([task()]), [[ANSWER]] * 2, split="s")


def test_a_measure_is_the_mean_over_what_has_it_by_split_and_by_its_own_cells():
    asked = questions([task(), task(name="1"), task(name="2", family="swap")])
    table = pl.concat(
        [
            trials_table(asked, [[INPUT], [ANSWER], [ANSWER]], split=split)
            for split in ("test/seen", "test/swap")
        ]
    )
    exact = metrics.measured(table, metrics.EXACT_MATCH)
    assert exact["value"].to_list() == pytest.approx([2 / 3, 2 / 3])
    by_family = metrics.measured(table, metrics.EXACT_MATCH_BY_FAMILY).filter(split="test/seen")
    assert dict(by_family.select("family", "value").iter_rows()) == {"colour_map": 0.5, "swap": 1.0}
    assert metrics.measured(table, metrics.COPY)["value"].to_list() == [0.0, 0.0]
    assert metrics.measured(table.with_columns(foreground=None), metrics.FOREGROUND).is_empty()


def test_an_unknown_measure_and_a_missing_column_are_named():
    table = trials_table(questions([task()]), [[ANSWER]], split="s")
    with pytest.raises(ArcError, match="'pixels' is no measure; expected one of: exact_match"):
        metrics.measured(table, metrics.Measure("pixels"))
    with pytest.raises(ArcError, match="no column 'colour'"):
        metrics.measured(table, metrics.EXACT_MATCH, ("colour",))


@pytest.mark.parametrize("measure", metrics.MEASURES)
def test_every_measure_is_computed(measure):
    table = trials_table(questions([task()]), [[ANSWER]], split="s")
    assert metrics.measured(table, measure).height == 1
