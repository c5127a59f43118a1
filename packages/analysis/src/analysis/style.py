"""How figures look, and how they are written."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.files import write_atomically

INK = "#222222"
QUIET = "#767676"
FAINT = "#d9d9d9"
RIGHT, WRONG = "#0072B2", "#D55E00"
"""Right and wrong in the colours of Okabe & Ito (2008), which everybody can tell apart."""

ARMS = ("#767676", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""The first arm, the baseline, is grey; the others follow Okabe & Ito."""

RC: dict[Any, Any] = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
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
}


def house_style() -> AbstractContextManager:
    """Matplotlib's settings for the length of a `with`; the global ones stay as they were."""
    return matplotlib.rc_context(RC)


def arm_colours(arms: Iterable[str]) -> dict[str, str]:
    """Return one colour per arm in the order given, the baseline first."""
    return dict(zip(arms, cycle(ARMS), strict=False))


def chance_line(axes: Axes, chance: float | None, *, vertical: bool = False) -> None:
    """Draw a dashed line at chance, named where it ends; nothing where there is no chance level."""
    if chance is None:
        return
    draw = axes.axvline if vertical else axes.axhline
    draw(chance, color=QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=0, label="chance")
    x, y, align = (chance, 1.0, "center") if vertical else (1.0, chance, "right")
    transform = axes.get_xaxis_transform() if vertical else axes.get_yaxis_transform()
    axes.text(x, y, "chance", color=QUIET, fontsize=9.5, transform=transform, ha=align, va="bottom")


def save_figure(path: Path | str, figure: Figure, *, dpi: int = 300) -> None:
    """Write a PNG whole or not at all, 300 dots per inch unless told."""
    write_atomically(path, lambda file: figure.savefig(file, format="png", dpi=dpi, bbox_inches="tight"))
