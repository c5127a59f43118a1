"""What is asked of the stored numbers of a run on persistence. Imports no torch."""

from analysis import Costs
from object_persistence.assays.attention import Attention
from object_persistence.assays.calibration import Calibration
from object_persistence.assays.durations import Durations
from object_persistence.assays.faithfulness import FaithfulAttention
from object_persistence.assays.frames_seen import FramesSeen
from object_persistence.assays.learning import Learning
from object_persistence.assays.performance import Performance
from object_persistence.assays.ratio import AttentionRatio
from object_persistence.assays.sets import Sets

ASSAYS = (
    Performance(),
    Calibration(),
    FramesSeen(),
    Durations(),
    Learning(),
    Costs(),
    AttentionRatio(),
    Attention(),
    FaithfulAttention(),
    Sets(),
)
"""All of them, in the order of a report."""

__all__ = [
    "ASSAYS",
    "Attention",
    "AttentionRatio",
    "Calibration",
    "Costs",
    "Durations",
    "FaithfulAttention",
    "FramesSeen",
    "Learning",
    "Performance",
    "Sets",
]
