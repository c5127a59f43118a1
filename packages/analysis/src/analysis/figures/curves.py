"""Curves over training and over thresholds, by arm."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import AnalysisError
from analysis.estimates import Curve
from analysis.figures.parts import DASHES, band, legend, words
from analysis.figures.style import ARMS, FAINT, PAGE, arm_colours, chance_line, house_style
from analysis.inference.student_t import mean_estimate

Metrics = Mapping[str, Sequence[pl.DataFrame]]
"""The metrics of each seed, as `Run.metrics()` returns them, by arm; one without seeds keeps its colour."""


def training_curves(
    metrics_by_arm: Metrics,
    *,
    metric: str,
    x: str = "step",
    chance: float | None = None,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Figure:
    """Draw the mean over seeds of one metric, with its 95 % Student band, for each arm, the baseline first.

    The band is cut to `bounds`, the values that the metric can take; an arm with one value, such as a baseline that
    fits itself, is a level. Each seed is one table as `Run.metrics()` returns it; rows without the metric are left
    out. Where only one seed has a value there is no band.

    Raises:
        AnalysisError: an arm has no value of the metric.
    """
    with house_style():
        figure = Figure(figsize=(PAGE, 4.0), layout="constrained")
        axes = figure.add_subplot()
        _draw(axes, metrics_by_arm, metric, x, bounds)
        chance_line(axes, chance)
        legend(figure, [axes])
    return figure


def training_and_validation(
    metrics_by_arm: Metrics,
    *,
    metric: str,
    loss: str = "train_loss",
    x: str = "step",
    chance: float | None = None,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Figure:
    """Draw training loss and a validation metric side by side: mean over seeds with its 95 % Student band, by arm.

    The band of the metric is cut to `bounds`, the values that it can take.

    Raises:
        AnalysisError: an arm has no value of one of them.
    """
    with house_style():
        figure = Figure(figsize=(PAGE, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        _draw(left, metrics_by_arm, loss, x)
        _draw(right, metrics_by_arm, metric, x, bounds)
        right.set_ylabel(f"validation {words(metric)}")
        chance_line(right, chance)
        legend(figure, [left, right])
    return figure


def performance_profile_figure(
    profiles: Mapping[str, Curve], *, label: str = "accuracy", chance: float | None = None
) -> Figure:
    """Draw the share of scores above each threshold, by arm (`performance_profile`)."""
    with house_style():
        figure = Figure(figsize=(PAGE, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for number, (arm, colour) in enumerate(arm_colours(profiles).items()):
            band(axes, profiles[arm], colour, f"{arm} (n = {profiles[arm].n})", _dashes(number))
        chance_line(axes, chance, vertical=True)
        _plain(axes, f"{words(label)} τ", "share of scores above τ")
        axes.set_ylim(0, 1.02)
        legend(figure, [axes])
    return figure


def over_seeds(arm: str, tables: Sequence[pl.DataFrame], metric: str, x: str = "step") -> Curve:
    """Mean and interval at every x, over the seeds that have a value there.

    Raises:
        AnalysisError: no seed has one.
    """
    known = [table.select(x, metric).drop_nulls() for table in tables if {x, metric} <= set(table.columns)]
    together = pl.concat(known) if known else pl.DataFrame()
    if together.is_empty():
        raise AnalysisError(f"no run of {arm} has {metric} by {x}; metrics.jsonl holds no such record")
    places, rows = [], []
    for (place,), group in together.sort(x).group_by(x, maintain_order=True):
        found = mean_estimate(group[metric].to_numpy())
        places.append(place)
        rows.append((found.value, found.low, found.high))
    value, low, high = np.array(rows, dtype=float).T
    return Curve(np.array(places, dtype=float), value, low, high, len(tables), "mean over seeds")


def _draw(
    axes: Axes,
    metrics_by_arm: Metrics,
    metric: str,
    x: str,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> None:
    for number, (arm, colour) in enumerate(arm_colours(metrics_by_arm).items()):
        if not metrics_by_arm[arm]:
            continue
        curve = over_seeds(arm, metrics_by_arm[arm], metric, x).within(*bounds)
        label = f"{arm} (n = {curve.n})"
        if curve.at.size > 1:
            band(axes, curve, colour, label, _dashes(number))
        else:
            axes.axhline(curve.value[0], color=colour, linewidth=1.2, linestyle=_dashes(number), label=label)
    _plain(axes, words(x), words(metric))


def _dashes(number: int) -> Any:
    """Arms beyond the colours there are differ by their dashes."""
    return DASHES[number // len(ARMS) % len(DASHES)]


def _plain(axes: Axes, x: str, y: str) -> None:
    axes.set(xlabel=x, ylabel=y)
    axes.margins(x=0.01)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
