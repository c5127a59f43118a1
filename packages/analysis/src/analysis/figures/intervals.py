"""Estimates with their intervals, row beneath row, beside chance and null."""

from collections.abc import Mapping
from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from analysis.comparison.arms import OVERALL, Comparison, Result
from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.figures.parts import INTERVAL, MARKERS, legend, shared_chance, words
from analysis.figures.style import ARMS, FAINT, PAGE, QUIET, SMALL, arm_colours, chance_line, house_style

PAGE_HEIGHT = 9.5

ByArm = Mapping[str, Mapping[str, Estimate]]
"""Estimates by arm, the baseline first, and by name."""

ROOM = 64
"""Letters of a reason that a plot has room for; tables tell it whole."""


def cell_intervals(comparison: Comparison) -> Figure:
    """Draw every arm's estimate with its interval in each cell, the chance level, and the verdicts beside them."""
    colours = arm_colours(comparison.arms)
    labels = list(dict.fromkeys(result.label for result in comparison.results))
    lanes = len(comparison.arms)
    with house_style():
        figure = Figure(figsize=(PAGE, 1.4 + len(labels) * (0.12 + 0.17 * lanes)), layout="constrained")
        axes = figure.add_subplot()
        for result in comparison.results:
            height = _height(labels.index(result.label), comparison.arms.index(result.arm), lanes)
            _result(axes, result, height, colours[result.arm])
        _rows(axes, labels)
        chance_line(axes, comparison.chance, vertical=True)
        axes.set_xlabel(f"{words(comparison.metric)}, mean and {INTERVAL} over seeds{_seeds(comparison)}")
        legend(figure, [axes])
    return figure


def interval_plot(found: ByArm, *, label: str, level: str = "chance") -> Figure:
    """Draw estimates of several arms by name, each beside its chance level (dashes) and its null (grey).

    `level` is another name of what stands as chance. What is not estimable says so in its place.

    Raises:
        AnalysisError: there is nothing to draw.
    """
    names = _names(found)
    with house_style():
        figure = Figure(figsize=(PAGE, _tall(names, len(found))), layout="constrained")
        axes = figure.add_subplot()
        _panel(axes, found, label, level)
        legend(figure, [axes])
    return figure


def procrustes_panel(disparity: ByArm, reconstruction: ByArm, swap: ByArm) -> Figure:
    """Draw how well rotations carry a code on: held-out disparity, decoders carried along, exchanged rotations.

    Each part by arm and name, such as a property or "Eq. 2, same item"; a part without estimates is left out.

    Raises:
        AnalysisError: all parts are empty.
    """
    told = {
        "disparity of held-out conditions (0 perfect, 1 none)": disparity,
        "accuracy of decoders carried by the rotation": reconstruction,
        "accuracy with an exchanged rotation": swap,
    }
    told = {label: found for label, found in told.items() if any(found.values())}
    if not told:
        raise AnalysisError("expected estimates of disparity, reconstruction or swap, got none")
    heights = [_tall(_names(found), len(found)) for found in told.values()]
    with house_style():
        figure = Figure(figsize=(PAGE, sum(heights)), layout="constrained")
        axes = figure.subplots(len(told), 1, gridspec_kw={"height_ratios": heights}, squeeze=False)[:, 0]
        for place, (label, found) in zip(axes, told.items(), strict=True):
            _panel(place, found, label)
        legend(figure, axes.tolist())
    return figure


def _panel(axes: Axes, found: ByArm, label: str, level: str = "chance") -> None:
    names, colours, lanes = _names(found), arm_colours(found), len(found)
    for lane, (arm, estimates) in enumerate(found.items()):
        for name, estimate in estimates.items():
            _estimate(axes, arm, estimate, _height(names.index(name), lane, lanes), colours[arm], lane, lanes)
    everything = [each for estimates in found.values() for each in estimates.values()]
    if (chance := shared_chance(everything)) is not None:
        chance_line(axes, chance, vertical=True, name=level)
    else:
        _chance_of_rows(axes, names, found)
    _rows(axes, [words(name) for name in names])
    axes.set_xlabel(f"{label}, {INTERVAL}")


def _estimate(
    axes: Axes, arm: str, found: Estimate, height: float, colour: str, lane: int, lanes: int
) -> None:
    if np.isnan(found.value):
        why = shorten(found.how or "not estimable", ROOM, placeholder=" …")
        _beside(axes, 0.01, height, f"{arm}: {why}", colour)
        return
    if found.null is not None:
        half, wide, label = 0.5 / lanes, found.null.high - found.null.low, "null, central 95 %"
        axes.add_patch(
            Rectangle((found.null.low, height - half), wide, 2 * half, color=FAINT, zorder=0, label=label)
        )
    axes.plot([found.low, found.high], [height, height], color=colour, linewidth=2, solid_capstyle="round")
    shape = MARKERS[lane // len(ARMS) % len(MARKERS)]  # arms beyond the colours there are
    axes.plot(found.value, height, shape, color=colour, markersize=5.5, label=arm)


def _chance_of_rows(axes: Axes, names: list[str], found: ByArm) -> None:
    """A dashed tick in each row that has a chance level."""
    for row, name in enumerate(names):
        chance = shared_chance(estimates[name] for estimates in found.values() if name in estimates)
        if chance is not None:
            style = {"color": QUIET, "linewidth": 1.2, "linestyle": (0, (4, 3))}
            axes.plot([chance, chance], [row - 0.42, row + 0.42], label="chance of the row", **style)


def _result(axes: Axes, result: Result, height: float, colour: str) -> None:
    found = result.estimate
    if found is None:
        _beside(axes, 0.01, height, f"{result.arm}: not measured", colour)
        return
    label = result.arm if not result.cell else None
    axes.plot([found.low, found.high], [height, height], color=colour, linewidth=2, solid_capstyle="round")
    axes.plot(found.value, height, "o", color=colour, markersize=6, label=label)
    if result.verdict != "baseline":
        _beside(
            axes, 1.02, height, result.verdict, colour if result.verdict in ("better", "worse") else QUIET
        )


def _beside(axes: Axes, x: float, height: float, text: str, colour: str) -> None:
    look = {
        "color": colour,
        "fontsize": SMALL,
        "path_effects": [withStroke(linewidth=2.5, foreground="white")],
    }
    axes.text(x, height, text, va="center", transform=axes.get_yaxis_transform(), **look)


def _rows(axes: Axes, labels: list[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    for edge in range(1, len(labels)):
        colour = QUIET if edge == 1 and labels[0] == OVERALL else FAINT
        axes.axhline(edge - 0.5, color=colour, linewidth=0.6, zorder=0)


def _height(row: int, lane: int, lanes: int) -> float:
    return row + 0.62 * ((lane + 0.5) / lanes - 0.5)


def _names(found: ByArm) -> list[str]:
    names = list(dict.fromkeys(name for estimates in found.values() for name in estimates))
    if not names:
        raise AnalysisError("expected at least one estimate to draw, got none")
    return names


def _tall(names: list[str], lanes: int) -> float:
    """Inches: as high as a page where lanes can still be told apart, higher where they could not."""
    roomy, close = (0.9 + len(names) * (0.12 + lane * lanes) for lane in (0.16, 0.08))
    return min(roomy, max(close, PAGE_HEIGHT))


def _seeds(comparison: Comparison) -> str:
    """How many, where all arms have as many."""
    counts = {result.estimate.n for result in comparison.results if result.estimate}
    return f" (n = {counts.pop()})" if len(counts) == 1 else ""
