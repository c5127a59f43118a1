"""One matrix in one pair of axes, with the names of its rows and columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.image import AxesImage

from analysis.errors import AnalysisError
from analysis.figures.pooling import Matrix, pooled, size
from analysis.figures.style import FAINT

LINE = 0.16
"""Inches that a name takes across its line."""
NARROW = 20
"""Beside fewer names a label has a line of its own."""


@dataclass(frozen=True)
class Side:
    """What the rows or the columns of a matrix are called, one by one and together."""

    names: Sequence[str] = ()
    label: str = ""

    def check(self, count: int, what: str) -> None:
        """Raise AnalysisError where names are given, but not one for each."""
        if len(self.names) not in (0, count):
            raise AnalysisError(f"expected one name per {what} ({count}), got {len(self.names)}")

    def write(self, axis: Axis, room: float, **turned: Any) -> None:
        """Put the names at the axis; of more than there is room for every so many, which the label then says."""
        every = -(-len(self.names) // max(2, int(room)))
        if self.names:
            chosen = range(0, len(self.names), every)
            axis.set_ticks(list(chosen), [self.names[index] for index in chosen], **turned)
        gap = "\n" if room < NARROW else " "
        label = f"{self.label}{gap}(1 of {every} is named)".lstrip() if every > 1 else self.label
        axis.set_label_text(label)


def draw_matrix(axes: Axes, values: Matrix, rows: Side, columns: Side, **image: Any) -> tuple[AxesImage, str]:
    """Draw a matrix in the places of its own rows and columns, and say in words how it was pooled, if it was.

    Raises:
        AnalysisError: not one name per row or column, or no matrix.
    """
    small, (tall, wide) = pooled(values)
    height, width = size(values)
    rows.check(height, "row")
    columns.check(width, "column")
    placed = {"extent": (-0.5, width - 0.5, height - 0.5, -0.5), "aspect": "auto", "interpolation": "nearest"}
    drawn = axes.imshow(small, **placed, **image)
    axes.set_facecolor(FAINT)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    longest = max(map(len, columns.names), default=0)
    across, down = _inches(axes)
    rows.write(axes.yaxis, down / LINE)
    columns.write(
        axes.xaxis, across / (LINE if longest > 3 else 0.1 * longest + 0.08), rotation=90 * (longest > 3)
    )
    return drawn, "" if tall == wide == 1 else f", mean of {tall} × {wide}"


def _inches(axes: Axes) -> tuple[float, float]:
    """Width and height of the axes, about."""
    size, place = axes.figure.get_size_inches(), axes.get_position()  # pyright: ignore
    return float(size[0] * place.width), float(size[1] * place.height)
