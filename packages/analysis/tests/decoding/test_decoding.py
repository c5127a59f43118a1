import json

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis import (
    LDA,
    AnalysisError,
    CrossValidation,
    Ridge,
    Standardised,
    decode,
    decode_across_conditions,
    decode_across_time,
    decode_items,
    leakage,
    over_networks,
)

PLAIN = CrossValidation(permutations=0)
TRIALS, FEATURES = 240, 12


def orthonormal(count: int, seed: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(FEATURES, count)))[0].T


def noise(times: int, seed: int = 0, trials: int = TRIALS) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(trials, times, FEATURES))


def drawn(*shape: int, classes: int = 3, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, classes, shape)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LDA(0.1, "empirical"), LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1)),
        (Ridge(2.0), RidgeClassifier(alpha=2.0)),
        (Standardised(Ridge(2.0)), make_pipeline(StandardScaler(), RidgeClassifier(alpha=2.0))),
    ],
)
@pytest.mark.parametrize("classes", [2, 4])
def test_every_fold_of_the_time_matrix_is_what_scikit_learn_finds(ours, theirs, classes):
    labels, groups = drawn(60, classes=classes), np.arange(60) // 2
    labels[:24] = np.arange(24) % classes
    features = noise(3, trials=60) + 0.7 * orthonormal(classes, 0)[labels][:, None]
    found = decode_across_time(features, labels, groups, CrossValidation(ours, folds=3, permutations=0))
    for fold in range(3):
        train, test = found.folds != fold, found.folds == fold
        for a in range(3):
            model = theirs.fit(features[train, a], labels[train])
            for b in range(3):
                expected = balanced_accuracy_score(labels[test], model.predict(features[test, b]))
                assert found.fold_scores[a, b, fold] == pytest.approx(expected, abs=1e-9)


def test_one_time_after_the_other_is_the_diagonal_of_the_time_matrix():
    labels = drawn(TRIALS)
    features = noise(4) + orthonormal(3, 0)[labels][:, None]
    alone = decode(features, labels, range(TRIALS), PLAIN)
    matrix = decode_across_time(features, labels, range(TRIALS), PLAIN)
    np.testing.assert_allclose(np.diag(alone.accuracy), np.diag(matrix.accuracy))
    np.testing.assert_array_equal(alone.asked, np.eye(4, dtype=bool))
    assert matrix.asked.all()


def test_a_lasting_code_generalises_over_time_and_a_changing_one_does_not():
    labels = drawn(TRIALS)
    lasting = noise(3) + 3 * orthonormal(3, 0)[labels][:, None]
    codes = orthonormal(9, 0).reshape(3, 3, FEATURES)
    changing = noise(3) + 3 * codes[np.arange(3), labels[:, None]]
    assert decode_across_time(lasting, labels, range(TRIALS), PLAIN).accuracy.min() > 0.9
    found = decode_across_time(changing, labels, range(TRIALS), PLAIN)
    assert np.diag(found.accuracy).min() > 0.9
    assert np.abs(found.accuracy[~np.eye(3, dtype=bool)] - found.chance).max() < 0.15


def items_in_slots(items: np.ndarray, share_slots: bool) -> np.ndarray:
    """States with each item's property from the time it is shown on: in a slot of its own, or in one of its age."""
    trials, count = items.shape
    codes = 5 * orthonormal(12, 2).reshape(4, 3, FEATURES)
    states = noise(count, seed=5, trials=trials)
    for item in range(count):
        for time in range(item, count):
            slot = time - item if share_slots else item
            states[:, time] += codes[slot, items[:, item]]
    return states


def test_slots_generalise_between_ages_and_a_shared_code_between_items():
    items = drawn(TRIALS, 4, classes=3)
    slots, shared = (
        decode_items(items_in_slots(items, kind), items, range(TRIALS), PLAIN) for kind in (0, 1)
    )

    def later(train, test):
        return train.column == test.column and train.age != test.age

    def other_item(train, test):
        return train.column != test.column and train.age == test.age

    assert slots.over(later).low > 0.9 > shared.over(later).high
    assert shared.over(other_item).low > 0.9 > slots.over(other_item).high
    assert slots.over(other_item).value == pytest.approx(1 / 3, abs=0.1)


def test_the_views_of_items_start_when_they_are_shown():
    items = drawn(TRIALS, 2)
    found = decode_items(noise(4), items, range(TRIALS), PLAIN, shown=[1, 3])
    assert [(view.column, view.time, view.age) for view in found.views] == [
        (0, 1, 0),
        (0, 2, 1),
        (0, 3, 2),
        (1, 3, 0),
    ]
    assert str(found.views[1]) == "0 at 2"


def test_views_older_than_asked_are_not_made_and_the_others_stay_as_they_are():
    items = drawn(TRIALS, 4)
    states = items_in_slots(items, True)
    how = CrossValidation(permutations=20)
    every, young = (decode_items(states, items, range(TRIALS), how, max_age=age) for age in (None, 1))
    assert [(view.column, view.age) for view in young.views] == [
        (0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 0),
    ]  # fmt: skip
    same = [every.views.index(view) for view in young.views]
    np.testing.assert_allclose(young.fold_scores, every.fold_scores[np.ix_(same, same)])
    np.testing.assert_allclose(young.null, every.null[:, same][:, :, same])


def test_the_label_is_that_of_the_remembered_item_and_not_of_the_present_one():
    items = drawn(TRIALS, 3)
    present = 5 * orthonormal(3, 0)[items] + noise(3)
    found = decode_items(present, items, range(TRIALS), PLAIN)
    assert found.within(1, 1).low > 0.9
    assert found.within(0, 2).value == pytest.approx(1 / 3, abs=0.12)


def test_a_class_is_the_same_in_every_column():
    items = np.stack([drawn(TRIALS), drawn(TRIALS, seed=2)], 1)
    items[0] = [2, 0]  # by order of appearance the columns would number their classes differently
    states = noise(2)
    states[:, 0] += 5 * orthonormal(3, 0)[items[:, 0]]
    states[:, 1] += 5 * orthonormal(3, 0)[items[:, 1]]
    assert decode_items(states, items, range(TRIALS), PLAIN).transfer((0, 0), (1, 1)).low > 0.9


def test_trials_that_are_not_kept_change_nothing():
    items = drawn(TRIALS, 2)
    states = items_in_slots(items, False)
    keep = np.ones(items.shape, dtype=bool)
    keep[:40, 0] = False
    fold = np.arange(TRIALS) % 5
    how = CrossValidation(folds=fold, permutations=0)
    kept = decode_items(states, items, range(TRIALS), how, keep=keep)
    altered = np.where(keep, items, (items + 1) % 3)
    again = decode_items(states, altered, range(TRIALS), how, keep=keep)
    np.testing.assert_array_equal(kept.fold_scores, again.fold_scores)
    assert kept.within(0, 1).low > 0.8


def test_a_code_that_tasks_share_transfers_and_orthogonal_ones_do_not():
    labels, tasks = drawn(TRIALS), np.array(["identity", "location"])[np.arange(TRIALS) % 2]
    codes = 4 * orthonormal(6, 0).reshape(2, 3, FEATURES)
    shared = noise(2) + codes[0][labels][:, None]
    apart = noise(2) + codes[(tasks == "location").astype(int), labels][:, None]

    def other_task(train, test):
        return train.column != test.column

    assert decode_across_conditions(shared, labels, tasks, range(TRIALS), PLAIN).over(other_task).low > 0.9
    found = decode_across_conditions(apart, labels, tasks, range(TRIALS), PLAIN)
    assert found.within("location", 1).low > 0.9
    assert found.over(other_task).value == pytest.approx(found.chance, abs=0.12)
    assert not found.asked[0, 1], "conditions are compared time by time"


def test_only_the_decoders_that_are_asked_for_are_scored():
    labels, tasks = drawn(TRIALS), np.arange(TRIALS) % 3
    how, features = CrossValidation(permutations=20), noise(2)
    every = decode_across_conditions(features, labels, tasks, range(TRIALS), how)
    one = decode_across_conditions(features, labels, tasks, range(TRIALS), how, trained=[1])
    trained = np.array([view.column == 1 for view in one.views])
    assert not one.asked[~trained].any()
    np.testing.assert_allclose(one.fold_scores[trained], every.fold_scores[trained])
    np.testing.assert_allclose(one.null[:, trained], every.null[:, trained])


def test_a_trial_of_one_task_is_never_trained_on_for_another_of_its_group():
    # each group has a fingerprint and one label, and stands in both tasks
    labels, fingerprints = np.repeat(drawn(60, classes=2), 2), np.repeat(noise(1, trials=60), 2, axis=0)
    tasks = np.tile(["a", "b"], 60)
    found = decode_across_conditions(fingerprints, labels, tasks, np.repeat(np.arange(60), 2), PLAIN)
    assert found.over(lambda train, test: train.column != test.column).low < 0.5
    broken = decode_across_conditions(fingerprints, labels, tasks, np.arange(120), PLAIN)
    assert broken.transfer(("a", 0), ("b", 0)).value > found.transfer(("a", 0), ("b", 0)).value


def test_the_weights_that_are_kept_make_the_scores():
    labels = drawn(TRIALS)
    features = noise(2) * 3 + 7 + orthonormal(3, 0)[labels][:, None]
    found = decode(features, labels, range(TRIALS), PLAIN)
    for time in range(2):
        for fold in range(5):
            test = found.folds == fold
            scores = features[test, time] @ found.coefficients[time, fold].T + found.intercepts[time, fold]
            expected = balanced_accuracy_score(labels[test], scores.argmax(1))
            assert found.fold_scores[time, time, fold] == pytest.approx(expected)


def test_rare_classes_count_as_much_as_others():
    labels = np.array([0] * 200 + [1] * 40)
    found = decode(noise(1), labels, range(TRIALS), PLAIN)
    assert found.within("label", 0).value == pytest.approx(0.5, abs=0.12)
    planted = noise(1)
    planted[labels == 1, :, 0] += 2
    assert decode(planted, labels, range(TRIALS), PLAIN).accuracy[0, 0] > 0.75


def test_an_estimate_over_folds_is_wider_than_students_for_they_share_trials():
    labels = drawn(TRIALS)
    found = decode(noise(1) + orthonormal(3, 0)[labels][:, None], labels, range(TRIALS), PLAIN)
    estimate, scores = found.within("label", 0), found.fold_scores[0, 0]
    # Nadeau & Bengio (2003): s² (1/k + n_test / n_train); t of 4 degrees of freedom is 2.776
    half = 2.7764451 * np.std(scores, ddof=1) * np.sqrt(1 / 5 + 1 / 4)
    assert (estimate.value, estimate.high) == pytest.approx((scores.mean(), scores.mean() + half))
    assert (estimate.n, estimate.chance, estimate.null) == (5, 1 / 3, None)
    assert "shared training trials" in estimate.how


def test_the_interval_of_an_accuracy_ends_at_1():
    labels = np.arange(TRIALS) % 2
    clear = 4.5 * labels[:, None, None] * orthonormal(1, 0) + noise(1)
    estimate = decode(clear, labels, range(TRIALS), CrossValidation(folds=3, permutations=0)).within(
        "label", 0
    )
    assert estimate.value < 1.0 == estimate.high
    assert estimate.how.endswith("cut to [0, 1]")


def test_accuracy_above_chance_is_comparable_between_numbers_of_classes():
    labels = np.arange(TRIALS) % 4
    perfect = decode(20 * orthonormal(4, 0)[labels][:, None] + noise(1), labels, range(TRIALS), PLAIN)
    assert perfect.above_chance[0, 0] == 1.0
    assert abs(decode(noise(1), labels, range(TRIALS), PLAIN).above_chance[0, 0]) < 0.12


def test_networks_are_the_units_of_a_mean_over_networks():
    labels = drawn(TRIALS)
    networks = [
        decode(noise(1, seed) + orthonormal(3, seed)[labels][:, None], labels, range(TRIALS), PLAIN)
        for seed in range(6)
    ]
    estimate = over_networks(networks, lambda train, test: True)
    assert estimate.value == pytest.approx(np.mean([each.accuracy[0, 0] for each in networks]))
    assert (estimate.n, estimate.null.p) == (6, 1 / 2**6)
    two = decode(noise(1), labels % 2, range(TRIALS), PLAIN)
    with pytest.raises(AnalysisError, match=r"one chance level, got \[0\.33.*, 0\.5\]"):
        over_networks([networks[0], two], lambda train, test: True)


def test_the_same_seed_gives_the_same_bytes_and_a_table():
    labels = drawn(TRIALS)
    how = CrossValidation(permutations=50, seed=3)
    first, second = (decode_across_time(noise(2), labels, range(TRIALS), how).rows() for _ in range(2))
    assert json.dumps(first, allow_nan=False) == json.dumps(second, allow_nan=False)
    assert [(row["train_time"], row["test_time"]) for row in first] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert first[0]["null"]["draws"] == 50


def test_a_pair_that_was_not_asked_for_is_said_to_be_missing():
    found = decode(noise(2), drawn(TRIALS), range(TRIALS), PLAIN)
    with pytest.raises(
        AnalysisError, match=r"no pair .* is \('label', 0\) to \('label', 1\); views: label at 0"
    ):
        found.transfer(("label", 0), ("label", 1))


def with_a_nan() -> np.ndarray:
    features = noise(3)
    features[4, 2] = np.nan
    return features


LABELS, GROUPS = drawn(TRIALS), np.arange(TRIALS) // 2


@pytest.mark.parametrize(
    ("features", "labels", "groups", "folds", "message"),
    [
        (with_a_nan(), LABELS, GROUPS, 5, r"12 of 8640 numbers are not finite, at the times \[2\]"),
        (noise(2), LABELS[:9], GROUPS, 5, r"labels: expected the shape \(240, 1\), .* got \(9, 1\)"),
        (noise(2), LABELS, GROUPS[:9], 5, r"groups: expected the shape \(240,\), .* got \(9,\)"),
        (noise(2), np.zeros(TRIALS), GROUPS, 5, "label: expected at least two classes, got 1"),
        (noise(2), LABELS, GROUPS, 121, "folds: expected 2 to 120, the number of groups, got 121"),
        (noise(2), LABELS, GROUPS, 1, "folds: expected 2 to 120"),
        (noise(2), LABELS, LABELS, 3, "class 0 has 1 groups, 3 folds need as many"),
        (noise(2), LABELS, GROUPS, np.arange(TRIALS) % 3, "group 0 stands in several folds .120 groups do"),
        (noise(2), LABELS, GROUPS, np.zeros(TRIALS), "folds: expected at least two, got 1"),
        (noise(2), LABELS, GROUPS, np.zeros(9), r"folds: expected one per trial \(240\)"),
        (noise(2), LABELS, LABELS, LABELS, "class 0 is only in fold 0, so none is left to train on"),
    ],
)
def test_what_cannot_be_decoded_is_refused(features, labels, groups, folds, message):
    with pytest.raises(AnalysisError, match=message):
        decode(features, labels, groups, CrossValidation(folds=folds, permutations=0))


def test_the_group_that_is_split_is_named():
    groups = np.array([f"sequence {number}" for number in GROUPS])
    folds = GROUPS % 4
    folds[101] += 1
    with pytest.raises(AnalysisError, match="group sequence 50 stands in several folds"):
        decode(noise(1), LABELS, groups, CrossValidation(folds=folds, permutations=0))


@pytest.mark.parametrize(
    ("items", "settings", "message"),
    [
        (LABELS, {}, r"items: expected \[trials, items\], got the shape \(240,\)"),
        (np.stack([LABELS, LABELS % 2], 1), {}, "1: no trial of the class 2, which other columns have"),
        (drawn(TRIALS, 2), {"shown": [0, 5]}, "1: shown at the time 5, expected 0 to 1"),
        (
            drawn(TRIALS, 2),
            {"max_age": -1},
            "max_age: expected 0 or more times after an item is shown, got -1",
        ),
    ],
)
def test_items_that_cannot_be_decoded_are_refused(items, settings, message):
    with pytest.raises(AnalysisError, match=message):
        decode_items(noise(2), items, range(TRIALS), PLAIN, **settings)


MISSING = [None, *LABELS.tolist()[1:]]


@pytest.mark.parametrize(
    "labels", [MISSING, np.array(MISSING, dtype=float), ["x", np.nan, *"yz" * (TRIALS // 2 - 1)]]
)
@pytest.mark.parametrize(
    "decoded",
    [
        lambda labels: decode(noise(2), labels, GROUPS, PLAIN),
        lambda labels: decode_across_time(noise(2), labels, GROUPS, PLAIN),
        lambda labels: decode_across_conditions(noise(2), labels, GROUPS % 2, GROUPS, PLAIN),
        lambda labels: decode_items(noise(2), [[each, each] for each in labels], GROUPS, PLAIN),
        lambda labels: leakage({"x": noise(1)}, labels, GROUPS),
    ],
)
def test_a_missing_label_is_refused_and_no_class(decoded, labels):
    with pytest.raises(AnalysisError, match=r"(labels|items): \d of \d+ are missing"):
        decoded(labels)


def test_trials_that_are_left_out_need_no_label():
    items = np.stack([LABELS, LABELS], axis=1).astype(float)
    items[0] = np.nan
    keep = np.isfinite(items)
    assert decode_items(noise(2), items, GROUPS, PLAIN, keep=keep).classes == tuple(
        np.unique(LABELS).tolist()
    )
    keep[0, 1] = True
    with pytest.raises(AnalysisError, match="labels: 1 of 479 are missing"):
        decode_items(noise(2), items, GROUPS, PLAIN, keep=keep)


def test_conditions_belong_to_trials():
    with pytest.raises(AnalysisError, match=r"one condition per trial, got \(240,\) and \(3,\)"):
        decode_across_conditions(noise(1), LABELS, ["a", "b", "c"], range(TRIALS), PLAIN)


def test_a_negative_number_of_permutations_is_refused():
    with pytest.raises(AnalysisError, match="permutations must be 0 or more, got -1"):
        CrossValidation(permutations=-1)


def test_without_permutations_nothing_is_prepared_for_them(monkeypatch):
    def refuse(*_):
        raise AssertionError("a spectral factorisation serves permutations alone")

    monkeypatch.setattr(np.linalg, "eigh", refuse)
    states, labels = np.random.default_rng(0).normal(size=(40, 3, 4)), np.arange(40) % 2
    found = decode_across_time(states, labels, np.arange(40), CrossValidation(permutations=0))
    assert found.null.shape[0] == 0
