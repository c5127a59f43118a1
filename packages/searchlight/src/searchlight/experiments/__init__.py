"""How the integration layer sees each system."""

from importlib import import_module
from typing import Any

from searchlight.errors import UsageError, nearest

SYSTEMS = {
    "working_memory": ("searchlight.experiments.working_memory", "WorkingMemory"),
    "metabolism": ("searchlight.experiments.metabolism", "Metabolism"),
    "persistence": ("searchlight.experiments.persistence", "Persistence"),
    "arc": ("searchlight.experiments.arc", "Arc"),
}


def experiment_class(system: str) -> Any:
    """The Experiment of a system; imports what it needs only now."""
    if system not in SYSTEMS:
        raise UsageError(f"{system} is not a system.{nearest(system, SYSTEMS)}")
    module, name = SYSTEMS[system]
    return getattr(import_module(module), name)
