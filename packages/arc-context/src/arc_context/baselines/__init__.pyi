from .base import Baseline as Baseline
from .base import Ranking as Ranking
from .colours import ColourMap as ColourMap
from .copying import Copy as Copy
from .geometry import GeometrySearch as GeometrySearch
from .patches import PatchLookup as PatchLookup
from .registry import BASELINES as BASELINES
from .registry import make_baseline as make_baseline
from .union import SymbolicUnion as SymbolicUnion

__all__ = [
    "BASELINES",
    "Baseline",
    "ColourMap",
    "Copy",
    "GeometrySearch",
    "PatchLookup",
    "Ranking",
    "SymbolicUnion",
    "make_baseline",
]
