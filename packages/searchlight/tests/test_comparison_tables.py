import math
from dataclasses import replace

import polars as pl
import pytest

from analysis import Arrival, Comparison, Estimate, Measure, compare
from analysis.comparison.arms import SHARED
from analysis.comparison.arrivals import compare_arrivals
from searchlight.comparison_tables import (
    merged,
    overall_lines,
    show_table,
    shown,
    table_row,
    told_apart,
)
from searchlight.results import headed, short
from searchlight.sweeping import show_marginal


def compared(gaps: dict[str, float], metric: str = "score", base: float = 0.5) -> Comparison:
    rows = [
        (arm, seed, cell, base + 0.01 * seed + (gap + 0.001 * seed) * (arm == "gated"))
        for cell, gap in gaps.items()
        for arm in ("base", "gated")
        for seed in range(5)
    ]
    values = pl.DataFrame(rows, schema=["arm", "seed", "cell", "value"], orient="row")
    return compare(values, ["cell"], "base", metric=metric)


def test_no_zero_has_a_minus_and_bytes_are_told_as_megabytes():
    assert short(Estimate(-0.0001, -0.0002, 0.0001, 5)) == "0.000 [0.000, 0.000]"
    assert short(Estimate(-0.0001, -0.2, 0.0001, 5), signed=True) == "+0.000 [-0.200, +0.000]"
    assert shown(Estimate(2.5e9, 2.4e9, 2.6e9, 5), "peak_bytes") == "2,500 [2,400, 2,600]"
    assert shown(Estimate(-4e6, -5e6, 1e6, 5), "peak_bytes", signed=True) == "-4.0 [-5.0, +1.0]"


def test_what_is_small_but_not_zero_is_told_with_an_exponent():
    assert short(Estimate(1e-8, 0.0, 2.1e-8, 5)) == "1.0e-08 [0, 2.1e-08]"
    assert short(Estimate(3e-4, math.nan, math.nan, 1)) == "3.0e-04"
    assert short(Estimate(3e-4, 0.0, 0.01, 5)) == "0.000 [0.000, 0.010]"


def test_what_is_better_low_is_said_so_and_what_never_arrived_has_no_steps():
    assert headed(Measure("imbalance", higher_is_better=False)) == "imbalance (lower is better)"
    assert headed(Measure("accuracy", chance=0.5)) == "accuracy (chance 0.5)"
    rows = [(arm, seed, 48.0, False) for arm in ("base", "gated") for seed in range(2)]
    values = pl.DataFrame(rows, schema=["arm", "seed", "value", "reached"], orient="row")
    found = compare_arrivals(values, "base", Arrival("steps_to_90"))
    assert table_row(found.result("gated"), found.metric)[2] == "none of 2 arrived in 48 steps"


def test_steps_are_whole_numbers_and_their_ratio_has_no_sign():
    rows = [
        (arm, seed, at + seed, True) for arm, at in (("base", 400.0), ("gated", 100.0)) for seed in range(5)
    ]
    values = pl.DataFrame(rows, schema=["arm", "seed", "value", "reached"], orient="row")
    found = compare_arrivals(values, "base", Arrival("steps_to_90"))
    row = table_row(found.result("gated"), found.metric)
    assert row[2].startswith("102 [10")
    assert row[3].startswith("-300 [-30")
    assert row[4] == "0.25 times"


def test_cells_that_differ_are_told_and_the_others_counted(capsys):
    found = compared({"same": 0.0, "near": -0.0018, "far": 0.2})
    kept, left = told_apart(found.results)
    assert [result.label for result in kept] == ["overall", "overall", "far", "far"]
    assert left == 2
    show_table(found, "", "n = 5", brief=True)
    assert "2 cells without detectable difference (all of them in the report)" in capsys.readouterr().out
    show_table(found, "", "n = 5")
    assert "near" in capsys.readouterr().out


def test_what_every_network_shares_has_one_line():
    values = pl.DataFrame(
        [(arm, seed, 0.7) for arm in ("base", "gated", "looking") for seed in range(5)],
        schema=["arm", "seed", "value"],
        orient="row",
    )
    assert list(overall_lines(compare(values, [], "base"))) == [
        ["every arm", "0.700", "", "", "", SHARED, ""]
    ]


@pytest.mark.parametrize(
    ("notes", "told"),
    [
        (["costs: a: told", "costs: b: told"], ["costs: a, b: told"]),
        (["a: told", "costs: a: told", "b: other"], ["a: told", "costs: a: told", "b: other"]),
        (["of nobody", "of nobody"], ["of nobody"]),
        (["costs: a+1: told", "costs: a: told"], ["costs: a+1, a: told"]),
    ],
)
def test_the_same_note_on_several_arms_is_one(notes, told):
    assert merged(notes, ["a", "b", "a+1"]) == told


def test_a_result_shows_its_verdict():
    result = compared({"far": 0.2}).result("gated")
    assert table_row(result, "score")[6] == "better"
    assert table_row(replace(result, verdict="worse"), "score")[6] == "worse"


def test_the_levels_of_a_setting_are_shown_with_their_figures(capsys):
    show_marginal(compared({"far": 0.2}), "rate")
    shown_lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("gated  0.7") and line.endswith("better") for line in shown_lines)
