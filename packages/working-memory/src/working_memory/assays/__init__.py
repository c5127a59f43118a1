"""What is asked of the stored numbers of a working-memory run. Imports no torch."""

from working_memory.assays.behaviour import Behaviour
from working_memory.assays.costs import Costs
from working_memory.assays.decoding import Decodability
from working_memory.assays.difficulty import Difficulty
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
)
"""All of them, in the order of a report."""

__all__ = [
    "ASSAYS",
    "Behaviour",
    "Costs",
    "Decodability",
    "Difficulty",
    "Generalisation",
    "Geometry",
    "Learning",
    "Memory",
    "RotationOfMemory",
    "Swap",
]
