"""Where two arms differ more than elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from analysis.comparison.arms import Comparison, Result, compare
from analysis.comparison.comparability import Comparability


def interaction(
    values: pl.DataFrame,
    cells: Sequence[str],
    baseline: str,
    *,
    metric: str = "score",
    alpha: float = 0.05,
    checked: Comparability | None = None,
) -> Comparison:
    """Compare what each cell has above the mean of the others, so that a difference is one between differences.

        c_a(i) = x_a(i) − mean_{j ≠ i} x_a(j),   difference at i = mean_seeds( c_arm(i) − c_baseline(i) )

    Verdicts are "higher" and "lower", corrected over the cells (Holm). A network that lacks a cell is left out, and
    with fewer than two cells there is nothing to compare. There is no overall row: it would be 0.

    Raises:
        AnalysisError: as `compare`.
    """
    contrasts = _beyond_the_others(values, cells)
    found = compare(
        contrasts,
        cells,
        baseline,
        metric=f"{metric} beyond the other levels",
        higher_is_better=None,
        alpha=alpha,
        checked=checked,
    )
    return replace(found, results=tuple(result for result in found.results if result.cell))


def told(found: Comparison) -> list[str]:
    """A sentence for each cell in which an arm's difference is another than in the others."""
    return [_sentence(found, result) for result in found.results if result.verdict in ("higher", "lower")]


def _beyond_the_others(values: pl.DataFrame, cells: Sequence[str]) -> pl.DataFrame:
    wanted = values.select(cells).unique().height
    network = ["arm", "seed"]
    whole = values.filter(pl.len().over(network) == wanted)
    total = pl.col("value").sum().over(network)
    return whole.with_columns(value=(pl.col("value") * wanted - total) / (wanted - 1))


def _sentence(found: Comparison, result: Result) -> str:
    gap: Any = result.difference
    side = "larger" if result.verdict == "higher" else "smaller"
    moved = f"{gap.estimate.value:+z.3f} [{gap.estimate.low:+z.3f}, {gap.estimate.high:+z.3f}]"
    return (
        f"{result.arm} − {found.baseline} is {side} for {result.label} than for the others: "
        f"{moved}, p (Holm) = {result.p_corrected:.3g}"
    )
