"""What several figures are made of."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.estimates import Curve, Estimate
from analysis.figures.style import QUIET

INTERVAL = "95 % interval"
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 1.5, 1.5, 1.5)))


def words(name: Any) -> str:
    """A name of a column or split as a reader says it."""
    return str(name).replace("_", " ").replace("/", " ")


def shared_chance(estimates: Iterable[Estimate]) -> float | None:
    """The chance level that all estimates have, None where they differ or have none."""
    levels = {each.chance for each in estimates if each.chance is not None or not np.isnan(each.value)}
    return levels.pop() if len(levels) == 1 else None


def legend(figure: Figure, axes: Sequence[Axes], *, columns: int = 3) -> None:
    """One legend above all axes; what stands in several of them is named once, and what has its name beside it not."""
    named = {}
    for place in axes:
        beside = {text.get_text() for text in place.texts}
        for handle, label in zip(*place.get_legend_handles_labels(), strict=True):
            if label not in beside:
                named.setdefault(label, handle)
    order = sorted(named, key=lambda label: label.startswith(("null", "chance")))
    if order:
        figure.legend(
            [named[label] for label in order],
            order,
            loc="outside upper left",
            ncols=columns,
            handlelength=1.8,
        )


def colour_bar(
    figure: Figure, drawn, axes, label: str, against: Mapping[str, float] | None = None, **placed: Any
) -> None:
    """The scale of an image; `against` marks values on it by name, such as chance."""
    marks = "".join(f"; line: {name} {value:.3g}" for name, value in (against or {}).items())
    bar = figure.colorbar(drawn, ax=axes, label=label + marks, pad=0.02, **placed)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    for value in (against or {}).values():
        bar.ax.axhline(value, color="black", linewidth=1.5)


def band(axes: Axes, curve: Curve, colour: str, label: str, dashes: Any = "-") -> None:
    """A curve with its interval, which is missing where it cannot be told."""
    axes.plot(curve.at, curve.value, color=colour, linewidth=1.8, linestyle=dashes, label=label)
    axes.fill_between(curve.at, curve.low, curve.high, color=colour, alpha=0.18, linewidth=0)


def points(
    axes: Axes, found: Mapping[Any, Estimate], at: Sequence[float], label: str, line: int, colour: str
) -> None:
    """Estimates along an axis, joined, each with its interval; a gap stands where one is not estimable."""
    values = np.array([(each.value, each.low, each.high) for each in found.values()], dtype=float)
    missing = int(np.isnan(values[:, 0]).sum())
    label = f"{label} ({missing} of {len(values)} not estimable)" if missing else label
    shape = MARKERS[line % len(MARKERS)]
    dashes = DASHES[line % len(DASHES)]
    axes.plot(
        at,
        values[:, 0],
        marker=shape,
        color=colour,
        markersize=5,
        linewidth=1.6,
        linestyle=dashes,
        label=label,
    )
    axes.vlines(at, values[:, 1], values[:, 2], color=colour, linewidth=1.6)


def null_band(axes: Axes, at: Sequence[float], found: Mapping[Any, Estimate], colour: str = QUIET) -> None:
    """The central 95 % of the null of every estimate, where each has one."""
    nulls = [each.null for each in found.values()]
    known = [null for null in nulls if null is not None]
    if len(known) == len(nulls) and known:
        low, high = [null.low for null in known], [null.high for null in known]
        axes.fill_between(
            at, low, high, color=colour, alpha=0.15, linewidth=0, label=f"null, central {INTERVAL[:4]}"
        )
