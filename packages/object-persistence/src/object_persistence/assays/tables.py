"""The parts of a run's tables that assays ask for."""

from collections.abc import Iterator

import polars as pl

COUNTED, LEFT_OUT = "counted", "left out"
"""Detections of nothing count as transient; figures stand beside the same without them."""


def with_and_without_clutter(part: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """All rows; then those that are of an object, where some are not and some are: else both would be the same."""
    yield COUNTED, part
    if "clutter" in part.columns and part["clutter"].any() and not part["clutter"].all():
        yield LEFT_OUT, part.filter(~pl.col("clutter"))
