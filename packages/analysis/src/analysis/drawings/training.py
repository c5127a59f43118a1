"""What training recorded, over the networks of each arm."""

import math
from collections.abc import Mapping

import numpy as np
import polars as pl

from analysis.drawings.drawing import Drawing
from analysis.figures.curves import Metrics, over_seeds, training_curves
from analysis.interactive import Interactive, curve_view
from analysis.report.wording import plain

NOT_DRAWN = ("epoch", "step", "seconds", "cpu_seconds", "peak_bytes")
UNLIMITED = (-math.inf, math.inf)
MOST_POINTS = 400
"""Of longer records every so many-eth point is drawn."""


def training_drawing(
    metrics: Metrics,
    first: str,
    chances: Mapping[str, float | None],
    bounds: Mapping[str, tuple[float, float]] | None = None,
) -> Drawing:
    """Every figure that all arms recorded by epoch, to choose from; `first` is the one that is printed.

    Bands are cut to the `bounds` of a figure, where it has some.

    Raises:
        AnalysisError: an arm has no value of the first.
    """
    epochs = {arm: [_thinned(_epochs(table)) for table in tables] for arm, tables in metrics.items()}
    limits = bounds or {}
    shared = [name for name in _recorded(epochs) if name != first]
    views = {
        (name,): curve_view(
            {
                arm: over_seeds(arm, tables, name).within(*limits.get(name, UNLIMITED))
                for arm, tables in epochs.items()
            },
            x="optimiser step",
            y=plain(name),
            chance=chances.get(name),
        )
        for name in (first, *shared)
    }
    return Drawing(
        "training",
        training_curves(epochs, metric=first, chance=chances.get(first), bounds=limits.get(first, UNLIMITED)),
        f"Validation {plain(first)} by optimiser step: mean over seeds and 95 % band; the selector shows what else was "
        "recorded.",
        f"Curves of validation {plain(first)} for {', '.join(epochs)}.",
        "The dashed line is chance." if chances.get(first) is not None else "The curves of the other arms.",
        Interactive(views, ("record",)),
    )


def _epochs(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("kind") == "epoch") if "kind" in table.columns else table


def _thinned(table: pl.DataFrame) -> pl.DataFrame:
    """The last point is always among those that are drawn."""
    every = -(-table.height // MOST_POINTS)
    return table.reverse().gather_every(every).reverse() if every > 1 else table


def _recorded(epochs: Metrics) -> list[str]:
    """The numbers that every network has, in the order of the first table."""
    tables = [table for each in epochs.values() for table in each]
    return [
        name
        for name, kind in tables[0].schema.items()
        if kind.is_numeric() and name not in NOT_DRAWN and all(_known(table, name) for table in tables)
    ]


def _known(table: pl.DataFrame, name: str) -> bool:
    return name in table.columns and bool(np.isfinite(table[name].drop_nulls().to_numpy()).any())
