import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis import AnalysisError, leakage

LABELS = np.repeat(["chair", "lamp", "plane", "vehicle"], 60)
GROUPS = np.arange(240) // 4


def planted(strength: float, dims: int = 6) -> np.ndarray:
    rng = np.random.default_rng(0)
    means = rng.normal(size=(4, dims))
    return strength * np.repeat(means, 60, axis=0) + rng.normal(size=(240, dims))


def test_a_planted_label_is_found_and_noise_is_not():
    found = {
        row.feature: row.estimate
        for row in leakage({"told": planted(5.0), "noise": planted(0.0)}, LABELS, GROUPS)
    }
    assert found["told"].low > 0.9
    assert found["noise"].low < 0.25 < found["noise"].high
    assert {estimate.chance for estimate in found.values()} == {0.25}
    assert {estimate.n for estimate in found.values()} == {5}


def test_it_agrees_with_another_linear_decoder():
    features = planted(0.7)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    predicted = cross_val_predict(model, features, LABELS, groups=GROUPS, cv=StratifiedGroupKFold(5))
    expected = balanced_accuracy_score(LABELS, predicted)
    assert leakage({"x": features}, LABELS, GROUPS)[0].estimate.value == pytest.approx(expected, abs=0.04)


def test_items_of_one_group_never_stand_on_both_sides():
    # the label belongs to the group and the feature only names the group: honest folds find nothing
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(60), 4)
    labels = np.repeat(rng.permutation(np.arange(60) % 2), 4)
    fingerprint = np.repeat(rng.normal(size=(60, 40)), 4, axis=0)
    assert leakage({"fingerprint": fingerprint}, labels, groups)[0].estimate.value < 0.7


def test_balance_is_corrected_for_rare_classes():
    labels = np.array([0] * 200 + [1] * 40)
    noise = np.random.default_rng(0).normal(size=(240, 3))
    assert leakage({"noise": noise}, labels, np.arange(240))[0].estimate.value == pytest.approx(0.5, abs=0.1)


def test_a_constant_feature_is_at_chance_and_a_constant_column_does_no_harm():
    constant, told = np.ones((240, 2)), planted(5.0)
    found = leakage({"constant": constant, "both": np.hstack([constant, told])}, LABELS, GROUPS)
    assert found[0].estimate.value == 0.25
    assert found[1].estimate.value > 0.9


def test_one_number_per_item_will_do():
    size = (LABELS == "lamp") + 0.01 * np.random.default_rng(0).normal(size=240)
    assert leakage({"size": size}, LABELS, GROUPS)[0].estimate.value > 0.4


def test_a_row_prints_itself_and_is_plain():
    row = leakage({"colour": planted(5.0)}, LABELS, GROUPS)[0]
    assert str(row).startswith("colour: 0.9") or str(row).startswith("colour: 1.0")
    assert str(row).endswith("n = 5, chance 0.25")
    assert row.to_dict()["feature"] == "colour"


@pytest.mark.parametrize(
    ("features", "labels", "groups", "message"),
    [
        (np.ones((3, 1)), LABELS, GROUPS, r"colour: expected one row per label \(240\), got 3"),
        (np.full((240, 1), np.nan), LABELS, GROUPS, "colour: 240 of 240 numbers are not finite"),
        (np.ones((240, 1)), LABELS, GROUPS[:3], "one label and one group per item"),
        (np.ones((240, 1)), np.zeros(240), GROUPS, "at least two classes, got 1"),
        (np.ones((240, 1)), LABELS, LABELS, "class chair has 1 groups, 5 folds need as many"),
    ],
)
def test_what_cannot_be_decoded_is_refused(features, labels, groups, message):
    with pytest.raises(AnalysisError, match=message):
        leakage({"colour": features}, labels, groups)
