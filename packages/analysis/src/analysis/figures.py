"""Figures of training and comparison, by matplotlib's object interface."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from jaxtyping import Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.comparison import Comparison, Result
from analysis.errors import AnalysisError
from analysis.inference import mean_estimate
from analysis.style import FAINT, QUIET, arm_colours, chance_line, house_style

INTERVAL = "95 % interval"


def training_curves(
    metrics_by_arm: Mapping[str, Sequence[pl.DataFrame]],
    *,
    metric: str,
    x: str = "step",
    chance: float | None = None,
) -> Figure:
    """Draw the mean over seeds of one metric, with its 95 % Student band, for each arm, the baseline first.

    Each seed is one table as `Run.metrics()` returns it; rows without the metric are left out. Where only one seed
    has a value there is no band.

    Raises:
        AnalysisError: an arm has no value of the metric.
    """
    with house_style():
        figure = Figure(figsize=(7.2, 4.0), layout="constrained")
        axes = figure.add_subplot()
        for arm, colour in arm_colours(metrics_by_arm).items():
            curve = _curve(arm, metrics_by_arm[arm], metric, x)
            label = f"{arm} (n = {len(metrics_by_arm[arm])})"
            axes.plot(curve[x], curve["value"], color=colour, linewidth=2, label=label)
            axes.fill_between(curve[x], curve["low"], curve["high"], color=colour, alpha=0.18, linewidth=0)
        chance_line(axes, chance)
        axes.set_xlabel(_words(x))
        axes.set_ylabel(_words(metric))
        axes.margins(x=0.01)
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        _legend(figure, axes)
    return figure


def cell_intervals(comparison: Comparison) -> Figure:
    """Draw every arm's estimate with its interval in each cell, the chance level, and the verdicts beside them."""
    colours = arm_colours(comparison.arms)
    labels = list(dict.fromkeys(result.label for result in comparison.results))
    lanes = len(comparison.arms)
    with house_style():
        figure = Figure(figsize=(8.4, 1.4 + len(labels) * (0.12 + 0.17 * lanes)), layout="constrained")
        axes = figure.add_subplot()
        for result in comparison.results:
            lane = comparison.arms.index(result.arm)
            height = labels.index(result.label) + 0.62 * ((lane + 0.5) / lanes - 0.5)
            _interval(axes, result, height, colours[result.arm])
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        for edge in range(1, len(labels)):
            axes.axhline(edge - 0.5, color=QUIET if edge == 1 else FAINT, linewidth=0.6, zorder=0)
        chance_line(axes, comparison.chance, vertical=True)
        axes.set_xlabel(f"{_words(comparison.metric)}, mean and {INTERVAL} over seeds{_seeds(comparison)}")
        _legend(figure, axes)
    return figure


def heat_map(values: Num[np.ndarray, "rows columns"], *, rows: Sequence[str], label: str, x: str) -> Figure:
    """Draw a matrix of numbers, one named row beneath the other."""
    if len(rows) != len(values):
        raise AnalysisError(f"expected one name per row ({len(values)}), got {len(rows)}")
    with house_style():
        figure = Figure(figsize=(8.4, 1.3 + 0.3 * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        drawn = axes.imshow(values, cmap="viridis", aspect="auto", interpolation="nearest")
        axes.set_yticks(range(len(rows)), rows)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_xlabel(x)
        figure.colorbar(drawn, ax=axes, label=label, pad=0.02).outline.set_visible(False)  # pyright: ignore
    return figure


def _seeds(comparison: Comparison) -> str:
    """How many, where all arms have as many."""
    counts = {result.estimate.n for result in comparison.results if result.estimate}
    return f" (n = {counts.pop()})" if len(counts) == 1 else ""


def _curve(arm: str, tables: Sequence[pl.DataFrame], metric: str, x: str) -> pl.DataFrame:
    """One row per x: mean and interval over the seeds that have a value there."""
    known = [table.select(x, metric).drop_nulls() for table in tables if {x, metric} <= set(table.columns)]
    points = pl.concat(known) if known else pl.DataFrame()
    if points.is_empty():
        raise AnalysisError(f"no run of {arm} has {metric} by {x}; metrics.jsonl holds no such record")
    rows = []
    for (place,), group in points.group_by(x):
        found = mean_estimate(group[metric].to_numpy())
        rows.append({x: place, "value": found.value, "low": found.low, "high": found.high})
    return pl.DataFrame(rows).sort(x)


def _interval(axes: Axes, result: Result, height: float, colour: str) -> None:
    found = result.estimate
    if found is None:
        beside = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": 9.5}
        axes.text(0.01, height, f"{result.arm}: not measured", color=colour, **beside)
        return
    label = result.arm if not result.cell else None
    axes.plot([found.low, found.high], [height, height], color=colour, linewidth=2, solid_capstyle="round")
    axes.plot(found.value, height, "o", color=colour, markersize=6, label=label)
    if result.verdict != "baseline":
        tint = colour if result.verdict in ("better", "worse") else QUIET
        beside = axes.get_yaxis_transform()
        axes.text(1.02, height, result.verdict, color=tint, va="center", fontsize=9.5, transform=beside)


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    named = [(handle, label) for handle, label in zip(handles, labels, strict=True) if label != "chance"]
    figure.legend(*zip(*named, strict=True), loc="outside upper left", ncols=3, handlelength=1.4)


def _words(name: str) -> str:
    return name.replace("_", " ").replace("/", " ")
