"""What `searchlight demo` shows of a system. Imports no torch, so that it can be said at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from searchlight.configuration import Resolved, load_config, with_settings
from searchlight.errors import UsageError, nearest

DEMONSTRATIONS = {
    "working_memory": "searchlight.demonstrations.working_memory",
    "metabolism": "searchlight.demonstrations.metabolism",
    "persistence": "searchlight.demonstrations.persistence",
    "arc": "searchlight.demonstrations.arc",
}
"""Where `demonstration(quick)` of each system is."""


@dataclass(frozen=True)
class Demonstration:
    """A few questions, each with the arms that answer it, the baseline first."""

    name: str
    """The folder of its page."""
    command: str
    said: str
    questions: Mapping[str, Sequence[Resolved]]
    seeds: Sequence[int]
    inspected: Resolved
    choice: Mapping[str, Any]
    """What of the inspected arm is drawn."""
    next_choice: Mapping[str, Any]
    """What of it a reader may look at next."""
    split: str
    trained_next: str
    """The preset that a reader may train next."""
    pictures: int | None = None
    """How many drawings of the inspected arm are kept, the first ones; all of them with None."""

    @property
    def arms(self) -> list[Resolved]:
        """Every arm once."""
        return list({arm.name: arm for arms in self.questions.values() for arm in arms}.values())

    @property
    def held_against(self) -> list[Resolved]:
        """The arms of every question about the inspected one, each once; the first question's baseline leads."""
        asked = [arms for arms in self.questions.values() if self.inspected in arms]
        return list({arm.name: arm for arms in asked for arm in arms}.values())


def demonstration_of(system: str, *, quick: bool) -> Demonstration:
    """The demonstration of a system.

    Raises:
        UsageError: there is no such system.
    """
    if system not in DEMONSTRATIONS:
        raise UsageError(f"{system} has no demo.{nearest(system, DEMONSTRATIONS)}")
    return import_module(DEMONSTRATIONS[system]).demonstration(quick)


def variant(preset: str, name: str, settings: Mapping[str, Any]) -> Resolved:
    """A preset with some settings changed, under a name of its own."""
    resolved = load_config(preset)
    config = with_settings(resolved.config, dict(settings), preset)
    return replace(resolved, name=f"{preset}_{name}", config=config)
