"""What is asked of the stored numbers of a working-memory run. Imports no torch."""

from working_memory.assays.behaviour import Behaviour
from working_memory.assays.decoding import Decodability
from working_memory.assays.generalisation import Generalisation
from working_memory.assays.memory import Memory

ASSAYS = (Behaviour(), Decodability(), Memory(), Generalisation())
"""All of them, in the order of a report."""

__all__ = ["ASSAYS", "Behaviour", "Decodability", "Generalisation", "Memory"]
