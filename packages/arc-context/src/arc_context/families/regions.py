"""Cells that hold together."""

from typing import Any

import numpy as np
from jaxtyping import Bool, Int32


def regions(cells: Bool[np.ndarray, "_ _"], corners: bool = False) -> Int32[np.ndarray, "_ _"]:
    """The number of each cell's region, from 1; 0 for all other cells.

    Cells hold together along rows and columns; with `corners` along diagonals too.
    """
    from scipy import ndimage  # slow to import, and names of families are asked for on every command line

    labelled: Any = ndimage.label(cells, np.ones((3, 3)) if corners else None)
    return labelled[0]
