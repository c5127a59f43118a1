"""Matrices as heat maps, alone and beside each other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import sparse

from analysis.errors import AnalysisError
from analysis.figures.matrix_axes import Side, draw_matrix
from analysis.figures.parts import colour_bar, words
from analysis.figures.pooling import Matrix, size
from analysis.figures.style import DIVERGING, PAGE, house_style

FEW_ROWS = 8
ROW = 0.18
"""Inches of a row that is named, with others beneath it."""


def heat_map(  # noqa: PLR0913 - each is one thing written beside the matrix
    values: Matrix,
    *,
    label: str,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    x: str = "",
    y: str = "",
    colours: str = "viridis",
    against: Mapping[str, float] | None = None,
    centre: float | None = None,
    significant: Bool[np.ndarray, "rows columns"] | None = None,
) -> Figure:
    """Draw a matrix with its names; averaged in blocks, and said so, where it is larger than the page.

    `colours` is a map of matplotlib's such as viridis, plasma or inferno; around a `centre` they diverge. `against`
    marks values on the scale by name, such as what uniform attention gives; a point marks what is `significant`.

    Raises:
        AnalysisError: not one name per row or column, or significance of another shape.
    """
    side = Side(rows, y), Side(columns, x)
    limits = {"cmap": colours} if centre is None else _around(values, centre)
    with house_style():
        figure = Figure(figsize=(PAGE, _tall(values, rows)), layout="constrained")
        axes = figure.add_subplot()
        image, pooling = draw_matrix(axes, values, *side, **limits)
        if significant is not None:
            _points(axes, values, significant)
        colour_bar(figure, image, axes, label + pooling, against)
    return figure


def _around(values: Matrix, centre: float) -> dict[str, Any]:
    """A diverging scale as long on one side as on the other."""
    far = max(*(abs(end - centre) for end in _ends(values)), np.finfo(float).tiny)
    return {"cmap": DIVERGING, "vmin": centre - far, "vmax": centre + far}


def _points(axes: Axes, values: Matrix, significant: Bool[np.ndarray, "rows columns"]) -> None:
    if significant.shape != size(values):
        raise AnalysisError(
            f"expected significance for each of {size(values)} cells, got {significant.shape}"
        )
    down, across = np.nonzero(significant)
    axes.scatter(across, down, s=4, c="black", linewidths=0)


def gate_heat_map(
    gates: Float[np.ndarray, "tasks channels"],
    tasks: Sequence[str],
    *,
    label: str = "mean gate",
    against: Mapping[str, float] | None = None,
) -> Figure:
    """Draw the mean gate of every channel in every task, channels from the most closed to the most open.

    Raises:
        AnalysisError: not one name per task, or a gate outside [0, 1].
    """
    if not (gates.min() >= 0 and gates.max() <= 1):
        raise AnalysisError(f"expected gates within [0, 1], got [{gates.min():.3g}, {gates.max():.3g}]")
    order = np.argsort(gates.mean(0), kind="stable")
    return heat_map(
        gates[:, order],
        label=label,
        rows=[words(task) for task in tasks],
        x="channel, from the most closed to the most open",
        against=against,
    )


def conditions_side_by_side(
    maps: Mapping[str, Matrix],
    *,
    label: str = "attention",
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    x: str = "key",
    y: str = "query",
    colours: str = "viridis",
) -> Figure:
    """Draw the same matrix in several conditions on one scale, and how each differs from the first, centred at 0.

    Raises:
        AnalysisError: fewer than two conditions or more than five, other shapes, or not one name per row or column.
    """
    first = _same_shapes(maps)
    gaps = {f"{name}\n− {first}": maps[name] - maps[first] for name in list(maps)[1:]}  # pyright: ignore
    low, top = zip(*map(_ends, maps.values()), strict=True)
    most = max(*(max(map(abs, _ends(gap))) for gap in gaps.values()), np.finfo(float).tiny)
    sides = Side(rows, y), Side(columns, x)
    with house_style():
        figure, upper, lower = _two_rows(len(maps), rows)
        above = [
            draw_matrix(place, each, *sides, cmap=colours, vmin=min(low), vmax=max(top))
            for place, each in zip(upper, maps.values(), strict=True)
        ]
        below = [
            draw_matrix(place, gap, *sides, cmap=DIVERGING, vmin=-most, vmax=most)
            for place, gap in zip(lower, gaps.values(), strict=True)
        ]
        for place, name in zip([*upper, *lower], [*maps, *gaps], strict=True):
            place.set_title(words(name), fontsize=9.5)
        for place in (*upper[1:], *lower[1:]):
            place.set_ylabel("")
            place.tick_params(labelleft=False)
        colour_bar(figure, above[0][0], upper, label + above[0][1])
        colour_bar(figure, below[0][0], lower, "difference")
    return figure


def _two_rows(count: int, rows: Sequence[str]) -> tuple[Figure, list[Axes], list[Axes]]:
    """Axes of the conditions, and those of the differences beneath; two of few rows stand in one row with theirs."""
    if count == 2 and len(rows) <= FEW_ROWS:
        figure = Figure(figsize=(PAGE, 2.9), layout="constrained")
        *upper, lower = figure.subplots(1, 3)
        return figure, upper, [lower]
    tall = float(np.clip(2 * (1.1 + ROW * len(rows)), 5.2, 9.6))
    figure = Figure(figsize=(PAGE, tall), layout="constrained")
    grid = figure.subplots(2, count)
    # Names need the room at the left once; without them a difference stands beneath its condition.
    empty, lower = (count - 1, grid[1, :-1]) if len(rows) else (0, grid[1, 1:])
    grid[1, empty].set_visible(False)
    return figure, list(grid[0]), list(lower)


def _ends(matrix: Matrix) -> tuple[float, float]:
    """The smallest and the largest number."""
    known = matrix if sparse.issparse(matrix) else matrix[~np.isnan(matrix)]  # pyright: ignore
    return float(known.min()), float(known.max())  # pyright: ignore


def _same_shapes(maps: Mapping[str, Matrix]) -> str:
    """The name of the first."""
    if not 2 <= len(maps) <= 5:
        raise AnalysisError(f"expected two to five conditions, got {len(maps)}; draw some of them")
    if len(shapes := {size(each) for each in maps.values()}) > 1:
        told = " and ".join(map(str, sorted(shapes)))
        raise AnalysisError(f"expected conditions of the same tokens, got {told}")
    return next(iter(maps))


def _tall(values: Matrix, rows: Sequence[str]) -> float:
    """Inches: a row that is named needs room for its name."""
    if 0 < len(rows) <= 20:
        return min(1.3 + 0.3 * len(rows), 8.0)
    return 2.2 + 0.17 * len(rows) if 0 < len(rows) <= 40 else 5.2
