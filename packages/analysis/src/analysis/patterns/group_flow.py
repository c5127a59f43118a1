"""How much attention goes from which group to which, and whether that is more than degrees alone would send."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.estimates import Estimate, finite, null_of
from analysis.inference.multiplicity import benjamini_hochberg
from analysis.patterns.attention import AttentionPattern
from analysis.patterns.flow_nulls import FlowNull, null_for
from analysis.patterns.grouping import Grouping, Groups
from analysis.patterns.ratios import NO_DIFFERENCE, ratio_of_sums, ratio_verdict
from analysis.shown import Shown


@dataclass(frozen=True)
class Enrichment(Shown):
    """Attention from one group of queries to one group of keys, over what degrees alone would send.

    `mass` is the share of the queries' attention that goes there. The verdict is "above 1" or "below 1" only
    where the interval leaves 1 out and p, corrected over all cells (Benjamini & Hochberg), is below 0.05.
    """

    head: int
    query_group: str
    key_group: str
    queries: int
    keys: int
    mass: float
    estimate: Estimate
    p_corrected: float = math.nan

    @property
    def verdict(self) -> str:
        """What the ratio means in words."""
        said = ratio_verdict(self.estimate)
        convincing = said.startswith("not estimable") or self.p_corrected < 0.05
        return said if convincing else NO_DIFFERENCE

    def __str__(self) -> str:
        sides = f"{self.query_group} ({self.queries}) → {self.key_group} ({self.keys})"
        return f"head {self.head}, {sides}: {self.estimate}; {self.verdict}"

    def row(self) -> dict[str, Any]:
        """One flat row of a table; what is not known is None."""
        names = ("head", "query_group", "key_group", "queries", "keys", "mass")
        found, null = self.estimate, self.estimate.null
        return finite(
            {
                **{name: getattr(self, name) for name in names},
                **{"ratio": found.value, "low": found.low, "high": found.high, "n": found.n},
                **{"null_low": null and null.low, "null_high": null and null.high, "p": null and null.p},
                **{"p_corrected": self.p_corrected, "verdict": self.verdict, "how": found.how},
            }
        )


def enrichment(
    pattern: AttentionPattern, query_groups: Groups, key_groups: Groups, null: FlowNull | None = None
) -> list[Enrichment]:
    """Flow from group to group over its mean under a null that keeps the degrees of tokens; 1 is chance.

        E_gh = Σ_{i∈g, j∈h} p_ij / mean of the same under the null

    The interval is over the items of the first batch axis where there are several, otherwise over the queries
    of g. Groups without tokens, or to which the null sends nothing, are "not estimable" and say so.

    Raises:
        AnalysisError: groups that do not fit, or a null for another kind of attention.
    """
    queries = Grouping.of(query_groups, pattern.shape[-2], "query groups")
    keys = Grouping.of(key_groups, pattern.shape[-1], "key groups")
    null = null or null_for(pattern)
    draws, mass = null.flows(pattern, query_groups, key_groups), pattern.mass(key_groups)
    cells = []
    for head, g, h in np.ndindex(draws.shape[1:]):
        sides = (queries.names[g], keys.names[h], int(queries.sizes[g]), int(keys.sizes[h]))
        member, found = queries.member[:, g], mass[..., head, :, h]
        share = float(found[..., member].sum() / max(1, pattern.sent()[..., head, member].sum()))
        estimate = _ratio(found, member, draws[:, head, g, h], sides, type(null).__name__)
        cells.append(Enrichment(head, *sides, share, estimate))
    return _corrected(cells)


def _ratio(
    mass: np.ndarray, member: np.ndarray, draws: np.ndarray, sides: tuple[str, str, int, int], name: str
) -> Estimate:
    for group, size, what in ((sides[0], sides[2], "queries"), (sides[1], sides[3], "keys")):
        if not size:
            return Estimate.not_estimable(f"group {group} has no {what}", chance=1.0)
    expected = float(draws.mean())
    if not expected > 0:
        return Estimate.not_estimable("nothing goes there under the null either", n=sides[2], chance=1.0)
    units, what = _units(mass, member)
    found = ratio_of_sums(units, np.full(units.size, expected / units.size))
    null = null_of(found.value, draws / expected, f"{name}, degrees kept, {draws.size} draws")
    how = f"flow over its mean under the null, 95% Student t over {what}"
    return Estimate(found.value, found.low, found.high, found.n, 1.0, how, null)


def _units(mass: np.ndarray, member: np.ndarray) -> tuple[np.ndarray, str]:
    """The flow of each item, or where there is one item of each query."""
    if mass.ndim > 1 and len(mass) > 1:
        return mass[..., member].reshape(len(mass), -1).sum(1), "items"
    return mass.reshape(-1, mass.shape[-1])[..., member].sum(0), "the queries of one map"


def _corrected(cells: list[Enrichment]) -> list[Enrichment]:
    p = [math.nan if cell.estimate.null is None else cell.estimate.null.p for cell in cells]
    corrected = benjamini_hochberg(p)
    return [replace(cell, p_corrected=float(value)) for cell, value in zip(cells, corrected, strict=True)]
