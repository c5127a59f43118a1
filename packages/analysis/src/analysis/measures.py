"""What runs are compared by."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A figure of a run, and what is known of it beforehand."""

    name: str
    chance: float | None = None
    higher_is_better: bool | None = True
    """None where neither is better, as with a leaning."""
    bounds: tuple[float, float] = (-math.inf, math.inf)
    """The values that it can take."""
    cells: tuple[str, ...] = ()
    """Columns whose combinations are told and compared one by one."""
