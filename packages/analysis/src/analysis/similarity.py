"""How alike two representations of the same items are, and how many dimensions one has."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, null_of
from analysis.jackknife import jackknife
from analysis.trials import Labels, finite_array, same_length


def cka(
    first: Float[np.ndarray, "items features"],
    second: Float[np.ndarray, "other_items other_features"],
    *,
    debiased: bool = True,
    permutations: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Linear centred kernel alignment: 1 where one is the other turned and scaled.

        CKA = HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)),   K = X Xᵀ, L = Y Yᵀ

    Kornblith et al. (2019). With few items and many features it is high whatever they are; debiased, by the
    unbiased HSIC of Song et al. (2012), unrelated representations have 0 on average, and may fall below. Items are
    independent rows; the null shuffles which belong together. Memory and time are linear in the items.

    Raises:
        AnalysisError: other lengths, fewer than four items, numbers that are not finite, or items all alike.
    """
    first = _centred("first", first)
    second = _centred("second", second)
    same_length(len(first), second=second)
    if len(first) < 4:
        raise AnalysisError(f"expected at least four items, got {len(first)}")
    hsic = _unbiased if debiased else _biased

    def statistic(kept: np.ndarray, partner: np.ndarray = second) -> float:
        x, y = (each[kept] - each[kept].mean(0) for each in (first, partner))
        return _alignment(hsic(x, y), hsic(x, x), hsic(y, y))

    found = jackknife(statistic, np.arange(len(first)), seed=seed)
    own = hsic(first, first), hsic(second, second)
    rng = np.random.default_rng(seed)
    draws = [_alignment(hsic(first, rng.permutation(second)), *own) for _ in range(permutations)]
    null = null_of(found.value, np.array(draws), "shuffled items", alternative="greater")
    how = f"{'debiased' if debiased else 'biased'} linear CKA, {found.how.replace('groups', 'items')}"
    return replace(found, how=how, null=null)


def _centred(name: str, array: np.ndarray) -> np.ndarray:
    array = finite_array(name, array, "items features")
    return array - array.mean(0)


def _alignment(shared: float, first: float, second: float) -> float:
    if not (first > 0 and second > 0):
        raise AnalysisError(
            "expected items that differ by more than noise in both representations, they do not"
        )
    return shared / np.sqrt(first * second)


def _biased(x: np.ndarray, y: np.ndarray) -> float:
    """‖Xᵀ Y‖²: tr(K L) of centred rows."""
    return float(np.sum((x.T @ y) ** 2))


def _unbiased(x: np.ndarray, y: np.ndarray) -> float:
    """HSIC₁ of Song et al. (2012), from features: the diagonals of K and L are taken out without forming them.

    (tr(K̃ L̃) + 1ᵀK̃1 · 1ᵀL̃1 / ((n−1)(n−2)) − 2 · 1ᵀK̃L̃1 / (n−2)) / (n (n−3))
    """
    n = len(x)
    own_x, own_y = (np.einsum("if,if->i", each, each) for each in (x, y))
    rows_x, rows_y = x @ x.sum(0) - own_x, y @ y.sum(0) - own_y
    trace = _biased(x, y) - own_x @ own_y
    sums = rows_x.sum() * rows_y.sum() / ((n - 1) * (n - 2))
    return float((trace + sums - 2 * rows_x @ rows_y / (n - 2)) / (n * (n - 3)))


def participation_ratio(
    activity: Float[np.ndarray, "trials features"], groups: Labels, *, seed: int = 0
) -> Estimate:
    """Number of dimensions activity fills, (Σλ)² / Σλ² over the eigenvalues of its covariance.

    From 1 to the number of features (Gao et al. 2017). It grows with the number of trials until there are many
    more than dimensions: compare equal numbers. Its chance level is the ratio of the means where each feature is
    shuffled over trials by itself, (Σv)² / (Σv² + Σ_{i≠j} v_i v_j / (n − 1)).

    Raises:
        AnalysisError: numbers that are not finite, other lengths, or activity that does not vary.
    """
    activity = finite_array("activity", activity, "trials features")
    (groups,) = same_length(len(activity), groups=groups)
    found = jackknife(lambda kept: _participation(activity[kept]), groups, seed=seed)
    variance = activity.var(0)
    total, squares = variance.sum() ** 2, (variance**2).sum()
    chance = float(total / (squares + (total - squares) / (len(activity) - 1)))
    return replace(found, chance=chance, how=f"participation ratio, {found.how}")


def _participation(activity: np.ndarray) -> float:
    centred = activity - activity.mean(0)
    covariance = centred.T @ centred
    if not (power := float(np.sum(covariance**2))) > 0:
        raise AnalysisError("expected activity that varies over trials, got none: it has no dimensions")
    return float(np.trace(covariance) ** 2 / power)
