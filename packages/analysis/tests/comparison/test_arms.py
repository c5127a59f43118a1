import json

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis import AnalysisError, Comparability, compare, holm
from analysis.comparison.arms import NO_WIDTH, one_family

CELLS = [(n, feature) for n in (1, 2, 10) for feature in ("location", "identity")]


def table(gap: dict | float = 0.1, seeds=range(5), arm_seeds=None, arm: str = "gated") -> pl.DataFrame:
    """A baseline near .8 and an arm that lies `gap` above it, by cell."""
    rng, rows = np.random.default_rng(0), []
    for n, feature in CELLS:
        step = gap.get((n, feature), 0.0) if isinstance(gap, dict) else gap
        noise = rng.normal(0, 0.01, size=(2, 10))
        rows += [("baseline", seed, n, feature, 0.8 + noise[0, seed]) for seed in seeds]
        rows += [(arm, seed, n, feature, 0.8 + step + noise[1, seed]) for seed in arm_seeds or seeds]
    return pl.DataFrame(rows, schema=["arm", "seed", "n", "feature", "value"], orient="row")


def test_cells_come_in_the_order_of_their_values_after_the_overall_rows():
    found = compare(table(), ["n", "feature"], "baseline")
    labels = list(dict.fromkeys(result.label for result in found.results))
    assert labels[:3] == ["overall", "n=1 identity", "n=1 location"]
    assert labels[-1] == "n=10 location"
    assert [result.arm for result in found.results[:2]] == ["baseline", "gated"]


def test_an_effect_in_one_cell_is_found_there_and_nowhere_else():
    found = compare(table({(2, "location"): 0.1, (1, "identity"): -0.1}), ["n", "feature"], "baseline")
    verdicts = {
        result.label: result.verdict for result in found.results if result.arm == "gated" and result.cell
    }
    assert verdicts.pop("n=2 location") == "better"
    assert verdicts.pop("n=1 identity") == "worse"
    assert set(verdicts.values()) == {"no detectable difference"}


def test_lower_can_be_better():
    found = compare(table(-0.1), ["n", "feature"], "baseline", higher_is_better=False)
    assert found.result("gated").verdict == "better"


def test_intervals_of_arms_keep_to_the_bounds_of_the_metric():
    (free, bound) = (
        compare(table(0.2), ["n", "feature"], "baseline", bounds=limits).result("gated").estimate
        for limits in ((-9.0, 9.0), (0.0, 0.9))
    )
    assert free.high > 0.9 >= bound.high
    assert bound.value == free.value


def test_neither_side_need_be_better():
    up, down = (
        compare(table(gap), ["n", "feature"], "baseline", higher_is_better=None) for gap in (0.1, -0.1)
    )
    assert [found.result("gated").verdict for found in (up, down)] == ["higher", "lower"]


def test_the_difference_is_the_paired_test_of_scipy_corrected_over_the_cells():
    values = table({(2, "location"): 0.02})
    found = compare(values, ["n", "feature"], "baseline", chance=0.5)
    expected = {}
    for n, feature in CELLS:
        cell = values.filter(pl.col("n") == n, pl.col("feature") == feature)
        sides = [cell.filter(pl.col("arm") == arm).sort("seed")["value"] for arm in ("gated", "baseline")]
        expected[n, feature] = stats.ttest_rel(*sides).pvalue
    ordered = sorted(expected.values())
    corrected = np.minimum(np.maximum.accumulate([p * (6 - rank) for rank, p in enumerate(ordered)]), 1)
    ours = [found.result("gated", n=n, feature=feature) for n, feature in sorted(expected, key=expected.get)]
    np.testing.assert_allclose([result.difference.p for result in ours], ordered)
    np.testing.assert_allclose([result.p_corrected for result in ours], corrected)


def test_the_overall_value_of_a_seed_is_its_mean_over_cells():
    values = table()
    found = compare(values, ["n", "feature"], "baseline", chance=0.5).result("gated").estimate
    means = values.filter(pl.col("arm") == "gated").group_by("seed").agg(pl.col("value").mean())["value"]
    interval = stats.ttest_1samp(means, 0).confidence_interval()
    assert (found.value, found.low, found.high) == pytest.approx((means.mean(), interval.low, interval.high))
    assert (found.n, found.chance) == (5, 0.5)


def test_without_cells_there_is_the_overall_row_only():
    values = table().group_by("arm", "seed").agg(pl.col("value").mean())
    assert [result.label for result in compare(values, [], "baseline").results] == ["overall", "overall"]


def test_seeds_that_do_not_pair_are_compared_by_welch():
    found = compare(table(arm_seeds=range(4)), ["n", "feature"], "baseline").result("gated")
    assert (found.difference.test, found.difference.n) == ("Welch t", 9)


def test_one_seed_is_not_comparable_and_says_why():
    found = compare(table(seeds=[0]), ["n", "feature"], "baseline").result("gated")
    assert (found.verdict, found.reason) == ("not comparable", "gated has 1 seed, a test needs 2 or more")
    assert str(found.estimate).endswith("no interval, n = 1")


def test_an_arm_that_lacks_a_cell_is_compared_in_the_others():
    values = table().filter((pl.col("arm") == "baseline") | (pl.col("n") != 2))
    found = compare(values, ["n", "feature"], "baseline")
    lacking = found.result("gated", n=2, feature="location")
    assert (lacking.verdict, lacking.reason) == ("not comparable", "gated has no value here")
    assert found.result("gated").reason == "gated lacks some of the cells"
    assert found.result("gated", n=1, feature="location").verdict == "better"


def test_what_is_held_against_an_arm_blocks_all_its_verdicts():
    checked = Comparability({"gated": ("trained on 10 samples, baseline on 20",)}, ("gated is larger",))
    found = compare(table(), ["n", "feature"], "baseline", checked=checked)
    assert {result.verdict for result in found.results if result.arm == "gated"} == {"not comparable"}
    assert found.result("gated").reason == "trained on 10 samples, baseline on 20"
    assert found.notes == ("gated is larger",)


def test_identical_arms_have_no_detectable_difference():
    values = table()
    twin = values.filter(pl.col("arm") == "baseline").with_columns(arm=pl.lit("twin"))
    found = compare(pl.concat([values, twin]), ["n", "feature"], "baseline")
    assert {r.p_corrected for r in found.results if r.arm == "twin"} == {1.0}
    assert {r.verdict for r in found.results if r.arm == "twin"} == {"no detectable difference"}


def test_the_order_of_the_rows_does_not_change_a_byte():
    values = table()
    dumps = [
        json.dumps(compare(rows, ["n", "feature"], "baseline").to_dict(), allow_nan=False)
        for rows in (values, values.sample(fraction=1.0, shuffle=True, seed=3))
    ]
    assert dumps[0] == dumps[1]


def test_rows_are_flat():
    row = compare(table(), ["n", "feature"], "baseline", chance=0.5).rows()[1]
    assert row["cell"] == "overall"
    assert row["difference"] == pytest.approx(0.1, abs=0.02)
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert (row["n"], row["chance"], row["verdict"]) == (5, 0.5, "better")
    assert row["low"] < row["value"] < row["high"]


def test_a_seed_that_lacks_a_cell_is_left_out_of_the_overall_row_and_this_is_said():
    values = table().filter((pl.col("arm") != "gated") | (pl.col("seed") != 3) | (pl.col("n") != 2))
    found = compare(values, ["n", "feature"], "baseline")
    assert found.notes == (
        "gated, seed 3, lacks some of the cells and is left out of the overall row",
        "gated has other seeds than baseline; they are compared by Welch's test, not paired",
    )
    assert (found.result("gated").estimate.n, found.result("gated").difference.test) == (4, "Welch t")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (table().drop("seed"), "missing seed"),
        (table().filter(pl.col("arm") == "gated"), "baseline baseline is not an arm: gated"),
        (table().with_columns(value=pl.lit(float("nan"))), "must be finite"),
        (table().with_columns(value=pl.lit(None, dtype=pl.Float64)), "must be finite"),
        (pl.concat([table(), table()]), "some stand twice"),
        (table().with_columns(n=pl.lit(None)), "n must be known in every row"),
    ],
)
def test_a_table_that_cannot_be_compared_is_refused(values, message):
    with pytest.raises(AnalysisError, match=message):
        compare(values, ["n", "feature"], "baseline")


def test_a_result_that_is_not_there_is_named():
    with pytest.raises(AnalysisError, match="no result of lstm in overall; arms: baseline, gated"):
        compare(table(), ["n", "feature"], "baseline").result("lstm")


def test_one_family_corrects_overall_rows_together_and_judges_again():
    alone = [compare(table(gap), ["n", "feature"], "baseline") for gap in (0.02, 0.0, 0.0, 0.0)]
    together = one_family(alone)
    expected = holm([each.result("gated").difference.p for each in alone])
    np.testing.assert_allclose([each.result("gated").p_corrected for each in together], expected)
    many = one_family([compare(table(0.006), ["n", "feature"], "baseline") for _ in range(40)])
    assert alone[0].result("gated", n=1, feature="identity") == together[0].result(
        "gated", n=1, feature="identity"
    )
    assert all(
        (each.result("gated").verdict == "better") == (each.result("gated").p_corrected < 0.05)
        for each in many
    )


def test_arms_come_in_the_order_of_their_first_rows_after_the_baseline():
    values = pl.concat([table(arm=arm).filter(pl.col("arm") == arm) for arm in ("zebra", "ape")] + [
        table().filter(pl.col("arm") == "baseline")
    ])  # fmt: skip
    assert compare(values, ["n", "feature"], "baseline").arms == ("baseline", "zebra", "ape")


def test_a_single_cell_is_the_overall_row_and_has_one_verdict():
    found = compare(
        table().filter(pl.col("n") == 2, pl.col("feature") == "location"), ["n", "feature"], "baseline"
    )
    assert [(result.label, result.arm) for result in found.results] == [
        ("overall", "baseline"),
        ("overall", "gated"),
    ]
    assert "the only cell is n=2 location" in found.notes


def test_what_is_the_same_in_every_network_is_one_value_and_not_tested():
    frozen = (pl.col("n") == 2) & (pl.col("feature") == "location")
    values = table(0.1).with_columns(value=pl.when(frozen).then(0.7).otherwise(pl.col("value")))
    found = compare(values, ["n", "feature"], "baseline")
    shared = found.result("gated", n=2, feature="location")
    assert (shared.estimate.value, shared.estimate.n, shared.difference) == (0.7, 1, None)
    assert (shared.verdict, shared.reason) == (
        "no detectable difference",
        "the same in every network (shared)",
    )
    others = [result for result in found.results if result.arm == "gated" and result.difference]
    assert len(others) == 6
    assert {result.estimate.n for result in others} == {5}


def test_networks_that_all_reach_a_bound_are_still_so_many_networks():
    values = table().with_columns(value=pl.lit(1.0))
    result = compare(values, ["n", "feature"], "baseline", bounds=(0.0, 1.0)).result("gated")
    assert (result.estimate.n, result.difference.p) == (5, 1.0)


def test_a_verdict_without_variation_over_seeds_says_so():
    rows = [(arm, seed, value) for arm, value in (("base", 0.7), ("knn", 0.8)) for seed in range(2)]
    values = pl.DataFrame(rows, schema=["arm", "seed", "value"], orient="row")
    found = compare(values, [], "base").result("knn")
    assert (found.verdict, found.reason) == ("better", NO_WIDTH)
