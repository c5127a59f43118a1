"""How attention changes from layer to layer, over training, and between conditions."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.inference.multiplicity import benjamini_hochberg
from analysis.inference.student_t import difference, paired_difference
from analysis.patterns.agreement import divergence
from analysis.patterns.attention import AttentionPattern, WeightedPattern
from analysis.patterns.pattern_table import Labels, head_estimate
from analysis.patterns.ratios import NO_DIFFERENCE
from analysis.shown import Shown
from analysis.words import by_name

MOVED = "jensen_shannon"


@dataclass(frozen=True)
class Change(Shown):
    """One statistic of one head, after less before; or how far attention moved, against other items' maps.

    `p_corrected` is Benjamini & Hochberg's over all statistics and heads of this pair.
    """

    before: str
    after: str
    head: int
    statistic: str
    estimate: Estimate
    p: float
    test: str
    p_corrected: float = math.nan

    @property
    def verdict(self) -> str:
        """Higher, lower, "no detectable difference", or why it cannot be told."""
        if math.isnan(self.estimate.value) or math.isnan(self.p_corrected):
            return self.estimate.how if math.isnan(self.estimate.value) else "not estimable: too few items"
        if not self.p_corrected < 0.05:
            return NO_DIFFERENCE
        center = self.estimate.null.value if self.estimate.null else 0.0
        return "higher" if self.estimate.value > center else "lower"

    def __str__(self) -> str:
        what = f"head {self.head}, {self.statistic}, {self.before} → {self.after}"
        return f"{what}: {self.estimate}, {self.test} corrected p = {self.p_corrected:.3g}; {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        names = ("before", "after", "head", "statistic", "p", "test", "p_corrected", "verdict")
        return finite({**{name: getattr(self, name) for name in names}, "estimate": self.estimate.to_dict()})


def attention_change(
    before: AttentionPattern,
    after: AttentionPattern,
    groups: Labels | None = None,
    *,
    names: tuple[str, str] = ("before", "after"),
    draws: int = 1000,
    seed: int = 0,
) -> list[Change]:
    """Compare every row statistic of every head, and where both hold the same pairs how far weights moved.

    Patterns with as many items pair item by item (`groups` tells which items belong together) and are
    compared by the paired t test; others by Welch's. How far attention moved is the Jensen–Shannon divergence
    of each item's two maps in bits, and its null pairs the maps of different items.

    Raises:
        AnalysisError: the patterns have other numbers of heads, or no batch axis and thus no items.
    """
    _check_sides(before, after)
    ours, theirs = before.row_statistics(), after.row_statistics()
    paired = before.shape[0] == after.shape[0]
    changes = []
    for head in range(before.heads):
        for name in ours:
            sides = tuple(
                _units(side[name][..., head, :], groups if paired else None) for side in (ours, theirs)
            )
            changes.append(_scalar(names, head, name, sides, paired))
        if paired and isinstance(before, WeightedPattern) and before.same_pairs(after):
            changes.append(_moved(names, head, before, after, groups, np.random.default_rng(seed), draws))
    corrected = benjamini_hochberg([change.p for change in changes])
    return [replace(change, p_corrected=float(p)) for change, p in zip(changes, corrected, strict=True)]


def attention_evolution(
    patterns: Mapping[str, AttentionPattern],
    groups: Labels | None = None,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> list[Change]:
    """The changes from each layer, training step or condition to the one after it, in the order given.

    Raises:
        AnalysisError: there are fewer than two.
    """
    by_name("patterns", patterns, "layers, steps or conditions")
    if len(patterns) < 2:
        raise AnalysisError(f"expected at least two layers, steps or conditions, got {len(patterns)}")
    found = []
    for first, second in pairwise(patterns):
        sides = {"names": (first, second), "draws": draws, "seed": seed}
        found += attention_change(patterns[first], patterns[second], groups, **sides)
    return found


def _check_sides(before: AttentionPattern, after: AttentionPattern) -> None:
    if before.heads != after.heads:
        raise AnalysisError(f"expected as many heads on both sides, got {before.heads} and {after.heads}")
    if min(len(before.shape), len(after.shape)) < 4:
        raise AnalysisError("expected a batch axis of items, which are the units of the comparison")


def _units(values: np.ndarray, groups: Labels | None) -> np.ndarray:
    """The mean of each item, NaN rows left out; or of each group of items."""
    rows = values.reshape(len(values), -1)
    index = np.arange(len(rows)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    if index.shape != (len(rows),):
        raise AnalysisError(f"expected one group per item ({len(rows)}), got {index.size}")
    known = ~np.isnan(rows)
    sums = np.bincount(index, weights=np.where(known, rows, 0.0).sum(1))
    counts = np.bincount(index, weights=known.sum(1))
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def _scalar(
    names: tuple[str, str], head: int, statistic: str, sides: tuple[np.ndarray, ...], paired: bool
) -> Change:
    first, second = sides
    if paired:
        first, second = (side[~np.isnan(first + second)] for side in sides)
    else:
        first, second = (side[~np.isnan(side)] for side in sides)
    if not (first.size and second.size):
        reason = Estimate.not_estimable("no item has this statistic on both sides")
        return Change(*names, head, statistic, reason, math.nan, "none")
    found = (paired_difference if paired else difference)(second, first)
    left = sum(map(len, sides)) - first.size - second.size
    how = found.estimate.how + (f"; {left} units without it left out" if left else "")
    return Change(*names, head, statistic, replace(found.estimate, how=how), found.p, found.test)


def _moved(
    names: tuple[str, str],
    head: int,
    before: WeightedPattern,
    after: AttentionPattern,
    groups: Labels | None,
    rng: np.random.Generator,
    draws: int,
) -> Change:
    first = np.take(before.per_head(), head, axis=before.head_axis)
    second = np.take(after.per_head(), head, axis=before.head_axis)  # pyright: ignore
    found = head_estimate(divergence(before, first, second), groups)
    shuffled = [
        head_estimate(divergence(before, first, second[rng.permutation(len(second))])).value
        for _ in range(draws)
    ]
    null = null_of(found.value, np.array(shuffled), f"maps of different items, {draws} draws")
    how = f"Jensen–Shannon divergence in bits, {found.how}"
    estimate = Estimate(found.value, found.low, found.high, found.n, None, how, null)
    return Change(*names, head, MOVED, estimate, null.p, "permutation")
