"""Two made-up conditions: attention that differs where flux does, where degree is high, or nowhere."""

import numpy as np
import polars as pl
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from graph_attention.assays.contrasts import Contrast, Contrasts, contrasted

ASSAY = Contrasts(permutations=199)
REACTIONS, SETTINGS = 160, 6
PAIR = ("glucose", "acetate")
CELL = "glucose and acetate"
RNG = np.random.default_rng(5)
DEGREE = RNG.integers(2, 6, REACTIONS)
PATHWAY = RNG.choice(["a", "b"], REACTIONS)
DIFFERS = RNG.random(REACTIONS) < 0.12 * (DEGREE - 1)
STRENGTH = DIFFERS * RNG.uniform(0, 0.4, REACTIONS)


def rows(condition, setting, seed=1):
    rng = np.random.default_rng([seed, setting, PAIR.index(condition)])
    growth = 0.1 * (setting + 1)
    side = 1 if condition == "glucose" else -1
    change = np.where(DIFFERS, 1 + 0.5 * side, 1.0)
    noise = rng.normal(0, 0.15, (2, REACTIONS))
    return pl.DataFrame(
        {
            "step": np.arange(REACTIONS),
            "node": [f"r{number}" for number in range(REACTIONS)],
            "kind": "reaction",
            "degree": DEGREE,
            "subsystem": PATHWAY,
            "flux": growth * change * 2.0,
            "score/inflow": side * STRENGTH + noise[0],
            "score/degree": side * DEGREE.astype(float),
            "score/random": noise[1],
        }
    ).with_columns(
        split=pl.lit("contrasts"),
        item=pl.lit(f"{condition} {setting}"),
        group=pl.lit(f"setting {setting}"),
        condition=pl.lit(condition),
        growth=pl.lit(growth),
        target=pl.lit(0.0),
        prediction=pl.lit(0.0),
        score=pl.lit(0.0),
    )


@pytest.fixture(scope="module")
def table():
    return pl.concat([rows(condition, setting) for setting in range(SETTINGS) for condition in PAIR])


@pytest.fixture(scope="module")
def found(table, stored):
    run = stored(table)
    return ASSAY.measure(run, {"contrasts": run})


def of(found, measure, score):
    return found.estimate(measure, pair=CELL, score=score)


def test_fluxes_per_growth_say_which_reactions_differ_whatever_the_uptake(table):
    np.testing.assert_array_equal(Contrast.of(table, PAIR).differs, DIFFERS)


def test_attention_that_differs_where_flux_does_is_told_from_degree_and_noise(found):
    assert of(found, "contrast_auroc", "inflow").value > 0.85
    assert of(found, "contrast_auroc", "inflow").null.p == pytest.approx(1 / 200)
    assert of(found, "contrast_excess", "inflow").low > 0
    assert of(found, "contrast_auroc", "degree").value > 0.6
    assert of(found, "contrast_auroc", "degree").null.p == 1.0
    assert of(found, "contrast_excess", "degree").value == pytest.approx(0, abs=1e-9)
    noise = of(found, "contrast_excess", "random")
    assert noise.low < 0 < noise.high


def test_the_area_is_that_of_scikit_learn(found, table):
    gaps = Contrast.of(table, PAIR).attention["inflow"]
    assert of(found, "contrast_auroc", "inflow").value == pytest.approx(
        roc_auc_score(DIFFERS, np.abs(gaps.mean(0)))
    )


def test_reactions_that_are_attended_differently_are_counted_after_correction(found):
    assert 0.05 < of(found, "reactions_contrasted", "inflow").value <= DIFFERS.mean() + 0.03
    assert of(found, "reactions_contrasted", "random").value < 0.05


def test_the_share_is_that_of_a_paired_t_test_with_scipys_correction():
    gaps = np.random.default_rng(0).normal(0.5, 1, (5, 60))
    p = stats.false_discovery_control(stats.ttest_1samp(gaps, 0).pvalue)
    assert contrasted(gaps) == pytest.approx((p < 0.05).mean())


def test_a_setting_that_one_condition_lacks_is_left_out(table, stored):
    lacking = table.filter(~((pl.col("condition") == "acetate") & (pl.col("group") == "setting 0")))
    assert Contrast.of(lacking, PAIR).flux[0].shape == (SETTINGS - 1, REACTIONS)


def test_where_no_flux_differs_there_is_no_area(table, stored):
    run = stored(table.with_columns(flux=pl.col("growth")))
    found = ASSAY.measure(run, {"contrasts": run})
    assert "no flux differs" in of(found, "contrast_auroc", "inflow").how
    assert found.notes == (
        f"{CELL}: the flux of 0 of {REACTIONS} reactions differs, over {SETTINGS} settings of uptake",
    )


def test_a_figure_is_drawn_of_each_pair(found):
    assert [each.name for each in ASSAY.draw({"arm": [found]})] == ["contrasts-glucose-and-acetate"]
