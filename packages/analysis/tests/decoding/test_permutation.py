from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import balanced_accuracy_score

from analysis import (
    LDA,
    AnalysisError,
    CrossValidation,
    Ridge,
    Standardised,
    clusters,
    decode,
    decode_across_conditions,
    decode_across_time,
    decode_items,
    max_statistic,
)
from analysis.decoding.folds import fold_of_trials
from analysis.decoding.permutation import shuffled_sources, sources_by_column
from analysis.decoding.problem import Problem, problem
from analysis.decoding.weights import Decoder, Solve, class_sums, indicator


def asked(labels: np.ndarray, groups: np.ndarray, keep: np.ndarray | None = None) -> Problem:
    columns = labels.shape[1]
    keep = np.ones(labels.shape, dtype=bool) if keep is None else keep
    features = np.zeros((len(labels), 1, 1))
    return problem(
        features, labels, keep, groups, columns=range(columns), shown=[0] * columns, stratified=False
    )


def shuffled(given: Problem, folds: int = 3, permutations: int = 30) -> tuple[np.ndarray, np.ndarray]:
    fold = fold_of_trials(given, folds, 0)
    return fold, shuffled_sources(given, fold, permutations, 0)


def test_labels_stay_in_their_fold_and_none_is_lost():
    labels = np.random.default_rng(0).integers(0, 3, (60, 1))
    fold, sources = shuffled(asked(labels, np.arange(60)))
    np.testing.assert_array_equal(fold[sources], np.broadcast_to(fold, sources.shape))
    np.testing.assert_array_equal(np.sort(sources, axis=1), np.broadcast_to(np.arange(60), sources.shape))
    assert len(np.unique(sources, axis=0)) == 30


def test_whole_groups_of_one_label_swap_with_groups_of_their_size():
    sizes = np.array([1, 2] * 20)
    groups = np.repeat(np.arange(40), sizes)
    labels = (groups // 2 % 2)[:, None]
    _, sources = shuffled(asked(labels, groups), folds=2)
    for line in sources:
        taken = groups[line]
        for group in range(40):
            assert len(set(taken[groups == group])) == 1
        np.testing.assert_array_equal(sizes[taken], sizes[groups])
        np.testing.assert_array_equal(np.bincount(labels[line, 0]), np.bincount(labels[:, 0]))


def test_labels_that_differ_within_groups_move_within_groups():
    groups = np.repeat(np.arange(12), 5)
    labels = np.tile(np.arange(5) % 2, 12)[:, None]
    _, sources = shuffled(asked(labels, groups))
    np.testing.assert_array_equal(groups[sources], np.broadcast_to(groups, sources.shape))


def test_trials_swap_only_where_the_same_columns_use_them():
    labels = np.random.default_rng(0).integers(0, 2, (80, 2))
    keep = np.stack([np.arange(80) % 2 == 0, np.arange(80) % 2 == 1], 1)
    _, sources = shuffled(asked(labels, np.arange(80), keep))
    np.testing.assert_array_equal(sources % 2, np.broadcast_to(np.arange(80) % 2, sources.shape))


def test_columns_that_overlap_in_part_are_each_shuffled_among_all_their_own_trials():
    rng = np.random.default_rng(0)
    labels, keep = rng.integers(0, 4, (300, 6)), rng.random((300, 6)) < 0.5
    given = asked(labels, np.arange(300), keep)
    fold = fold_of_trials(given, 5, 0)
    by_column = sources_by_column(given, fold, 20, 0)
    for column, sources in enumerate(by_column):
        used = keep[:, column]
        np.testing.assert_array_equal(keep[sources, column], np.broadcast_to(used, sources.shape))
        np.testing.assert_array_equal(fold[sources], np.broadcast_to(fold, sources.shape))
        np.testing.assert_array_equal(np.sort(sources), np.broadcast_to(np.arange(300), sources.shape))
        assert (sources == np.arange(300))[
            :, used
        ].mean() < 0.1  # among trials of one pattern half would stay
    assert (by_column[0] != by_column[1]).any()


def test_columns_of_all_trials_move_together():
    given = asked(np.random.default_rng(0).integers(0, 4, (60, 3)), np.arange(60))
    first, *others = sources_by_column(given, fold_of_trials(given, 5, 0), 9, 0)
    assert all(np.array_equal(first, other) for other in others)


def test_a_seed_that_grows_no_longer_changes_the_first_permutations():
    given = asked(np.random.default_rng(0).integers(0, 3, (60, 1)), np.arange(60))
    fold = fold_of_trials(given, 3, 0)
    few, many = (shuffled_sources(given, fold, count, 7) for count in (5, 9))
    np.testing.assert_array_equal(few, many[:5])


def test_labels_that_cannot_be_rearranged_have_no_null():
    labels, groups = np.arange(12) % 2, np.arange(12)
    how = CrossValidation(folds=np.arange(12) // 2 % 6, permutations=100)
    with pytest.raises(
        AnalysisError, match=r"only 1 ways .* use fewer folds, smaller groups, or permutations=0"
    ):
        decode(np.zeros((12, 1, 1)), labels, groups, CrossValidation(folds=np.arange(12), permutations=9))
    assert len(decode(np.zeros((12, 1, 1)), labels, groups, how).null) == 100


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LDA(0.2, "empirical"), LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.2)),
        (LDA("auto", "empirical"), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")),
        (Ridge(), RidgeClassifier()),
    ],
)
def test_the_null_is_scikit_learn_fitted_anew_to_each_shuffled_labelling(ours, theirs):
    rng = np.random.default_rng(0)
    labels, features = rng.integers(0, 3, 48), rng.normal(size=(48, 2, 5))
    groups = np.arange(48)
    how = CrossValidation(ours, folds=3, permutations=6, seed=2)
    found = decode_across_time(features, labels, groups, how)
    sources = shuffled_sources(asked(labels[:, None], groups), found.folds, 6, 2)
    for line, null in zip(sources, found.null, strict=True):
        scores = np.zeros((3, 2, 2))
        for fold in range(3):
            train, test = found.folds != fold, found.folds == fold
            for a, b in np.ndindex(2, 2):
                predicted = theirs.fit(features[train, a], labels[line][train]).predict(features[test, b])
                scores[fold, a, b] = balanced_accuracy_score(labels[line][test], predicted)
        np.testing.assert_allclose(null, scores.mean(0))


def test_blocks_of_labelings_do_not_change_the_null(monkeypatch):
    rng = np.random.default_rng(0)
    items, features = rng.integers(0, 3, (60, 2)), rng.normal(size=(60, 3, 4))
    how = CrossValidation(permutations=21)
    whole = decode_items(features, items, range(60), how)
    for block in ("shuffled.WEIGHTS", "scoring.SCORES", "fold.SCORES"):
        monkeypatch.setattr(f"analysis.decoding.{block}", 700)
    np.testing.assert_allclose(decode_items(features, items, range(60), how).null, whole.null)


@dataclass(frozen=True)
class InDoublePrecision:
    """A decoder that is fitted to each shuffled labelling from its rows."""

    decoder: Decoder

    def prepare(self, features):
        return _InDoublePrecision(self.decoder.prepare(features))


@dataclass(frozen=True)
class _InDoublePrecision:
    solve: Solve

    def __call__(self, member):
        return self.solve(member)

    def of_sums(self, shift):
        return None


@pytest.mark.parametrize("decoder", [LDA(), Ridge(), Standardised(LDA())], ids=str)
def test_single_precision_changes_no_accuracy_of_the_null(decoder):
    rng = np.random.default_rng(0)
    items = rng.integers(0, 5, (500, 3))
    scales = np.geomspace(0.01, 100, 20)
    features = scales * (rng.normal(size=(500, 3, 20)) + 1000)  # single precision would lose these about zero
    keep = rng.random(items.shape) < 0.8
    quick, slow = (
        decode_items(features, items, range(500), CrossValidation(each, permutations=40), keep=keep)
        for each in (decoder, InDoublePrecision(decoder))
    )
    np.testing.assert_allclose(quick.null, slow.null, atol=1e-6)


@pytest.mark.parametrize("decoder", [LDA(), LDA(0.2, "empirical"), Ridge(), Standardised(LDA())], ids=str)
def test_sums_of_classes_tell_what_the_rows_do(decoder):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(2, 90, 6)) + 3
    codes = np.stack([rng.permutation(np.arange(90) % 3) for _ in range(4)])
    member, shift = indicator(codes, 3), features.mean((0, 1))
    solve = decoder.prepare(features.copy())
    sums = class_sums(features - shift, member.mT)
    found, expected = solve.of_sums(shift)(sums, member.sum(1).astype(float)), solve(member)
    shifted = expected.intercepts + expected.coefficients @ shift
    np.testing.assert_allclose(found.coefficients, expected.coefficients, atol=1e-5)
    np.testing.assert_allclose(found.intercepts, shifted, atol=1e-5)


def test_p_counts_the_labelings_that_reach_the_accuracy():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    features = rng.normal(size=(60, 1, 3)) + 0.25 * labels[:, None, None]
    found = decode(features, labels, range(60), CrossValidation(permutations=200))
    null, estimate = found.null[:, 0, 0], found.within("label", 0)
    expected = (1 + sum(value > found.accuracy[0, 0] - 1e-9 for value in null)) / 201
    assert estimate.null.p == pytest.approx(expected)
    assert found.p_values[0, 0] == pytest.approx(expected)
    assert (estimate.null.draws, estimate.null.value) == (200, pytest.approx(null.mean()))
    assert "200 shuffled labelings" in str(estimate)


def test_without_permutations_nothing_is_tested():
    found = decode(np.random.default_rng(0).normal(size=(40, 2, 3)), np.arange(40) % 2, range(40), QUICK)
    for test in (max_statistic, clusters, lambda found: found.p_values):
        with pytest.raises(AnalysisError, match="no null to test against: decode with permutations=1000"):
            test(found)


QUICK = CrossValidation(permutations=0)


def randomised(found) -> float:
    """P value of the first cell with ties broken at random: uniform if labels may be exchanged."""
    null, value = found.null[:, 0, 0], found.accuracy[0, 0]
    above, ties = (null > value + 1e-9).sum(), (np.abs(null - value) <= 1e-9).sum()
    return (above + np.random.default_rng(int(1e6 * value)).random() * (1 + ties)) / (1 + null.size)


def noise_only(seed: int, grouped: str):
    """Labels that say nothing: of single trials, of whole groups with fingerprints, or differing within groups."""
    rng = np.random.default_rng(seed)
    groups = np.arange(60) if grouped == "trials" else np.arange(60) // 3
    features = rng.normal(size=(60, 1, 4)) + 2 * rng.normal(size=(60, 1, 4))[groups]
    labels = rng.integers(0, 2, 60)
    if grouped == "whole":
        labels = (rng.permutation(20) % 2)[groups]
    return features, labels, groups


@pytest.mark.parametrize(
    ("decoder", "grouped"),
    [
        (LDA(), "trials"),
        (Ridge(), "whole"),
        pytest.param(Ridge(), "trials", marks=pytest.mark.slow),
        pytest.param(LDA(), "whole", marks=pytest.mark.slow),
        pytest.param(LDA(), "within", marks=pytest.mark.slow),
        pytest.param(Ridge(), "within", marks=pytest.mark.slow),
    ],
)
def test_p_is_uniform_where_labels_say_nothing(grouped, decoder):
    how = CrossValidation(decoder, folds=3, permutations=99)
    found = [decode(*noise_only(seed, grouped), how) for seed in range(200)]
    assert stats.kstest([randomised(each) for each in found], "uniform").pvalue > 0.01
    published = np.array([each.p_values[0, 0] for each in found])
    for level in (0.05, 0.1, 0.2):
        allowed = stats.binom(200, level).ppf(0.995)
        assert (published <= level).sum() <= allowed


def test_ignoring_the_groups_would_not_have_been_uniform():
    how = CrossValidation(Ridge(), folds=3, permutations=99)
    found = []
    for seed in range(60):
        features, labels, _ = noise_only(seed, "whole")
        found.append(decode(features, labels, np.arange(60), how).p_values[0, 0])
    assert np.mean(np.array(found) <= 0.05) > 0.2


def test_false_alarms_anywhere_in_a_matrix_are_held():
    alarms = np.zeros(2)
    for seed in range(80):
        rng = np.random.default_rng(seed)
        smooth = np.cumsum(rng.normal(size=(40, 6, 3)), axis=1)
        found = decode_across_time(
            smooth, np.arange(40) % 2, range(40), CrossValidation(folds=2, permutations=99)
        )
        largest = clusters(found)
        alarms += [np.nanmin(max_statistic(found)) <= 0.05, bool(largest) and largest[0].p <= 0.05]
    assert (alarms <= stats.binom(80, 0.05).ppf(0.995)).all()


def test_a_planted_difference_between_conditions_is_significant_and_noise_is_not():
    rng = np.random.default_rng(0)
    labels, conditions = np.arange(120) % 2, np.repeat(["a", "b"], 60)
    features = rng.normal(size=(120, 2, 5))
    features[:, 1, 0] += 2 * labels
    found = decode_across_conditions(
        features, labels, conditions, range(120), CrossValidation(permutations=200)
    )
    assert found.transfer(("a", 1), ("b", 1)).null.p < 0.01
    assert found.transfer(("a", 0), ("b", 0)).null.p > 0.05
