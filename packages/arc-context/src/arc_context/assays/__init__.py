"""What is asked of the stored numbers of a run on ARC grids. Imports no torch."""

from analysis import Costs
from arc_context.assays.anchors import Anchors
from arc_context.assays.collapse import Collapse
from arc_context.assays.faithfulness import FaithfulAttention
from arc_context.assays.gradients import GradientTruth
from arc_context.assays.invariance import Invariance
from arc_context.assays.learning import Learning
from arc_context.assays.lookup import LookupTruth
from arc_context.assays.performance import Performance
from arc_context.assays.support import SupportUse

ASSAYS = (
    Performance(),
    Collapse(),
    Learning(),
    Costs(),
    SupportUse(),
    LookupTruth(),
    FaithfulAttention(),
    GradientTruth(),
    Anchors(),
    Invariance(),
)
"""All of them, in the order of a report."""

__all__ = [
    "ASSAYS",
    "Anchors",
    "Collapse",
    "Costs",
    "FaithfulAttention",
    "GradientTruth",
    "Invariance",
    "Learning",
    "LookupTruth",
    "Performance",
    "SupportUse",
]
