from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis.comparison.interaction import interaction, told

LEVELS = ("none", "near", "far")


def table(gaps: dict[str, float], seeds: int = 6) -> pl.DataFrame:
    """An arm above a baseline by `gaps`, level by level, with noise of a point."""
    rng = np.random.default_rng(0)
    rows = [
        (arm, seed, level, 0.7 + (gaps[level] if arm == "gated" else 0.0) + rng.normal(0, 0.01))
        for arm in ("base", "gated")
        for seed in range(seeds)
        for level in LEVELS
    ]
    return pl.DataFrame(rows, schema=["arm", "seed", "lure", "value"], orient="row")


def test_a_difference_at_one_level_is_found_there_and_told():
    found = interaction(table({"none": 0.0, "near": 0.0, "far": 0.2}), ["lure"], "base", metric="accuracy")
    assert found.result("gated", lure="far").verdict == "higher"
    sentences = told(found)
    assert any(
        sentence.startswith("gated − base is larger for far than for the others: +0.")
        for sentence in sentences
    )


def test_the_same_difference_everywhere_is_no_interaction():
    found = interaction(table(dict.fromkeys(LEVELS, 0.2)), ["lure"], "base")
    assert told(found) == []
    assert all(result.cell for result in found.results)


def test_it_is_the_paired_test_of_contrasts_against_the_other_levels():
    values = table({"none": 0.0, "near": 0.05, "far": 0.1})
    wide = values.pivot(on="lure", index=["arm", "seed"], values="value").sort("arm", "seed")
    contrast = (wide["far"] - (wide["none"] + wide["near"]) / 2).to_numpy()
    expected = stats.ttest_rel(contrast[6:], contrast[:6])
    gap = interaction(values, ["lure"], "base").result("gated", lure="far").difference
    assert gap.p == pytest.approx(expected.pvalue)
    assert gap.estimate.value == pytest.approx((contrast[6:] - contrast[:6]).mean())


def test_a_network_that_lacks_a_level_is_left_out():
    values = table(dict.fromkeys(LEVELS, 0.2)).filter(~((pl.col("seed") == 5) & (pl.col("lure") == "far")))
    found = interaction(values, ["lure"], "base")
    assert {result.estimate.n for result in found.results} == {5}


def test_a_sentence_has_no_minus_before_a_zero():
    found = interaction(table({"none": 0.0, "near": 0.0, "far": 0.2}), ["lure"], "base")
    far = found.result("gated", lure="far")
    estimate = replace(far.difference.estimate, low=-0.0001)
    edge = replace(far, difference=replace(far.difference, estimate=estimate))
    assert "[+0.000, +" in told(replace(found, results=(edge,)))[0]
