"""The layers whose attention a run kept."""

import re
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import polars as pl
from jaxtyping import Float

FIRST, LAST = "solver1", "last"
"""The look at which a cell knows nothing but itself; what the one nearest the answer is called, of several."""
LOOKS = {FIRST: "first look", LAST: "last look"}
HEADLINE = FIRST
"""The look that assays, claims, pages and demonstrations tell of first, with the last named beside it: at the first a
cell knows nothing but itself, so that whatever it learns of the support it has to look for there."""


def headline(found: Collection[str]) -> str:
    """The one of some layers that is told of first: the headline, or the first of those that are not numbered."""
    return HEADLINE if HEADLINE in found else next(iter(found))


def layers(
    arrays: Mapping[str, np.ndarray], statistic: str, part: pl.DataFrame
) -> Iterator[tuple[str, Float[np.ndarray, " rows"]]]:
    """Each layer's statistic of some rows, which know their place among all by the column `row`, in order."""
    found = sorted((name for name in arrays if name.endswith(f"/{statistic}")), key=natural)
    rows = part["row"].cast(pl.Int64).to_numpy()
    for name in found:
        layer = LAST if len(found) > 1 and name == found[-1] else name.partition("/")[0]
        yield layer, arrays[name][rows].astype(float)


def natural(name: str) -> list[int | str]:
    """Names with numbers in the order of the numbers."""
    return [int(each) if each.isdecimal() else each for each in re.split(r"(\d+)", name)]
