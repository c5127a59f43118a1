"""Whether what is attended matters: the model without the keys it attends most, and with nothing but them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite
from analysis.inference.permutation import Permutation
from analysis.inference.student_t import cluster_estimate
from analysis.patterns.ratios import NO_DIFFERENCE, Labels
from analysis.shown import Shown

FAITHFUL, UNFAITHFUL = "faithful", "contradicted"


@dataclass(frozen=True)
class Faithfulness(Shown):
    """How much more the output suffers without the most attended keys than without as many random ones.

    `deletion` is this excess (comprehensiveness over chance), `keeping` how much better the output is with
    only the most attended keys than with as many random ones (sufficiency over chance), or None where it was
    not tried. Both are held against 0. `drop` is what deleting the most attended costs in itself.
    """

    drop: Estimate
    deletion: Estimate
    keeping: Estimate | None = None

    @property
    def verdict(self) -> str:
        """Faithful, "no detectable difference" from random keys, or contradicted, by the deletion test."""
        found = self.deletion
        if math.isnan(found.value) or math.isnan(found.low):
            return found.how if math.isnan(found.value) else "not estimable: too few groups for an interval"
        if found.low <= 0 <= found.high:
            return NO_DIFFERENCE
        return FAITHFUL if found.low > 0 else UNFAITHFUL

    def __str__(self) -> str:
        kept = "not tried" if self.keeping is None else str(self.keeping)
        return f"deleting the most attended over random keys {self.deletion}; keeping them {kept}; {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        parts = {"drop": self.drop, "deletion": self.deletion, "keeping": self.keeping}
        return finite({**{k: v and v.to_dict() for k, v in parts.items()}, "verdict": self.verdict})


def faithfulness(
    intact: Float[np.ndarray, " items"],
    without_top: Float[np.ndarray, "items shares"],
    without_random: Float[np.ndarray, "items shares draws"],
    *,
    only_top: Float[np.ndarray, "items shares"] | None = None,
    only_random: Float[np.ndarray, "items shares draws"] | None = None,
    groups: Labels | None = None,
) -> Faithfulness:
    """Compare the output under deletions by attention with deletions at random, item by item.

        deletion = mean over items and shares of (output without random keys − output without the top keys)
        keeping  = mean over items and shares of (output with only the top keys − with only random keys)

    Comprehensiveness and sufficiency (DeYoung et al. 2020) over their chance, since deleting anything takes an
    input off the training distribution (Hooker et al. 2019). The output is the probability of the right
    answer, or whether it was given; a share is how many keys were deleted or kept; `draws` are choices of
    random keys. The interval is over `groups`, the null flips the signs of whole groups.

    Raises:
        AnalysisError: other shapes, one of the two kept outputs without the other, or numbers that are not
            finite.
    """
    items = len(intact)
    groups = np.arange(items) if groups is None else np.asarray(groups)
    _check("intact", intact, 1, items)
    _check_pair("without", without_top, without_random, items)
    drop = cluster_estimate(intact - without_top.mean(1), groups, chance=0.0)
    deletion = _excess(-without_top, -without_random, groups, "deleted")
    if (only_top is None) != (only_random is None):
        raise AnalysisError(
            "expected the outputs with only the top keys and with only random keys, got one of them"
        )
    if only_top is None or only_random is None:
        return Faithfulness(drop, deletion)
    _check_pair("only", only_top, only_random, items)
    return Faithfulness(drop, deletion, _excess(only_top, only_random, groups, "kept"))


def _excess(top: np.ndarray, random: np.ndarray, groups: np.ndarray, what: str) -> Estimate:
    per_item = (top[..., None] - random).mean((1, 2))
    found = cluster_estimate(per_item, groups, chance=0.0)
    index = np.unique(groups, return_inverse=True)[1]
    # Sums of groups, scaled so that their mean is the mean over items.
    units = np.bincount(index, weights=per_item) * (index.max() + 1) / index.size
    how = f"most attended over random keys {what}, {found.how}"
    null = Permutation().against_chance(units, 0.0).null
    return Estimate(found.value, found.low, found.high, found.n, 0.0, how, null)


def _check_pair(name: str, top: np.ndarray, random: np.ndarray, items: int) -> None:
    _check(f"{name}_top", top, 2, items)
    _check(f"{name}_random", random, 3, items)
    if random.shape[:2] != top.shape:
        raise AnalysisError(
            f"{name}_random: expected [{items} items, {top.shape[1]} shares, draws], got {random.shape}"
        )


def _check(name: str, values: np.ndarray, axes: int, items: int) -> None:
    if values.ndim != axes or values.size == 0 or len(values) != items:
        raise AnalysisError(f"{name}: expected {axes} axes and {items} items, got the shape {values.shape}")
    if not np.isfinite(values).all():
        raise AnalysisError(
            f"{name}: {int((~np.isfinite(values)).sum())} of {values.size} outputs are not finite"
        )
