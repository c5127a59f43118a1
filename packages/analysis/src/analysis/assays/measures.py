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
    apart: tuple[str, ...] = ()
    """Those of the cells whose levels are other questions, such as the layer: no mean is taken over them."""


@dataclass(frozen=True)
class Arrival(Measure):
    """Steps until something is reached. A run in which that is not estimable counts as watched to its last step."""

    higher_is_better: bool | None = False


@dataclass(frozen=True)
class Graded(Measure):
    """A figure at each level of a difficulty, of which it is also asked where two arms differ more than elsewhere."""
