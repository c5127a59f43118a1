"""Dissimilarities of conditions, and how alike two sets of them are."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from scipy import linalg, stats
from scipy.spatial import distance

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, null_of
from analysis.geometry.conditions import condition_means
from analysis.inference.jackknife import jackknife
from analysis.trials import Labels, finite_array, group_parts, same_length
from analysis.words import one_of


def dissimilarities(
    patterns: Float[np.ndarray, "conditions features"], metric: Literal["cosine", "euclidean"] = "euclidean"
) -> Float[np.ndarray, " pairs"]:
    """Distances between all pairs of conditions, in the order of SciPy's condensed matrices.

    Noise adds to both: conditions that do not differ have a distance above zero. `crossnobis` has no such bias.

    Raises:
        AnalysisError: fewer than two conditions, numbers that are not finite, another metric, or for
            cosine a pattern of zeros.
    """
    one_of("metric", metric, ("cosine", "euclidean"))
    patterns = finite_array("patterns", patterns, "conditions features")
    if len(patterns) < 2:
        raise AnalysisError(f"expected at least two conditions, got {len(patterns)}")
    if metric == "cosine" and (empty := int((~patterns.any(1)).sum())):
        raise AnalysisError(f"{empty} of {len(patterns)} patterns are zero and have no cosine; use euclidean")
    return distance.pdist(patterns, metric)


def crossnobis(
    activity: Float[np.ndarray, "trials features"],
    conditions: Labels,
    groups: Labels,
    *,
    parts: int = 4,
    seed: int = 0,
) -> Float[np.ndarray, " pairs"]:
    """Cross-validated squared Mahalanobis distance per feature, without bias: noise has 0 on average.

        d_ij = mean_{m ≠ n} (μ_i − μ_j)_mᵀ Σ⁻¹ (μ_i − μ_j)_n / features

    Walther et al. (2016). m and n are parts of the groups; Σ is the covariance within conditions with the
    shrinkage of Ledoit & Wolf (2004). A distance may be negative.

    Raises:
        AnalysisError: a condition that is missing from a part, numbers that are not finite, or other lengths.
    """
    activity = finite_array("activity", activity, "trials features")
    conditions, groups = same_length(len(activity), conditions=conditions, groups=groups)
    names, index = np.unique(conditions, return_inverse=True)
    part = group_parts(groups, index, parts, seed=seed)
    _check_parts(names, index, part, parts)
    whitened = activity @ _whitening(activity - condition_means(activity, index)[index])
    means = np.stack([condition_means(whitened[part == p], index[part == p]) for p in range(parts)])
    total = means.sum(0)
    gram = (total @ total.T - np.einsum("pif,pjf->ij", means, means)) / (parts * (parts - 1))
    own = np.diag(gram)
    return (own[:, None] + own - 2 * gram)[np.triu_indices(names.size, 1)] / activity.shape[1]


def _check_parts(names: np.ndarray, index: np.ndarray, part: np.ndarray, parts: int) -> None:
    if parts < 2 or names.size < 2:
        raise AnalysisError(f"expected at least 2 conditions and 2 parts, got {names.size} and {parts}")
    for code, name in enumerate(names):
        if (found := np.unique(part[index == code]).size) < parts:
            raise AnalysisError(
                f"condition {name} is in {found} of {parts} parts; use fewer parts or more trials"
            )


def _whitening(residual: np.ndarray) -> np.ndarray:
    """W with W Wᵀ = Σ⁻¹."""
    from sklearn.covariance import ledoit_wolf  # slow to import

    covariance, _ = ledoit_wolf(residual, assume_centered=True)
    if not np.trace(covariance) > 0:
        raise AnalysisError(
            "expected activity that varies within conditions, got none: there is no noise to weigh"
        )
    return linalg.solve_triangular(np.linalg.cholesky(covariance), np.eye(len(covariance)), lower=True).T


def representational_similarity(
    first: Float[np.ndarray, " pairs"],
    second: Float[np.ndarray, " other_pairs"],
    *,
    method: Literal["spearman", "pearson"] = "spearman",
    permutations: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Correlation of two sets of dissimilarities of the same conditions (Kriegeskorte, Mur & Bandettini 2008).

    The null shuffles the conditions of the second (Mantel 1967), as pairs are not independent; the interval
    leaves out blocks of conditions, and n counts conditions.

    Raises:
        AnalysisError: other conditions, fewer than four, another method, or dissimilarities that are all equal.
    """
    one_of("method", method, ("spearman", "pearson"))
    squares = [_square(name, each) for name, each in (("first", first), ("second", second))]
    if squares[0].shape != squares[1].shape:
        raise AnalysisError(f"expected the same conditions, got {len(squares[0])} and {len(squares[1])}")

    def statistic(kept: Int[np.ndarray, " conditions"]) -> float:
        upper = np.triu_indices(kept.size, 1)
        a, b = (_standard(square[np.ix_(kept, kept)][upper], method) for square in squares)
        return float(np.mean(a * b))

    count = len(squares[0])
    found = jackknife(statistic, np.arange(count), seed=seed)
    a, b = (distance.squareform(_standard(each, method)) for each in (first, second))
    rng, size = np.random.default_rng(seed), count * (count - 1)
    orders = (rng.permutation(count) for _ in range(permutations))
    draws = np.array([np.vdot(a, b[np.ix_(order, order)]) / size for order in orders])
    null = null_of(found.value, draws, "shuffled conditions", alternative="greater")
    how = f"{method} correlation of dissimilarities, {found.how.replace('groups', 'conditions')}"
    return Estimate(found.value, found.low, found.high, count, 0.0, how, null)


def _square(name: str, pairs: np.ndarray) -> np.ndarray:
    pairs = finite_array(name, pairs, "pairs")
    if not distance.is_valid_y(pairs) or pairs.size < 6:
        raise AnalysisError(
            f"{name}: expected the pairs of at least four conditions, got {pairs.size} numbers"
        )
    return distance.squareform(pairs)


def _standard(pairs: np.ndarray, method: str) -> np.ndarray:
    values = stats.rankdata(pairs) if method == "spearman" else pairs
    if np.ptp(values) == 0:
        raise AnalysisError(
            "expected dissimilarities that differ, got equal ones: they have no order to compare"
        )
    return (values - values.mean()) / values.std()
