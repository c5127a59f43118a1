"""When a code that was learnt at one time can be read at another."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Num
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from analysis.errors import AnalysisError
from analysis.figures.matrix_axes import Side, draw_matrix
from analysis.figures.parts import colour_bar, words
from analysis.figures.style import DIVERGING, INK, PAGE, QUIET, SMALL, house_style

Square = Num[np.ndarray, "train test"]
TALL = {1: 4.4, 2: 2.9, 3: 2.3}
"""Inches of a row of as many panels."""
MOST_NUMBERS = 7
"""Cells of matrices up to this size have their numbers written in."""


def time_generalisation(
    accuracy: Mapping[str, Square],
    *,
    chance: float,
    significant: Mapping[str, Bool[np.ndarray, "train test"]] | None = None,
    names: Sequence[str] = (),
    label: str = "balanced accuracy",
    x: str = "tested at frame",
    y: str = "trained at frame",
) -> Figure:
    """Draw matrices of accuracy by training time (rows) and test time, one panel per name, on one scale.

    The scale is centred at chance, which is white; a contour surrounds the cells that are `significant`, and a
    cell that was not asked for (NaN) is grey. `names` are those of the times, 1 to T where none are given.

    Raises:
        AnalysisError: nothing to draw, a matrix that is not square or of other times, or not one name per time.
    """
    times = _checked(accuracy, significant or {})
    names = names or [str(time) for time in range(1, times + 1)]
    far = max(*(float(np.nanmax(np.abs(each - chance))) for each in accuracy.values()), 0.01)
    limits = {"cmap": DIVERGING, "vmin": chance - far, "vmax": chance + far}
    columns = min(len(accuracy), 3)
    rows = -(-len(accuracy) // columns)
    with house_style():
        figure = Figure(figsize=(PAGE, 0.5 + rows * TALL[columns]), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for place in grid.flat[len(accuracy) :]:
            place.set_visible(False)
        for index, (name, each) in enumerate(accuracy.items()):
            axes = grid.flat[index]
            image, _ = draw_matrix(
                axes, each, Side(names, "" if index % columns else y), Side(names, x), **limits
            )
            axes.set_aspect("equal")
            axes.set_title(words(name))
            axes.plot([-0.5, times - 0.5], [-0.5, times - 0.5], color=QUIET, linewidth=0.8, linestyle=":")
            _numbers(axes, each, chance, far)
            if significant and name in significant:
                outline(axes, significant[name])
        colour_bar(figure, image, grid.ravel().tolist(), label, {"chance": chance}, shrink=0.8)
    return figure


def outline(axes: Axes, cells: Bool[np.ndarray, "rows columns"]) -> None:
    """Draw a line around cells, along their edges."""
    axes.add_collection(LineCollection(borders(cells), colors=INK, linewidths=1.6, label="significant"))


def borders(cells: Bool[np.ndarray, "rows columns"]) -> list[list[tuple[float, float]]]:
    """The edges between a cell that is in and one that is out, as pairs of points (x, y)."""
    inside = np.pad(cells, 1)
    across = np.argwhere(inside[1:] != inside[:-1])  # edges beneath a cell
    down = np.argwhere(inside[:, 1:] != inside[:, :-1])  # edges right of a cell
    level = [[(x - 1.5, y - 0.5), (x - 0.5, y - 0.5)] for y, x in across]
    upright = [[(x - 0.5, y - 1.5), (x - 0.5, y - 0.5)] for y, x in down]
    return [[(float(a), float(b)) for a, b in edge] for edge in (*level, *upright)]


def _numbers(axes: Axes, values: np.ndarray, chance: float, far: float) -> None:
    if len(values) > MOST_NUMBERS:
        return
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            colour = "white" if abs(value - chance) > 0.6 * far else INK
            text = f"{value:.2f}".removeprefix("0")
            axes.text(column, row, text, color=colour, fontsize=SMALL, ha="center", va="center")


def _checked(accuracy: Mapping[str, np.ndarray], significant: Mapping[str, np.ndarray]) -> int:
    shapes = {each.shape for each in (*accuracy.values(), *significant.values())}
    if len(shapes) != 1 or len(set(next(iter(shapes)))) != 1:
        told = ", ".join(map(str, sorted(shapes))) or "none"
        raise AnalysisError(f"expected square matrices of the same times, got {told}")
    if not all(np.isfinite(each).any() for each in accuracy.values()):
        raise AnalysisError("expected a finite accuracy in every matrix, one has none")
    return next(iter(shapes))[0]
