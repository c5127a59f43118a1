"""Ratios that say what they are held against, and that are not told where a side is empty."""

import math
from collections.abc import Sequence

import numpy as np

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, null_of
from analysis.inference.resampling import Bootstrap
from analysis.inference.student_t import mean_estimate
from analysis.values import Values, checked_pairs

NO_DIFFERENCE = "no detectable difference"
Labels = Sequence | np.ndarray


def ratio_verdict(ratio: Estimate) -> str:
    """What a ratio means in words; one whose interval holds 1 is "no detectable difference"."""
    if math.isnan(ratio.value):
        return ratio.how or "not estimable"
    if math.isnan(ratio.low):
        return "not estimable: a ratio without an interval"
    if ratio.low <= 1 <= ratio.high:
        return NO_DIFFERENCE
    return "above 1" if ratio.low > 1 else "below 1"


def ratio_of_sums(a: Values, b: Values) -> Estimate:
    """R = Σ a / Σ b over units, with Student's interval by linearisation (Cochran 1977, §6.3).

    u_i = R + (a_i − R b_i) / mean(b)
    """
    a, b = checked_pairs(a, b)
    if not b.sum() > 0:
        return Estimate.not_estimable("the denominator is zero", n=b.size, chance=1.0)
    ratio = float(a.sum() / b.sum())
    found = mean_estimate(ratio + (a - ratio * b) / b.mean())
    how = "ratio of sums, 95% Student t by linearisation over units"
    return Estimate(ratio, found.low, found.high, found.n, 1.0, how)


def group_ratio(
    mass: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    groups: Labels | None = None,
    *,
    permutations: int = 1000,
    bootstrap: Bootstrap | None = None,
) -> Estimate:
    """How much more attention a token of the first group gets than one of the second.

        R = mean over items of (attention per first token) / mean over items of (attention per second token)

    `mass` `[items tokens]` is what tokens receive, `first` and `second` `[items tokens]` say which are which.
    Items where a group is empty have no ratio: they are left out and counted in `how`; where all are, there
    is no estimate. The interval is BCa over items (or the groups they come from), the null shuffles
    membership among the tokens of each item that are in either group.

    Raises:
        AnalysisError: other shapes, a token in both groups, or numbers that are not finite.
    """
    mass, first, second = _checked_sides(mass, first, second)
    usable = first.any(1) & second.any(1)
    empty = f"{int((~usable).sum())} of {usable.size} items have an empty group"
    units = np.arange(len(mass)) if groups is None else np.unique(groups, return_inverse=True)[1]
    if units.shape != usable.shape:
        raise AnalysisError(f"expected one group per item ({usable.size}), got {units.size}")
    if not usable.any():
        return Estimate.not_estimable(empty, chance=1.0)
    mass, first, second = mass[usable], first[usable], second[usable]
    tops, bottoms = _per_token(mass, first), _per_token(mass, second)
    if not bottoms.sum() > 0:
        return Estimate.not_estimable("the second group gets no attention", n=len(mass), chance=1.0)
    bootstrap = bootstrap or Bootstrap()
    found = bootstrap.paired(_sums(tops, units[usable]), _sums(bottoms, units[usable]), _quotient, chance=1.0)
    draws = _shuffled(mass, first, second, permutations, bootstrap.seed)
    how = f"ratio of attention per token, {found.how}; {empty}"
    if lost := int((~np.isfinite(draws)).sum()):
        how += f"; no null, for in {lost} of {permutations} shuffles the second group gets no attention"
        return Estimate(found.value, found.low, found.high, found.n, 1.0, how)
    null = null_of(found.value, draws, f"membership shuffled within items, {permutations} draws")
    return Estimate(found.value, found.low, found.high, found.n, 1.0, how, null)


def _checked_sides(*sides: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mass, first, second = np.asarray(sides[0], dtype=float), np.asarray(sides[1]), np.asarray(sides[2])
    if mass.ndim != 2 or first.shape != mass.shape or second.shape != mass.shape:
        shapes = f"{mass.shape}, {first.shape} and {second.shape}"
        raise AnalysisError(f"expected mass and both memberships as [items tokens], got {shapes}")
    first, second = first.astype(bool), second.astype(bool)
    if (first & second).any():
        raise AnalysisError("some token is in both groups; a ratio compares two that have none in common")
    if not (np.isfinite(mass) & (mass >= 0)).all():
        raise AnalysisError("expected finite attention of at least 0; give padding no group and weight 0")
    return mass, first, second


def _per_token(mass: np.ndarray, member: np.ndarray) -> np.ndarray:
    return (mass * member).sum(-1) / member.sum(-1)


def _sums(values: np.ndarray, units: np.ndarray) -> np.ndarray:
    return np.bincount(np.unique(units, return_inverse=True)[1], weights=values)


def _quotient(top: np.ndarray, bottom: np.ndarray, axis: int = -1) -> np.ndarray | np.floating:
    return top.mean(axis) / bottom.mean(axis)


def _shuffled(
    mass: np.ndarray, first: np.ndarray, second: np.ndarray, permutations: int, seed: int
) -> np.ndarray:
    """The ratio with the same numbers of members, dealt out anew within each item."""
    rng = np.random.default_rng(seed)
    either, sizes = first | second, first.sum(1, keepdims=True)
    draws = np.empty(permutations)
    for draw in range(permutations):
        rank = np.where(either, rng.random(mass.shape), np.inf).argsort(1).argsort(1)
        ours = rank < sizes
        theirs = either & ~ours
        below = _per_token(mass, theirs).mean()
        draws[draw] = _per_token(mass, ours).mean() / below if below > 0 else np.inf
    return draws
