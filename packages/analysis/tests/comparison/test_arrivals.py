import polars as pl
import pytest

from analysis import Arrival, Comparability, StepsToCriterion, steps_difference
from analysis.comparison.arrivals import compare_arrivals

STEPS = Arrival("steps_to_90")


def table(**sides: list[tuple[float, bool]]) -> pl.DataFrame:
    rows = [(arm, seed, *each) for arm, side in sides.items() for seed, each in enumerate(side)]
    return pl.DataFrame(rows, schema=["arm", "seed", "value", "reached"], orient="row")


EARLY = [(float(step), True) for step in (100, 120, 110, 130, 105)]
LATE = [(400.0, True), (450.0, True), *[(600.0, False)] * 3]


def test_fewer_steps_are_better_by_the_log_rank_test_of_all_networks():
    found = compare_arrivals(table(base=LATE, gated=EARLY), "base", STEPS)
    result = found.result("gated")
    assert result.verdict == "better"
    expected = steps_difference(*(
        StepsToCriterion(frame["value"].to_numpy(), frame["reached"].to_numpy())
        for frame in (table(a=EARLY), table(a=LATE))
    ), horizon=600.0)  # fmt: skip
    assert result.difference.p == pytest.approx(expected.p)
    assert result.difference.test.startswith("log-rank")
    assert "base: 2 of 5 networks arrived" in found.notes


def test_arms_that_never_arrive_do_not_differ():
    never = [(600.0, False)] * 4
    result = compare_arrivals(table(base=never, gated=never), "base", STEPS).result("gated")
    assert result.verdict == "no detectable difference"
    assert (result.estimate.n, str(result.estimate)) == (4, "not estimable: none of 4 arrived in 600 steps")


def test_one_network_and_another_budget_are_not_comparable():
    assert compare_arrivals(table(base=LATE, gated=EARLY[:1]), "base", STEPS).result("gated").reason == (
        "gated has 1 seed, a test needs 2 or more"
    )
    blocked = Comparability({"gated": ("another budget",)})
    found = compare_arrivals(table(base=LATE, gated=EARLY), "base", STEPS, checked=blocked)
    assert found.result("gated").verdict == "not comparable"


def test_an_interval_that_holds_0_leaves_the_log_rank_test_undecided():
    late = [(101.0, True), (102.0, True), (103.0, True), (104.0, True), (900.0, True)]
    early = [(float(step), True) for step in (96, 97, 98, 99, 100)]
    result = compare_arrivals(table(base=late, gated=early), "base", STEPS).result("gated")
    gap = result.difference
    assert gap.p < 0.05
    assert gap.estimate.low < 0 < gap.estimate.high
    assert result.verdict == "no detectable difference"
    assert result.reason == f"p = {gap.p:.3g}, but the interval holds 0"


def test_no_interval_of_steps_goes_below_0():
    wide = [(10.0, True), (10.0, True), (900.0, True)]
    estimate = compare_arrivals(table(base=wide, gated=wide), "base", STEPS).result("gated").estimate
    assert estimate.low == 0.0


def test_a_ratio_of_steps_is_called_one_in_a_row():
    row = compare_arrivals(table(base=LATE, gated=EARLY), "base", STEPS).result("gated").row()
    assert (row["effect"], row["effect_size"] < 1) == ("ratio of steps", True)
