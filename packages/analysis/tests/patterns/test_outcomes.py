import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.patterns.outcomes import mass_on_mask, outcome_correlation, outcome_difference

N = 200


def trials(seed, effect=0.0):
    """Two tasks of which one has higher entropy and fewer correct answers; within a task `effect` goes with error."""
    rng = np.random.default_rng(seed)
    task = np.arange(N) % 2
    correct = rng.random(N) < np.where(task == 1, 0.5, 0.9)
    entropy = rng.normal(size=N) * 0.1 + task - effect * correct
    return entropy, correct, task


def test_tasks_that_differ_in_both_make_no_difference_within():
    entropy, correct, task = trials(0)
    pooled = outcome_difference(entropy, correct)
    assert pooled.high < 0
    within = outcome_difference(entropy, correct, within=task)
    assert within.low < 0 < within.high
    assert within.null.p > 0.05


def test_a_planted_difference_is_found_within_tasks():
    entropy, correct, task = trials(1, effect=0.2)
    found = outcome_difference(entropy, correct, within=task)
    assert found.low < -0.2 < found.high < 0
    assert found.null.p < 0.01


def test_without_strata_it_is_the_difference_of_means():
    entropy, correct, _ = trials(2)
    assert outcome_difference(entropy, correct).value == pytest.approx(
        entropy[correct].mean() - entropy[~correct].mean()
    )


def test_the_stratified_difference_is_the_coefficient_of_a_regression_with_task_intercepts():
    entropy, correct, task = trials(3, effect=0.1)
    design = np.stack([correct, task == 0, task == 1], 1).astype(float)
    coefficient = np.linalg.lstsq(design, entropy)[0][0]
    assert outcome_difference(entropy, correct, within=task).value == pytest.approx(coefficient)


def test_correlations_within_one_stratum_are_scipys():
    entropy, correct, _ = trials(4, effect=0.1)
    ours = outcome_correlation(entropy, correct.astype(float))
    assert ours.value == pytest.approx(stats.spearmanr(entropy, correct).statistic)
    linear = outcome_correlation(entropy, correct.astype(float), rank=False)
    assert linear.value == pytest.approx(stats.pearsonr(entropy, correct).statistic)


def test_p_is_uniform_where_items_of_one_group_share_their_outcome():
    def p(seed):
        rng = np.random.default_rng(seed)
        group = np.repeat(np.arange(20), 6)
        values, outcome = (
            rng.normal(size=20)[group] + 0.1 * rng.normal(size=120),
            (rng.random(20) < 0.5)[group],
        )
        return outcome_difference(
            values, outcome, groups=group, within=np.arange(120) % 6, permutations=99
        ).null.p

    assert stats.kstest([p(seed) for seed in range(60)], "uniform").pvalue > 0.01


def test_a_stratum_with_one_outcome_is_counted_and_left_out():
    entropy, correct, task = trials(5)
    correct = correct | (task == 0)
    found = outcome_difference(entropy, correct, within=task)
    assert found.how.endswith("1 strata with one outcome left out")
    assert found.n == 100
    nothing = outcome_difference(entropy, np.ones(N, dtype=bool))
    assert str(nothing) == "not estimable: the outcome is the same everywhere within each stratum"


def test_lengths_must_agree():
    entropy, correct, task = trials(6)
    with pytest.raises(AnalysisError, match="within: expected one per trial"):
        outcome_difference(entropy, correct, within=task[:5])


def looks(seed, on_object):
    rng = np.random.default_rng(seed)
    masks = np.zeros((50, 49), dtype=bool)
    for row, start in zip(masks, rng.integers(0, 40, 50), strict=True):
        row[start : start + 7] = True
    maps = rng.gamma(1.0, size=(50, 49)) * np.where(masks, on_object, 1.0)
    return maps / maps.sum(1, keepdims=True), masks


def test_attention_on_the_object_is_told_from_chance():
    found = mass_on_mask(*looks(0, 3.0))
    maps, masks = looks(0, 3.0)
    assert found.value == pytest.approx((maps * masks).sum(1).mean() / masks.mean())
    assert (found.low > 1, found.null.p < 0.01) == (True, True)
    assert mass_on_mask(*looks(1, 1.0)).null.p > 0.05


def test_a_preference_for_the_centre_is_not_a_preference_for_the_object():
    rng = np.random.default_rng(0)
    masks = np.zeros((60, 49), dtype=bool)
    for row, start in zip(masks, rng.integers(14, 28, 60), strict=True):
        row[start : start + 7] = True
    maps = np.tile(np.exp(-np.abs(np.arange(49) - 24) / 5), (60, 1)) * rng.gamma(20.0, size=(60, 49))
    found = mass_on_mask(maps / maps.sum(1, keepdims=True), masks)
    assert found.low > 1
    assert found.null.p > 0.05


def test_empty_masks_are_counted():
    maps, masks = looks(2, 3.0)
    masks[:4] = False
    found = mass_on_mask(maps, masks)
    assert (found.n, found.how.endswith("4 of 50 masks are empty")) == (46, True)
    assert str(mass_on_mask(maps, masks & False)) == "not estimable: 50 of 50 masks are empty"
    with pytest.raises(AnalysisError, match="maps that sum to 1"):
        mass_on_mask(maps * 2, masks)
