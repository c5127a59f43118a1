"""Scenes as figures."""

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from analysis.figures.style import INK, PAGE, SMALL, house_style
from arc_context.pictures.colours import LINES
from arc_context.pictures.scene import Box, Digits, Dot, Lattice, Scene, Shape

LARGEST = 0.3
"""Inches of a cell, where there is room."""


def figure_of(scene: Scene) -> Figure:
    """A figure as wide as a page, or narrower."""
    inches = min(LARGEST, PAGE / scene.width)
    with house_style():
        figure = Figure(figsize=(scene.width * inches, scene.height * inches))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, scene.width), ylim=(scene.height, 0))
        axes.axis("off")
        for order, shape in enumerate(scene.shapes):
            _draw(axes, shape, order, 72 * inches)
    return figure


def _draw(axes: Axes, shape: Shape, order: int, points: float) -> None:
    if isinstance(shape, Box):
        axes.add_artist(_rectangle(shape, order, points))
    elif isinstance(shape, Dot):
        look = {"facecolor": "white", "edgecolor": "black", "linewidth": 0.06 * points, "zorder": order}
        axes.add_artist(Circle((shape.x, shape.y), shape.radius, **look))
    elif isinstance(shape, Lattice):
        axes.add_collection(
            LineCollection(_lines(shape), colors=LINES, linewidths=0.04 * points, zorder=order),
            autolim=False,
        )
    elif isinstance(shape, Digits):
        look = {"c": shape.ink, "linewidths": 0.0, "s": (0.75 * shape.size * points) ** 2, "zorder": order}
        axes.scatter(shape.x, shape.y, marker=f"${shape.digit}$", **look)
    else:
        size = max(SMALL, shape.size * points)
        axes.text(shape.x, shape.y, shape.text, fontsize=size, color=INK, zorder=order, parse_math=False)


def _rectangle(box: Box, order: int, points: float) -> Rectangle:
    line = 0.0 if box.stroke == "none" else box.line * points
    return Rectangle(
        (box.x, box.y),
        box.width,
        box.height,
        facecolor=box.fill,
        edgecolor=box.stroke,
        linewidth=line,
        linestyle=(0, (2.0, 1.4)) if box.dashed else "-",
        zorder=order,
    )


def _lines(lattice: Lattice) -> list[list[tuple[float, float]]]:
    x, y, rows, columns = lattice.x, lattice.y, lattice.rows, lattice.columns
    across = [[(x, y + k), (x + columns, y + k)] for k in range(rows + 1)]
    return across + [[(x + k, y), (x + k, y + rows)] for k in range(columns + 1)]
