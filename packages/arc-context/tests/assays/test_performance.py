"""Figures of made-up answers, counted by hand."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from arc_context.assays import Collapse, Performance


@pytest.fixture(scope="module")
def table(outputs):
    validation = outputs("validation/seen", right=0.1)
    two = [outputs("test/seen", family, right) for family, right in (("colour_map", 0.75), ("swap", 0.25))]
    return pl.concat([validation, *two, outputs("test/swap", "swap", 0.5)])


@pytest.fixture(scope="module")
def found(table, stored):
    return Performance().measure(stored(table), {})


def test_shares_are_those_of_each_split_and_family(found):
    assert found.estimate("exact_match", split="test/seen").value == pytest.approx(0.5)
    assert found.estimate("exact_match", split="test/swap").value == pytest.approx(0.5)
    family = {"split": "test/seen", "family": "colour_map"}
    assert found.estimate("exact_match_by_family", **family).value == pytest.approx(0.75)
    assert found.estimate("foreground_by_family", **family).value == pytest.approx(0.75 + 0.25 * 0.5)
    assert found.estimate("background_by_family", **family).value == 1.0
    assert found.estimate("cell_accuracy", split="test/seen").value == pytest.approx(0.9)
    assert {each.cell["split"] for each in found.figures} == {"test/seen", "test/swap"}


def test_the_interval_is_over_tasks_and_not_over_their_outputs(found, table):
    part = table.filter(pl.col("split") == "test/swap")
    mine = found.estimate("exact_match", split="test/swap")
    means = part.group_by("group").agg(pl.col("prediction").mean())["prediction"].to_numpy()
    expected = stats.t.interval(0.95, means.size - 1, means.mean(), stats.sem(means))
    assert mine.n == 20
    assert (mine.low, mine.high) == pytest.approx(expected)


def test_answers_without_foreground_are_counted(outputs, stored):
    table = outputs().with_columns(
        foreground=pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise("foreground")
    )
    notes = Performance().measure(stored(table), {}).notes
    assert notes == ("test/seen: 3 of 40 answers have no foreground, and no share of it",)


def test_figures_are_drawn_of_all_arms(found):
    drawn = [each.name for each in Performance().draw({"film": [found], "cross_attention": [found]})]
    names = ("exact_match", "exact_match_by_family", "foreground", "background")
    assert drawn == [f"performance-{name}" for name in names]


def planted(outputs, foreground, background):
    return outputs().with_columns(foreground=pl.Series(foreground), background=pl.Series(background))


def test_an_answer_of_background_alone_is_collapsed_and_one_that_is_all_wrong_is_not(outputs, stored):
    foreground = np.repeat([0.0, 0.0, 1.0, 0.05], 10)
    background = np.repeat([1.0, 0.2, 1.0, 0.95], 10)
    found = Collapse().measure(stored(planted(outputs, foreground, background)), {})
    assert found.estimate("collapsed", split="test/seen").value == pytest.approx(0.5)
    assert found.estimate("background_gap", split="test/seen").value == pytest.approx(
        np.mean(background - foreground)
    )
    at_background = np.mean(foreground[background >= 0.95])
    assert found.estimate("foreground_at_background", split="test/seen").value == pytest.approx(at_background)


def test_collapse_is_of_answers_with_both_and_says_how_many_lack_one(outputs, stored):
    foreground = [None, *np.full(39, 0.5)]
    found = Collapse().measure(stored(planted(outputs, foreground, np.ones(40))), {})
    assert found.estimate("background_gap", split="test/seen").value == pytest.approx(0.5)
    assert found.notes == ("test/seen: 1 of 40 answers left out, they lack foreground or background",)


def test_tasks_that_were_read_are_of_no_family(outputs, stored):
    found = Performance().measure(stored(outputs("test/tasks", family="")), {})
    assert found.estimate("exact_match", split="test/tasks").value == pytest.approx(0.75)
    assert not list(found.of("exact_match_by_family"))
