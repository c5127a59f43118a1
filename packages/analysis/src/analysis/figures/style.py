"""How figures look, and how they are written."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from analysis.files import write_atomically

INK = "#222222"
QUIET = "#767676"
FAINT = "#d9d9d9"
RIGHT, WRONG = "#0072B2", "#D55E00"
"""Right and wrong in the colours of Okabe & Ito (2008), which everybody can tell apart."""

ARMS = ("#767676", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""The first arm, the baseline, is grey; the others follow Okabe & Ito."""

PAGE = 7.2
"""Width of a figure in inches. On a text 6.5 inches wide, letters of 9 points are still 8."""
SMALL = 9.0
"""The smallest letters, in points."""

DIVERGING = "RdBu_r"
"""Colours of what can lie on both sides of a centre."""

RC: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.labelsize": 10,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.fontsize": 9.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "svg.hashsalt": "searchlight",
}


def house_style() -> AbstractContextManager:
    """Matplotlib's settings for the length of a `with`; the global ones stay as they were."""
    return matplotlib.rc_context(RC)


def arm_colours(arms: Iterable[str]) -> dict[str, str]:
    """Return one colour per arm in the order given, the baseline first."""
    return dict(zip(arms, cycle(ARMS), strict=False))


def chance_line(axes: Axes, chance: float | None, *, vertical: bool = False, name: str = "chance") -> None:
    """Draw a dashed line at chance, named where it ends; nothing where there is no chance level."""
    if chance is None:
        return
    draw = axes.axvline if vertical else axes.axhline
    draw(chance, color=QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=0, label=name)
    x, y, align = (chance, 1.0, "center") if vertical else (1.0, chance, "right")
    transform = axes.get_xaxis_transform() if vertical else axes.get_yaxis_transform()
    look = {"color": QUIET, "fontsize": 9.5, "path_effects": [withStroke(linewidth=2.5, foreground="white")]}
    axes.text(x, y, name, transform=transform, ha=align, va="bottom", zorder=4, **look)


def figure_bytes(figure: Figure, form: str = "png", *, dpi: int = 300) -> bytes:
    """The bytes of a figure as "png" or "svg"; the same figure gives the same bytes."""
    buffer, dated = BytesIO(), {"Date": None} if form == "svg" else {}
    with house_style():
        figure.savefig(buffer, format=form, dpi=dpi, bbox_inches="tight", metadata=dated)
    return buffer.getvalue()


def save_figure(path: Path | str, figure: Figure, *, dpi: int = 300) -> None:
    """Write a PNG and an SVG of this name, each whole or not at all; 300 dots per inch unless told."""
    name = str(path).removesuffix(".png").removesuffix(".svg")
    for form in ("png", "svg"):
        picture = figure_bytes(figure, form, dpi=dpi)
        write_atomically(Path(f"{name}.{form}"), lambda file, picture=picture: file.write_bytes(picture))
