"""Figures of made-up runs, against scikit-learn and by hand."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from analysis import Run
from graph_attention.assays.performance import Performance

ASSAY = Performance(resamples=99)
MEDIA, REACTIONS = 60, 12


def table(split, seed=0, **left_out):
    rng = np.random.default_rng(seed)
    growth = np.maximum(rng.normal(0.3, 0.4, MEDIA), 0)
    columns = {
        "split": [split] * MEDIA,
        "item": [f"{split} {number}" for number in range(MEDIA)],
        "group": [f"source {number // 5}" for number in range(MEDIA)],
        "step": [0] * MEDIA,
        "target": growth,
        "prediction": growth + rng.normal(0, 0.1, MEDIA),
        "score": [0.0] * MEDIA,
        "training_mean": [0.35] * MEDIA,
        "grows": growth > 0,
        "grow_probability": np.clip(growth + rng.normal(0, 0.3, MEDIA), 0, 1),
        "flux_r2": np.where(growth > 0, rng.uniform(0.5, 1, MEDIA), np.nan),
        "imbalance": rng.uniform(0, 1e-3, MEDIA),
        "split_tv": rng.uniform(0, 0.2, MEDIA),
        "split_tv_dependent": rng.uniform(0, 0.4, MEDIA),
    }
    return pl.DataFrame({k: v for k, v in columns.items() if k not in left_out})


@pytest.fixture(scope="module")
def trials():
    return pl.concat([table("validation/nutrient", 1), table("test/nutrient", 2), table("test/medium", 3)])


@pytest.fixture(scope="module")
def run(trials, tmp_path_factory):
    rng = np.random.default_rng(0)
    target = rng.normal(size=(3 * MEDIA, REACTIONS)).astype(np.float32)
    states = {
        "flux/target": target,
        "flux/predicted": target + rng.normal(0, 0.2, target.shape).astype(np.float32),
        "flux/reference": np.zeros_like(target),
    }
    made = Run(tmp_path_factory.mktemp("arm") / "seed-0").begin(
        "system: metabolism", {"data_hash": "planted"}
    )
    made.write_evaluation(trials, states, {})
    return made


@pytest.fixture(scope="module")
def found(run):
    return ASSAY.measure(run, {})


def of_split(trials, split="test/nutrient"):
    return trials.filter(pl.col("split") == split)


def test_growth_is_held_against_the_training_mean(found, trials):
    part = of_split(trials)
    expected = 1 - ((part["target"] - part["prediction"]) ** 2).sum() / ((part["target"] - 0.35) ** 2).sum()
    q2 = found.estimate("growth_q2", split="test/nutrient")
    assert q2.value == pytest.approx(expected)
    assert q2.low < expected < q2.high
    assert q2.n == MEDIA // 5


def test_growth_or_none_is_scikit_learns_area(found, trials):
    part = of_split(trials, "test/medium")
    expected = roc_auc_score(part["grows"], part["grow_probability"])
    assert found.estimate("grow_auroc", split="test/medium").value == pytest.approx(expected)


@pytest.mark.parametrize("measure", ["flux_r2", "imbalance", "split_tv", "split_tv_dependent"])
def test_figures_of_media_are_averaged_over_those_that_have_one(found, trials, measure):
    expected = np.nanmean(of_split(trials)[measure].to_numpy())
    assert found.estimate(measure, split="test/nutrient").value == pytest.approx(expected)


def test_fluxes_are_scored_by_the_median_reaction_of_the_split_alone(found, run):
    states = {name: array[MEDIA : 2 * MEDIA].astype(float) for name, array in run.states().items()}
    target, predicted = (
        np.sign(v) * np.log1p(np.abs(v)) for v in (states["flux/target"], states["flux/predicted"])
    )
    each = 1 - ((target - predicted) ** 2).sum(0) / (target**2).sum(0)
    assert found.estimate("flux_q2", split="test/nutrient").value == pytest.approx(np.median(each))


def test_validation_is_not_told_and_splits_are(found):
    assert {each.cell["split"] for each in found.figures} == {"test/nutrient", "test/medium"}


def test_an_arm_without_fluxes_is_told_by_what_it_does_predict(tmp_path):
    run = Run(tmp_path / "seed-0").begin("system: metabolism", {"data_hash": "planted"})
    run.write_evaluation(
        table("test/nutrient", flux_r2=0, split_tv=0, split_tv_dependent=0, imbalance=0), {}, {}
    )
    found = ASSAY.measure(run, {})
    assert {each.measure for each in found.figures} == {"growth_q2", "grow_auroc"}
    assert found.notes == (
        "it predicts nothing for: flux_q2, flux_r2, imbalance, split_tv, split_tv_dependent",
    )


def test_figures_are_drawn(found):
    drawn = [each.name for each in ASSAY.draw({"arm": [found], "other": [found]})]
    assert drawn == ["performance-growth_q2", "performance-flux_r2", "performance-split_tv_dependent"]
