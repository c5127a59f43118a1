"""How right answers are: whole grids first, and never cells without telling what they are cells of."""

from collections.abc import Sequence

import polars as pl

from analysis import Measure
from arc_context.errors import ArcError

UNIT = (0.0, 1.0)
EXACT_MATCH = Measure("exact_match", bounds=UNIT)
WITHIN_TWO = Measure("within_two", bounds=UNIT)
CELL_ACCURACY = Measure("cell_accuracy", bounds=UNIT)
FOREGROUND = Measure("foreground", bounds=UNIT)
BACKGROUND = Measure("background", bounds=UNIT)
SIZE_RIGHT = Measure("size_right", bounds=UNIT)
COPY = Measure("copy", higher_is_better=None, bounds=UNIT)
EXACT_MATCH_BY_FAMILY = Measure("exact_match_by_family", bounds=UNIT, cells=("family",))
MEASURES = (
    EXACT_MATCH,
    FOREGROUND,
    BACKGROUND,
    SIZE_RIGHT,
    WITHIN_TWO,
    CELL_ACCURACY,
    COPY,
    EXACT_MATCH_BY_FAMILY,
)
"""The first is the primary one. `foreground` and `background` stand beside each other: most cells of a grid are
background, and an answer of nothing else is right about most of them. `copy` is what giving the input back scores."""

COLUMNS = {
    EXACT_MATCH.name: "prediction",
    EXACT_MATCH_BY_FAMILY.name: "prediction",
    WITHIN_TWO.name: "either",
    CELL_ACCURACY.name: "score",
    FOREGROUND.name: "foreground",
    BACKGROUND.name: "background",
    SIZE_RIGHT.name: "size_right",
    COPY.name: "copied",
}
"""The column of the trials whose mean each measure is."""


def measured(trials: pl.DataFrame, measure: Measure, by: Sequence[str] = ("split",)) -> pl.DataFrame:
    """A measure of trials in every combination of `by` and the measure's own cells: those columns, and `value`.

    A combination without any such cell, such as background where no answer has any, has no row.

    Raises:
        ArcError: there is no such measure, or the trials lack a column that it needs.
    """
    if measure.name not in COLUMNS:
        raise ArcError(f"{measure.name!r} is no measure; expected one of: {', '.join(COLUMNS)}")
    by, column = list(dict.fromkeys((*by, *measure.cells))), COLUMNS[measure.name]
    if missing := [name for name in (*by, column) if name not in trials.columns]:
        raise ArcError(f"trials have no column {missing[0]!r}; expected among: {', '.join(trials.columns)}")
    value = pl.col(column).cast(pl.Float64).mean().alias("value")
    table = trials.group_by(by).agg(value).sort(by) if by else trials.select(value)
    return table.filter(pl.col("value").is_not_null())
