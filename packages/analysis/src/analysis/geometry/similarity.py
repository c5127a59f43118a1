"""How alike two representations of the same items are, and how many dimensions one has."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, null_of
from analysis.inference.jackknife import jackknife
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
    independent rows; the null shuffles which belong together. Memory and time are linear in the items; each draw costs
    one product of the two.

    Raises:
        AnalysisError: other lengths, fewer than four items, numbers that are not finite, or items all alike.
    """
    first = finite_array("first", first, "items features")
    second = finite_array("second", second, "items features")
    same_length(len(first), second=second)
    if len(first) < 4:
        raise AnalysisError(f"expected at least four items, got {len(first)}")
    hsic = _unbiased if debiased else _biased

    def statistic(kept: np.ndarray) -> float:
        x, y = _Rows.of(first[kept]), _Rows.of(second[kept])
        return _alignment(hsic(x, y), hsic(x, x), hsic(y, y))

    found = jackknife(statistic, np.arange(len(first)), seed=seed)
    x, y, rng = _Rows.of(first), _Rows.of(second), np.random.default_rng(seed)
    own = hsic(x, x), hsic(y, y)
    shuffles = (y.in_order(rng.permutation(len(first))) for _ in range(permutations))
    draws = np.array([_alignment(hsic(x, each), *own) for each in shuffles])
    null = null_of(found.value, draws, "shuffled items", alternative="greater")
    how = f"{'debiased' if debiased else 'biased'} linear CKA, {found.how.replace('groups', 'items')}"
    return replace(found, how=how, null=null)


def _alignment(shared: float, first: float, second: float) -> float:
    if not (first > 0 and second > 0):
        raise AnalysisError(
            "expected items that differ by more than noise in both representations, they do not"
        )
    return shared / np.sqrt(first * second)


@dataclass(frozen=True)
class _Rows:
    """Centred items X, the diagonal of X Xᵀ, and the sums of its rows without the diagonal."""

    points: Float[np.ndarray, "items features"]
    diagonal: Float[np.ndarray, " items"]
    sums: Float[np.ndarray, " items"]

    @classmethod
    def of(cls, points: np.ndarray) -> "_Rows":
        points = points - points.mean(0)
        diagonal = np.einsum("if,if->i", points, points)
        return cls(points, diagonal, points @ points.sum(0) - diagonal)

    def in_order(self, order: np.ndarray) -> "_Rows":
        return _Rows(self.points[order], self.diagonal[order], self.sums[order])


def _biased(x: _Rows, y: _Rows) -> float:
    """‖Xᵀ Y‖² = tr(K L)."""
    return float(np.sum((x.points.T @ y.points) ** 2))


def _unbiased(x: _Rows, y: _Rows) -> float:
    """HSIC₁ of Song et al. (2012), from features: the diagonals of K and L are taken out without forming them.

    (tr(K̃ L̃) + 1ᵀK̃1 · 1ᵀL̃1 / ((n−1)(n−2)) − 2 · 1ᵀK̃L̃1 / (n−2)) / (n (n−3))
    """
    n = len(x.points)
    trace = _biased(x, y) - x.diagonal @ y.diagonal
    product = x.sums.sum() * y.sums.sum() / ((n - 1) * (n - 2))
    return float((trace + product - 2 * x.sums @ y.sums / (n - 2)) / (n * (n - 3)))


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
