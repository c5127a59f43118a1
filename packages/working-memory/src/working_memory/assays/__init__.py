"""What is asked of the stored numbers of a working-memory run. Imports no torch."""

from analysis import Costs
from working_memory.assays.attention import Attention
from working_memory.assays.behaviour import Behaviour
from working_memory.assays.causal import CausalPush
from working_memory.assays.decoding import Decodability
from working_memory.assays.difficulty import Difficulty
from working_memory.assays.faithfulness import FaithfulAttention
from working_memory.assays.gates import Gates
from working_memory.assays.generalisation import Generalisation
from working_memory.assays.geometry import Geometry
from working_memory.assays.learning import Learning
from working_memory.assays.memory import Memory
from working_memory.assays.rotation import RotationOfMemory
from working_memory.assays.swap import Swap

ASSAYS = (
    Behaviour(),
    Learning(),
    Costs(),
    Difficulty(),
    Decodability(),
    Memory(),
    Generalisation(),
    Geometry(),
    RotationOfMemory(),
    Swap(),
    Attention(),
    FaithfulAttention(),
    CausalPush(),
    Gates(),
)
"""All of them, in the order of a report."""

__all__ = [
    "ASSAYS",
    "Attention",
    "Behaviour",
    "CausalPush",
    "Costs",
    "Decodability",
    "Difficulty",
    "FaithfulAttention",
    "Gates",
    "Generalisation",
    "Geometry",
    "Learning",
    "Memory",
    "RotationOfMemory",
    "Swap",
]
