"""How values are spread, step by step."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import AnalysisError
from analysis.figures.parts import legend, words
from analysis.figures.style import FAINT, INK, PAGE, QUIET, RIGHT, SMALL, chance_line, house_style

BINS = 40


def step_histograms(
    values: Mapping[Any, np.ndarray],
    *,
    label: str,
    y: str = "frame",
    chance: float | None = None,
    level: str = "chance",
    control: Mapping[Any, np.ndarray] | None = None,
    names: tuple[str, str] = ("measured", "control"),
) -> Figure:
    """Draw the histogram of the values of every step, one beneath the other on one axis, with their medians.

    `level` is another name of what stands as chance; `control` is the same of a control, drawn as a line;
    `names` are those of both in the legend. Values that are not a number are left out and counted.

    Raises:
        AnalysisError: a step has no finite value.
    """
    kept = {step: _finite(step, each) for step, each in values.items()}
    behind = {step: _finite(step, each) for step, each in (control or {}).items()}
    edges = np.histogram_bin_edges(np.concatenate([*kept.values(), *behind.values()]), BINS)
    counted = {step: _shares(each, edges) for step, each in kept.items()}
    drawn = {step: _shares(each, edges) for step, each in behind.items()}
    top = max(each.max() for each in (*counted.values(), *drawn.values()))
    with house_style():
        figure = Figure(figsize=(PAGE, 1.0 + 0.5 * len(kept)), layout="constrained")
        axes = figure.add_subplot()
        for row, (step, shares) in enumerate(counted.items()):
            _ridge(axes, edges, shares / top, row, names[0], filled=True)
            if step in drawn:
                _ridge(axes, edges, drawn[step] / top, row, names[1], filled=False)
            _notes(axes, kept[step], values[step], row)
        chance_line(axes, chance, vertical=True, name=level)
        axes.set_yticks(range(len(kept)), [words(step) for step in kept])
        axes.set(ylim=(len(kept) - 0.85, -1.0), xlabel=label, ylabel=y)
        axes.tick_params(axis="y", length=0)
        if drawn:
            legend(figure, [axes])
    return figure


def _ridge(axes: Axes, edges: np.ndarray, shares: np.ndarray, row: int, name: str, *, filled: bool) -> None:
    """Steps that rise from the row's line, 0.85 rows high at most."""
    style = (
        {"fill": True, "color": RIGHT, "alpha": 0.75}
        if filled
        else {"fill": False, "color": INK, "linewidth": 0.9}
    )
    axes.stairs(row - 0.85 * shares, edges, baseline=row, label=name, **style)
    axes.axhline(row, color=FAINT, linewidth=0.6, zorder=0)


def _notes(axes: Axes, kept: np.ndarray, given: np.ndarray, row: int) -> None:
    """The median, and how many values there are."""
    label = "median" if row == 0 else None
    axes.plot([np.median(kept)] * 2, [row, row - 0.3], color=INK, linewidth=1.6, label=label)
    lost = given.size - kept.size
    text = f"n = {kept.size:,}" + (f"\n{lost:,} missing" if lost else "")
    axes.text(
        1.01, row - 0.2, text, transform=axes.get_yaxis_transform(), fontsize=SMALL, color=QUIET, va="center"
    )


def _finite(step: Any, values: np.ndarray) -> np.ndarray:
    kept = values[np.isfinite(values)]
    if not kept.size:
        raise AnalysisError(f"{step}: expected at least one finite value, got none of {values.size}")
    return kept


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.histogram(values, edges)[0] / values.size
