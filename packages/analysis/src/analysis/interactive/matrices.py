"""A matrix whose cells tell their names."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool
from matplotlib import colormaps
from matplotlib.colors import to_hex

from analysis.errors import AnalysisError
from analysis.figures.pooling import Matrix, pooled
from analysis.figures.style import DIVERGING
from analysis.interactive.labels import WIDE, distinct, worded
from analysis.interactive.views import View

LARGEST = 1500
"""A side that is longer is averaged in blocks: a page holds some ten million bytes."""


def matrix_view(  # noqa: PLR0913 - each is one thing written beside the matrix
    values: Matrix,
    *,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    label: str = "attention",
    axes: tuple[str, str] = ("query", "key"),
    centre: float | None = None,
    limits: tuple[float, float] | None = None,
    significant: Bool[np.ndarray, "rows columns"] | None = None,
    colours: str = "viridis",
) -> View:
    """A heat map that names row, column and value of the cell under the pointer.

    `axes` names rows and columns; `colours` is a map of matplotlib's. Around `centre`, such as chance, colours
    diverge; a contour surrounds what is `significant`. A matrix with a side beyond 1500 is averaged in blocks, and
    its axes say so.

    Raises:
        AnalysisError: no matrix, not one name per row and column, or significance of another shape.
    """
    small, blocks = pooled(values, LARGEST)
    shape: tuple[int, int] = values.shape  # pyright: ignore[reportAssignmentType]
    sides = [
        _names(given, *facts)
        for given, facts in zip((rows, columns), zip(shape, blocks, strict=True), strict=True)
    ]
    titles = [
        worded(f"{name}, means of {block}" if block > 1 else name, WIDE)
        for name, block in zip(axes, blocks, strict=True)
    ]
    trace = {
        "type": "heatmap",
        "z": small,
        "y": sides[0],
        "x": sides[1],
        "hovertemplate": f"{titles[0]} %{{y}}<br>{titles[1]} %{{x}}<br>{worded(label)} %{{z:.4g}}<extra></extra>",
        "colorbar": {
            "title": {"text": worded(label, WIDE), "side": "right"},
            "thickness": 14,
            "outlinewidth": 0,
        },
        **_colours(small, centre, limits, colours),
    }
    traces = [trace] if significant is None else [trace, _contour(significant, small.shape, sides)]
    layout = {
        "yaxis": {
            "type": "category",
            "autorange": "reversed",
            "title": {"text": titles[0]},
            "showgrid": False,
        },
        "xaxis": {"type": "category", "title": {"text": titles[1]}, "showgrid": False},
        "height": 460,
    }
    return View(traces, layout | (_square(layout) if small.shape[0] == small.shape[1] else {}))


def _square(layout: dict[str, Any]) -> dict[str, Any]:
    """Cells as high as wide, in a plot that is not wider than it needs to be."""
    together = {"constrain": "domain"}
    axes = {"xaxis": layout["xaxis"] | together, "yaxis": layout["yaxis"] | together | {"scaleanchor": "x"}}
    return axes | {"width": 600}


def _names(given: Sequence[str], side: int, block: int) -> list[str]:
    if len(given) not in (0, side):
        raise AnalysisError(f"expected one name for each of {side} rows or columns, got {len(given)}")
    names = [str(each) for each in given] or [str(number) for number in range(1, side + 1)]
    if block == 1:
        return distinct(names)
    return distinct(
        f"{names[start]} – {names[min(start + block, side) - 1]}" for start in range(0, side, block)
    )


def _colours(
    values: np.ndarray, centre: float | None, limits: tuple[float, float] | None, colours: str
) -> dict[str, Any]:
    if centre is None:
        return _scale(colours) | ({} if limits is None else {"zmin": limits[0], "zmax": limits[1]})
    low, high = limits or (float(np.nanmin(values)), float(np.nanmax(values)))
    far = max(abs(low - centre), abs(high - centre), 0.01)
    return _scale(DIVERGING) | {"zmin": centre - far, "zmax": centre + far}


def _scale(colours: str) -> dict[str, Any]:
    """A colour map of matplotlib in steps, so that both kinds of figures look alike."""
    steps = np.linspace(0, 1, 17)
    return {"colorscale": [[float(step), to_hex(colormaps[colours](step))] for step in steps]}


def _contour(
    significant: Bool[np.ndarray, "rows columns"], shape: tuple[int, ...], sides: list[list[str]]
) -> dict[str, Any]:
    if significant.shape != shape:
        raise AnalysisError(f"expected significance for each of {shape} cells, got {significant.shape}")
    return {
        "type": "contour",
        "z": significant.astype(float),
        "y": sides[0],
        "x": sides[1],
        "contours": {"start": 0.5, "end": 0.5, "size": 1, "coloring": "none"},
        "line": {"color": "#000000", "width": 2, "smoothing": 0},
        "showscale": False,
        "hoverinfo": "skip",
    }
