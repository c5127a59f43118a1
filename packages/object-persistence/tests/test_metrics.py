import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import sem, t
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    recall_score,
    roc_auc_score,
)

from analysis import Measure
from object_persistence.errors import PersistenceError
from object_persistence.metrics import (
    ACCURACY,
    ACCURACY_SEEN,
    AUROC,
    FIGURES,
    MAJORITY,
    MEASURES,
    accuracy,
    auroc,
    calibration_error,
    majority,
    measured,
    reliability,
    reliability_bins,
)

REFERENCES = {
    "accuracy": lambda truth, score: accuracy_score(truth, score >= 0.5),
    "balanced_accuracy": lambda truth, score: balanced_accuracy_score(truth, score >= 0.5),
    "persistent_accuracy": lambda truth, score: recall_score(truth, score >= 0.5),
    "transient_accuracy": lambda truth, score: recall_score(~truth, score < 0.5),
    "auroc": roc_auc_score,
    "brier": brier_score_loss,
}


@st.composite
def answers(draw):
    """Labels of both classes, and probabilities among which many are equal."""
    rest = draw(st.lists(st.tuples(st.booleans(), st.integers(0, 16)), max_size=40))
    rows = [(True, draw(st.integers(0, 16))), (False, draw(st.integers(0, 16))), *rest]
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows]) / 16


@pytest.mark.parametrize("name", REFERENCES)
@given(answers())
def test_figures_are_those_of_scikit_learn(name, given_answers):
    truth, score = given_answers
    assert FIGURES[name](truth, score) == pytest.approx(REFERENCES[name](truth, score))


@given(answers())
def test_the_commoner_answer_scores_the_majority(given_answers):
    truth, score = given_answers
    always = max(accuracy(truth, np.full(len(truth), said)) for said in (0.0, 1.0))
    assert majority(truth) == always
    assert FIGURES["above_majority"](truth, score) == pytest.approx(accuracy(truth, score) - always)


def test_reliability_is_the_calibration_curve_of_scikit_learn(rng):
    score = rng.random(500)
    truth = rng.random(500) < score**2
    table = reliability(truth, score)
    share, mean = calibration_curve(truth, score, n_bins=10)
    assert np.allclose(table["persistent"], share)
    assert np.allclose(table["score"], mean)
    assert table["detections"].sum() == 500


def test_bins_are_rows_of_the_table_with_an_interval_over_clips(rng):
    """Student's over the means of equally large clips, by SciPy."""
    score = np.repeat([0.2, 0.75, 1.0], 40)
    truth, clip = rng.random(120) < score, np.tile(np.arange(8), 15)
    found = reliability_bins(truth, score, clip)
    assert [(each.low, each.high) for each in found] == [(0.2, 0.3), (0.7, 0.8), (0.9, 1.0)]
    table = reliability(truth, score)
    assert [each.detections for each in found] == table["detections"].to_list() == [40] * 3
    assert [each.probability for each in found] == pytest.approx(table["score"].to_list())
    assert [each.share.value for each in found] == pytest.approx(table["persistent"].to_list())
    means = truth[40:80].reshape(5, 8).mean(0)
    half = t.ppf(0.975, 7) * sem(means)
    middle = found[1].share
    assert (middle.low, middle.high) == pytest.approx((means.mean() - half, min(means.mean() + half, 1)))


def test_a_calibrated_probability_has_little_error_and_a_bold_one_much(rng):
    score = rng.random(20_000)
    truth = rng.random(20_000) < score
    assert calibration_error(truth, score) < 0.02
    bold = np.where(score > 0.5, 1.0, 0.0)
    assert calibration_error(truth, bold) == pytest.approx(0.25, abs=0.02)


def test_a_probability_of_one_lies_in_the_last_bin():
    table = reliability(np.array([True, False]), np.array([1.0, 0.95]))
    assert table.rows() == [(0.9, 1.0, 2, 0.975, 0.5)]


@pytest.mark.parametrize("wrong", [1.2, -0.1, math.nan])
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(PersistenceError, match=f"1 of 2 are not, the first is {wrong:g}"):
        reliability(np.array([True, False]), np.array([0.5, wrong]))


def test_shuffled_labels_have_an_auroc_of_a_half(rng):
    score = rng.random(300)
    found = [auroc(rng.permutation(300) < 100, score) for _ in range(200)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.01)


def test_one_class_alone_has_an_accuracy_and_no_auroc():
    trials = table_of([1, 1, 1], [0.9, 0.2, 0.6])
    assert measured(trials, ACCURACY)["value"].to_list() == pytest.approx([2 / 3])
    for measure in MEASURES:
        if measure.name in ("auroc", "balanced_accuracy", "transient_accuracy"):
            assert measured(trials, measure).is_empty()


def test_a_measure_is_told_by_split_and_cell():
    trials = table_of([1, 0, 1, 0], [0.9, 0.8, 0.4, 0.1], seen=[1, 1, 2, 2])
    trials = pl.concat([trials, trials.with_columns(pl.lit("test/gap4").alias("split"), score=1.0)])
    assert measured(trials, ACCURACY).rows() == [("test/gap4", 0.5), ("test/same", 0.5)]
    assert measured(trials, AUROC, ()).rows() == [(9 / 16,)]
    by_seen = measured(trials.filter(split="test/same"), ACCURACY_SEEN)
    assert by_seen.columns == ["split", "seen", "value"]
    assert by_seen["value"].to_list() == [0.5, 0.5]


def test_trials_without_rows_have_no_figures():
    nothing = table_of([], [])
    for by in ((), ("split",)):
        assert measured(nothing, MAJORITY, by).is_empty()


def test_a_missing_column_and_an_unknown_measure_are_named():
    trials = table_of([1], [1.0])
    with pytest.raises(PersistenceError, match="no column 'seen'; expected among: split, target, score"):
        measured(trials.drop("seen"), ACCURACY_SEEN)
    with pytest.raises(PersistenceError, match="'f1' is no measure; expected one of: accuracy"):
        measured(trials, Measure("f1"))


def test_chance_lies_within_the_bounds_of_every_measure():
    for measure in MEASURES:
        low, high = measure.bounds
        assert measure.chance is None or low <= measure.chance <= high
    assert {measure.name for measure in MEASURES} == set(FIGURES)


def table_of(target, score, seen=None):
    columns = {
        "split": ["test/same"] * len(target),
        "target": target,
        "score": score,
        "seen": seen or [1] * len(target),
    }
    return pl.DataFrame(
        columns, schema={"split": pl.Utf8, "target": pl.Int64, "score": pl.Float64, "seen": pl.Int64}
    )


@pytest.fixture
def rng():
    return np.random.default_rng(0)
