import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.geometry.similarity import cka, participation_ratio


def hsic_by_hand(x: np.ndarray, y: np.ndarray) -> float:
    """The matrices of Song et al. (2012), formed."""
    n = len(x)
    k, l = x @ x.T, y @ y.T  # noqa: E741 - the paper's letters
    np.fill_diagonal(k, 0)
    np.fill_diagonal(l, 0)
    one = np.ones(n)
    sums = (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2))
    return float((np.trace(k @ l) + sums - 2 / (n - 2) * (one @ k @ l @ one)) / (n * (n - 3)))


def test_debiased_cka_is_the_formula_with_its_matrices():
    x, y = np.random.default_rng(0).normal(3.0, 1.0, size=(2, 20, 6))
    expected = hsic_by_hand(x, y) / np.sqrt(hsic_by_hand(x, x) * hsic_by_hand(y, y))
    assert cka(x, y, permutations=5).value == pytest.approx(expected)


def test_biased_cka_is_the_formula_with_its_matrices():
    x, y = np.random.default_rng(0).normal(size=(2, 20, 6))
    center = np.eye(20) - 1 / 20
    k, l = center @ x @ x.T @ center, center @ y @ y.T @ center  # noqa: E741
    expected = np.sum(k * l) / (np.linalg.norm(k) * np.linalg.norm(l))
    assert cka(x, y, debiased=False, permutations=5).value == pytest.approx(expected)


@pytest.mark.parametrize("debiased", [True, False])
def test_a_turned_and_scaled_copy_is_the_same(debiased):
    x = np.random.default_rng(0).normal(size=(40, 5))
    found = cka(x, 3 * x @ stats.ortho_group.rvs(5, random_state=0) + 2, debiased=debiased, permutations=49)
    assert (found.value, found.null.p) == (pytest.approx(1), pytest.approx(1 / 50))


def test_unrelated_wide_representations_are_alike_only_without_debiasing():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 30, 200))
    biased, debiased = (cka(x, y, debiased=each, permutations=99) for each in (False, True))
    assert biased.value > 0.7
    assert abs(debiased.value) < 0.15
    assert debiased.null.p > 0.05
    assert biased.null.p > 0.05


def test_the_participation_ratio_of_known_spectra():
    rng = np.random.default_rng(0)
    activity = rng.normal(size=(20_000, 4)) * np.sqrt([4, 2, 1, 1])
    assert participation_ratio(activity, np.arange(20_000)).value == pytest.approx(8**2 / 22, rel=0.03)
    values = np.linalg.eigvalsh(np.cov(activity.T))
    expected = values.sum() ** 2 / (values**2).sum()
    assert participation_ratio(activity, np.arange(20_000)).value == pytest.approx(expected)


def test_the_interval_covers_the_participation_ratio():
    truth, covered = 8**2 / 22, []
    for seed in range(100):
        activity = np.random.default_rng(seed).normal(size=(800, 4)) * np.sqrt([4, 2, 1, 1])
        found = participation_ratio(activity, np.arange(800))
        covered.append(found.low < truth < found.high)
    assert np.mean(covered) > 0.87


def test_its_chance_level_is_that_of_shuffled_features():
    rng = np.random.default_rng(0)
    activity = rng.normal(size=(30, 1)) + rng.normal(size=(30, 8)) * np.arange(1, 9)
    ratios = []
    for _ in range(4000):
        values = np.linalg.eigvalsh(np.cov(rng.permuted(activity, axis=0).T))
        ratios.append((values.sum() ** 2, (values**2).sum()))
    tops, bottoms = np.array(ratios).T
    assert participation_ratio(activity, np.arange(30)).chance == pytest.approx(
        tops.mean() / bottoms.mean(), rel=0.01
    )


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: cka(np.ones((3, 2)), np.ones((3, 2))), "at least four items, got 3"),
        (lambda: cka(np.ones((9, 2)), np.ones((9, 2))), "items that differ"),
        (lambda: cka(np.ones((9, 2)), np.ones((8, 2))), r"second: expected one per trial \(9\), got 8"),
        (lambda: participation_ratio(np.ones((9, 2)), np.arange(9)), "activity that varies"),
        (
            lambda: participation_ratio(np.full((9, 2), np.inf), np.arange(9)),
            "18 of 18 numbers are not finite",
        ),
    ],
)
def test_what_has_no_similarity_is_refused(ask, message):
    with pytest.raises(AnalysisError, match=message):
        ask()
