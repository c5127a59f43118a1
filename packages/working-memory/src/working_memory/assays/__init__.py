"""What is asked of the stored numbers of a working-memory run. Imports no torch."""

from working_memory.assays.behaviour import Behaviour

ASSAYS = (Behaviour(),)
"""All of them, in the order of a report."""

__all__ = ["ASSAYS", "Behaviour"]
