"""Estimates along an axis: age, layer, dose, share of cells."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.figures.parts import legend, null_band, points, shared_chance, words
from analysis.figures.style import ARMS, FAINT, PAGE, QUIET, chance_line, house_style

Along = Mapping[Any, Estimate]
"""Estimates by their place on an axis."""
Lines = Mapping[str, Along]


def age_curves(
    found: Mapping[str, Lines], *, label: str = "balanced accuracy", x: str = "age in frames"
) -> Figure:
    """Draw accuracy by age, one panel per property and one line per relevance, with intervals, chance and null.

    Raises:
        AnalysisError: there is nothing to draw.
    """
    return _panels(found, label, x)


def arm_curves(found: Mapping[str, Lines], *, label: str, x: str = "") -> Figure:
    """Draw a figure of several arms along an axis, such as a difficulty; one panel per name, the baseline grey.

    Raises:
        AnalysisError: there is nothing to draw.
    """
    return _panels(found, label, x, first=0)


def deletion_curves(
    found: Mapping[str, Lines], *, label: str, intact: Estimate | None = None, x: str = "share of cells"
) -> Figure:
    """Draw what is left of an output when cells are deleted or only they are kept, by which cells and how many.

    `found` has a panel such as "deleted" with the lines "most attended" and "random", each by share; the grey band is
    the intact model.

    Raises:
        AnalysisError: there is nothing to draw.
    """
    figure = _panels(found, label, x)
    if intact is not None:
        with house_style():
            for axes in figure.axes:
                axes.axhspan(intact.low, intact.high, color=FAINT, zorder=0)
                axes.axhline(intact.value, color=QUIET, linewidth=1, zorder=0)
                place = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "bottom"}
                axes.text(1.0, intact.value, "intact", color=QUIET, **place)
    return figure


def dose_response_figure(
    found: Lines | Mapping[str, Lines], *, label: str, x: str = "dose, SD of the projection"
) -> Figure:
    """Draw the response to pushes of a state by their dose, one line per direction; panels by property where nested.

    Raises:
        AnalysisError: there is nothing to draw.
    """
    return _panels(_nested(found), label, x, "no change")


def layer_evolution(found: Lines, *, label: str, level: str = "chance") -> Figure:
    """Draw a statistic from layer to layer, or step to step, one line per head, with intervals.

    `level` is another name of what stands as chance.

    Raises:
        AnalysisError: there is nothing to draw.
    """
    return _panels({"": found}, label, "", level)


def _nested(found: Any) -> Mapping[str, Lines]:
    first = next(chain.from_iterable(each.values() for each in found.values()), None)
    return {"": found} if isinstance(first, Estimate) else found


def _panels(found: Mapping[str, Lines], label: str, x: str, level: str = "chance", first: int = 1) -> Figure:
    """Panels side by side on one scale, three in a row; four are a square. `first` is the colour of the first line."""
    if not any(chain.from_iterable(lines.values() for lines in found.values())):
        raise AnalysisError("expected at least one estimate to draw, got none")
    columns = 2 if len(found) == 4 else min(len(found), 3)
    rows = -(-len(found) // columns)
    with house_style():
        figure = Figure(figsize=(PAGE, 0.5 + 2.6 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False, sharey=_alike(found))
        for place in grid.flat[len(found) :]:
            place.set_visible(False)
        used = list(grid.flat[: len(found)])
        for place, (name, lines) in zip(used, found.items(), strict=True):
            _panel(place, lines, x, level, first)
            place.set_title(words(name))
        for row in grid[:, 0]:
            row.set_ylabel(label)
        legend(figure, used)
    return figure


def _panel(axes: Axes, lines: Lines, x: str, level: str, first: int) -> None:
    places = list(dict.fromkeys(chain.from_iterable(lines.values())))
    numbers = all(isinstance(place, int | float) for place in places)
    if numbers:
        lines = {name: dict(sorted(found.items())) for name, found in lines.items()}
    where = {place: float(place if numbers else index) for index, place in enumerate(places)}
    for number, (name, found) in enumerate(lines.items()):
        if not found:
            continue
        at = [where[place] for place in found]
        points(axes, found, at, str(name), number, ARMS[(first + number) % len(ARMS)])
        if number == 0:
            null_band(axes, at, found)
    chance_line(
        axes, shared_chance(chain.from_iterable(each.values() for each in lines.values())), name=level
    )
    if not numbers:
        axes.set_xticks(range(len(places)), [words(place) for place in places])
    elif len(places) <= 8:
        axes.set_xticks(sorted(places), [f"{place:g}".replace("-", "−") for place in sorted(places)])
    axes.set_xlabel(x)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _alike(found: Mapping[str, Lines]) -> bool:
    """Whether panels can share a scale: not where their chance levels differ."""
    everything: Sequence[Estimate] = [
        each for lines in found.values() for line in lines.values() for each in line.values()
    ]
    return len({each.chance for each in everything}) == 1
