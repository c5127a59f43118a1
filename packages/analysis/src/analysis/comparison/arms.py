"""Arms against a baseline, cell by cell: estimates, differences, corrected tests and a verdict in words."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl

from analysis.comparison.comparability import Comparability
from analysis.errors import AnalysisError
from analysis.inference.decision import disagreement, side_of
from analysis.inference.student_t import (
    Difference,
    Estimate,
    difference,
    finite,
    holm,
    mean_estimate,
    paired_difference,
)
from analysis.shown import Shown

Verdict = Literal[
    "baseline", "better", "worse", "higher", "lower", "no detectable difference", "not comparable"
]
"""`higher` and `lower` stand for better and worse where neither is better."""
OVERALL = "overall"
SHARED = "the same in every network (shared)"
NO_WIDTH = "no variation over seeds: the interval has no width, and the verdict rests on these items alone"
VERDICTS: dict[bool | None, tuple[Verdict, Verdict]] = {
    True: ("worse", "better"),
    False: ("better", "worse"),
    None: ("lower", "higher"),
}
"""What a lower and a higher value than the baseline's is called, by whether higher is better."""


@dataclass(frozen=True)
class Result(Shown):
    """One arm in one cell: its estimate over seeds, and how it differs from the baseline there.

    `cell` is empty in the overall row. `p_corrected` is Holm's: over the cells of this arm, and over the
    arms in the overall row. `reason` says why a verdict is "not comparable", that interval and p disagree, or
    that nothing varied over seeds.
    """

    cell: Mapping[str, Any]
    arm: str
    estimate: Estimate | None
    difference: Difference | None
    p_corrected: float
    verdict: Verdict
    reason: str = ""

    @property
    def label(self) -> str:
        """The cell in words, numbers with their column's name: `n=2 location`; or `overall`."""
        words = (value if isinstance(value, str) else f"{name}={value}" for name, value in self.cell.items())
        return " ".join(words) or OVERALL

    def row(self) -> dict[str, Any]:
        """One flat row of a table; what is not known is None."""
        gap = self.difference
        return finite(
            {
                "cell": self.label,
                "arm": self.arm,
                **_columns("", self.estimate),
                "n": self.estimate and self.estimate.n,
                "chance": self.estimate and self.estimate.chance,
                **_columns("difference", gap and gap.estimate),
                "effect_size": gap and gap.effect_size,
                "effect": gap and gap.effect,
                "test": gap and gap.test,
                "p": gap and gap.p,
                "p_corrected": self.p_corrected,
                "verdict": self.verdict,
                "reason": self.reason,
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return finite(
            {
                "cell": dict(self.cell),
                "arm": self.arm,
                "estimate": self.estimate and self.estimate.to_dict(),
                "difference": self.difference and self.difference.to_dict(),
                "p_corrected": self.p_corrected,
                "verdict": self.verdict,
                "reason": self.reason,
            }
        )


@dataclass(frozen=True)
class Comparison:
    """Every arm in every cell, the overall rows first, and what a reader should know besides."""

    metric: str
    baseline: str
    arms: tuple[str, ...]
    cells: tuple[str, ...]
    chance: float | None
    higher_is_better: bool | None
    alpha: float
    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()

    def result(self, arm: str, **cell: Any) -> Result:
        """Return the result of one arm in one cell, the overall one where no cell is named."""
        for result in self.results:
            if result.arm == arm and dict(result.cell) == cell:
                return result
        raise AnalysisError(f"no result of {arm} in {cell or OVERALL}; arms: {', '.join(self.arms)}")

    def _repr_html_(self) -> str:
        from analysis.report.rendering import rendered  # templates word comparisons, and so import them

        return rendered("comparison.html", comparison=self)

    def rows(self) -> list[dict[str, Any]]:
        """Flat rows for a table, in the order of cells and arms."""
        return [result.row() for result in self.results]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the same comparison gives the same bytes."""
        return {
            "metric": self.metric,
            "baseline": self.baseline,
            "arms": list(self.arms),
            "cells": list(self.cells),
            "chance": self.chance,
            "higher_is_better": self.higher_is_better,
            "alpha": self.alpha,
            "notes": list(self.notes),
            "results": [result.to_dict() for result in self.results],
        }


def compare(  # noqa: PLR0913 - what is compared, and what is known of the metric
    values: pl.DataFrame,
    cells: Sequence[str],
    baseline: str,
    *,
    metric: str = "score",
    chance: float | None = None,
    higher_is_better: bool | None = True,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    alpha: float = 0.05,
    checked: Comparability | None = None,
) -> Comparison:
    """Compare every arm with the baseline in each cell and overall, with seeds as the units.

    `values` has the columns arm, seed, the cell columns, and value: one number per arm, seed and cell; arms come in
    the order of their first rows. The overall value of a seed is its unweighted mean over cells; a single cell is
    the overall row. Arms with the same seeds are compared by the paired t test, others by Welch's. A value that is
    exactly the same in all networks, as that of a part they share, is one value and not tested, unless it is a
    bound. What `checked` holds against an arm makes its verdicts "not comparable". Intervals of arms are cut to
    `bounds`, the values that the metric can take. With `higher_is_better` None neither side is better: the verdicts
    are "higher" and "lower".

    Raises:
        AnalysisError: a column is missing, a value is not finite or stands twice, or the baseline is no arm.
    """
    cells, checked = tuple(cells), checked or Comparability()
    _check(values, cells, baseline)
    arms = in_order(values, baseline)
    tables = _tables(values, cells, arms)
    blocked = {arm: "; ".join(why) for arm, why in checked.reasons.items()}
    words = VERDICTS[higher_is_better]
    drafts = [
        draft
        for cell, table in tables
        for draft in _once(
            [_draft(cell, arm, table, baseline, chance, blocked) for arm in arms], table, bounds
        )
    ]
    results = tuple(
        replace(r, estimate=r.estimate and r.estimate.within(*bounds)) for r in judged(drafts, words, alpha)
    )
    overall = tables[0][1]
    notes = (
        *checked.notes,
        *_left_out(values, overall),
        *_unpaired(overall, baseline),
        *_single(values, cells),
    )
    return Comparison(metric, baseline, arms, cells, chance, higher_is_better, alpha, results, notes)


def in_order(values: pl.DataFrame, baseline: str) -> tuple[str, ...]:
    """The baseline, then the other arms in the order of their first rows."""
    arms = values["arm"].unique(maintain_order=True).to_list()
    return (baseline, *(arm for arm in arms if arm != baseline))


Table = Mapping[str, Mapping[int, float]]
"""arm → seed → value, for one cell."""


def _check(values: pl.DataFrame, cells: tuple[str, ...], baseline: str) -> None:
    expected = ("arm", "seed", *cells, "value")
    if missing := [column for column in expected if column not in values.columns]:
        raise AnalysisError(f"expected the columns {', '.join(expected)}; missing {', '.join(missing)}")
    if baseline not in set(values["arm"]):
        raise AnalysisError(f"the baseline {baseline} is not an arm: {', '.join(sorted(set(values['arm'])))}")
    if not np.isfinite(values["value"].to_numpy().astype(float)).all():
        raise AnalysisError("every value must be finite; leave out a cell that could not be measured")
    if unknown := [column for column in expected[:-1] if values[column].null_count()]:
        raise AnalysisError(
            f"{', '.join(unknown)} must be known in every row; name such a cell or leave it out"
        )
    if values.select(expected[:-1]).is_duplicated().any():
        raise AnalysisError(f"expected one value per {', '.join(expected[:-1])}, some stand twice")


def _tables(
    values: pl.DataFrame, cells: tuple[str, ...], arms: tuple[str, ...]
) -> list[tuple[dict[str, Any], Table]]:
    """List the overall table and each cell's; a seed that lacks a cell has no overall value."""
    wanted = values.select(cells).unique().height if cells else 1
    means = values.group_by("arm", "seed").agg(pl.len().alias("count"), pl.col("value").mean())
    tables = [({}, _table(means.filter(pl.col("count") == wanted), arms))]
    if wanted > 1:
        groups = values.partition_by(*cells, as_dict=True)
        for key in sorted(groups, key=lambda key: tuple(map(_order, key))):
            tables.append((dict(zip(cells, key, strict=True)), _table(groups[key], arms)))
    return tables


def _once(drafts: list[Result], table: Table, bounds: tuple[float, float]) -> list[Result]:
    """One value and no test where all networks have the same; at a bound they may well agree by themselves."""
    values = np.array([value for side in table.values() for value in side.values()])
    told = any(draft.verdict == "not comparable" for draft in drafts)
    if told or values.size < 2 or np.ptp(values) > 1e-12 * abs(values[0]) or values[0] in bounds:
        return drafts
    return [_shared(draft) for draft in drafts]


def _shared(draft: Result) -> Result:
    assert draft.estimate is not None
    alone = replace(draft.estimate, low=math.nan, high=math.nan, n=1, how=SHARED)
    reason = "" if draft.verdict == "baseline" else SHARED
    return replace(draft, estimate=alone, difference=None, reason=reason)


def _single(values: pl.DataFrame, cells: tuple[str, ...]) -> Iterator[str]:
    found = values.select(cells).unique() if cells else values.clear()
    if found.height == 1:
        yield f"the only cell is {Result(found.row(0, named=True), '', None, None, math.nan, 'baseline').label}"


def _left_out(values: pl.DataFrame, overall: Table) -> Iterator[str]:
    for arm, seed in values.select("arm", "seed").unique().sort("arm", "seed").iter_rows():
        if seed not in overall[arm]:
            yield f"{arm}, seed {seed}, lacks some of the cells and is left out of the overall row"


def _unpaired(overall: Table, baseline: str) -> Iterator[str]:
    for arm, seeds in overall.items():
        if set(seeds) != set(overall[baseline]):
            yield f"{arm} has other seeds than {baseline}; they are compared by Welch's test, not paired"


def _table(rows: pl.DataFrame, arms: tuple[str, ...]) -> Table:
    table: dict[str, dict[int, float]] = {arm: {} for arm in arms}
    for row in rows.sort("seed").iter_rows(named=True):
        table[row["arm"]][row["seed"]] = row["value"]
    return table


def _draft(
    cell: dict[str, Any],
    arm: str,
    table: Table,
    baseline: str,
    chance: float | None,
    blocked: Mapping[str, str],
) -> Result:
    """Estimate and difference, with the verdict still open."""
    ours, theirs = table[arm], table[baseline]
    estimate = mean_estimate(list(ours.values()), chance=chance) if ours else None
    draft = Result(cell, arm, estimate, None, math.nan, "baseline")
    if arm == baseline:
        return draft
    obstacles = (blocked.get(arm), blocked.get(baseline), _few(cell, arm, ours), _few(cell, baseline, theirs))
    if reason := next(filter(None, obstacles), ""):
        return replace(draft, verdict="not comparable", reason=reason)
    return replace(draft, difference=_gap(ours, theirs), verdict="no detectable difference")


def _few(cell: dict[str, Any], arm: str, seeds: Mapping[int, float]) -> str:
    if not seeds:
        return f"{arm} has no value here" if cell else f"{arm} lacks some of the cells"
    return "" if len(seeds) > 1 else f"{arm} has 1 seed, a test needs 2 or more"


def _gap(ours: Mapping[int, float], theirs: Mapping[int, float]) -> Difference:
    test = paired_difference if set(ours) == set(theirs) else difference
    return test(list(ours.values()), list(theirs.values()))


def one_family(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Correct the overall rows of several comparisons together (Holm): of all their arms and figures."""
    overall = [result for each in comparisons for result in each.results if not result.cell]
    corrected = iter(holm([result.difference.p if result.difference else math.nan for result in overall]))
    return [_recorrected(each, corrected) for each in comparisons]


def _recorrected(found: Comparison, corrected: Iterator[float]) -> Comparison:
    words, results = VERDICTS[found.higher_is_better], []
    for result in found.results:
        if not result.cell:
            result = replace(result, p_corrected=float(next(corrected)))
            result = _judged(result, words, found.alpha)
        results.append(result)
    return replace(found, results=tuple(results))


def judged(drafts: list[Result], words: tuple[Verdict, Verdict], alpha: float) -> tuple[Result, ...]:
    """Give results their corrected p and, where it and the interval agree on a side, the word for it."""
    return tuple(_judged(draft, words, alpha) for draft in _corrected(drafts))


def _corrected(drafts: list[Result]) -> Iterator[Result]:
    """Holm's correction within each family: the cells of one arm, and the overall rows of all arms."""
    families: dict[str, list[int]] = {}
    for index, draft in enumerate(drafts):
        families.setdefault(draft.arm if draft.cell else OVERALL, []).append(index)
    corrected = np.full(len(drafts), np.nan)
    for members in families.values():
        corrected[members] = holm(
            [
                draft.difference.p if draft.difference else math.nan
                for draft in map(drafts.__getitem__, members)
            ]
        )
    return (replace(draft, p_corrected=float(p)) for draft, p in zip(drafts, corrected, strict=True))


def _judged(draft: Result, words: tuple[Verdict, Verdict], alpha: float) -> Result:
    """A side needs p and interval; where the two tests disagree the reason says so."""
    gap = draft.difference
    if gap is None:
        return draft
    if side := side_of(gap.estimate, 0.0, 0.0, draft.p_corrected, alpha=alpha):
        reason = NO_WIDTH if gap.estimate.low == gap.estimate.high else ""
        return replace(draft, verdict=words[side == "greater"], reason=reason)
    undecided = "no detectable difference"
    reason = disagreement(gap.estimate, 0.0, 0.0, gap.p, alpha=alpha, null="0")
    return replace(draft, verdict=undecided, reason=reason)


def _columns(prefix: str, estimate: Estimate | None) -> dict[str, float | None]:
    names = (prefix or "value", f"{prefix}_low".lstrip("_"), f"{prefix}_high".lstrip("_"))
    found = (estimate.value, estimate.low, estimate.high) if estimate else (None, None, None)
    return dict(zip(names, found, strict=True))


def _order(value: Any) -> tuple[bool, Any]:
    """Numbers by size, before text by alphabet."""
    return isinstance(value, str), value
