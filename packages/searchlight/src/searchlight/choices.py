"""What a reader may choose of a run to look at, by system. Imports no torch."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from searchlight.errors import ConfigError, UsageError, nearest
from searchlight.options import Text


@dataclass(frozen=True)
class Choice:
    """Everything; a system whose runs offer more to look at than fits a page has fields here."""

    @property
    def chosen(self) -> dict[str, Any]:
        """What differs from the default."""
        return {
            each.name: value
            for each in dataclasses.fields(self)
            if (value := getattr(self, each.name)) != each.default
        }

    @property
    def flags(self) -> list[str]:
        """The same as words of a command."""
        return [word for name, value in self.chosen.items() for word in (f"--{name}", str(value))]

    @property
    def suffix(self) -> str:
        """The same as the end of a file's name; sizes are left out."""
        named = [value for value in self.chosen.values() if isinstance(value, str)]
        return "".join(f"-{re.sub('[^A-Za-z0-9_]+', '-', value).strip('-')}" for value in named)


@dataclass(frozen=True)
class TaskChoice(Choice):
    """Of sequences of objects."""

    task: Text = None
    """Working memory: only tasks of this name (identity-2back) or about this property (identity)."""
    samples: int = 1
    """Working memory: sequences drawn per task."""

    def __post_init__(self):
        if self.samples < 1:
            raise UsageError(f"--samples {self.samples}: expected at least 1.")


@dataclass(frozen=True)
class NetworkChoice(Choice):
    """Of a metabolic network."""

    medium: Text = None
    """Metabolism: draw this condition first (acetate), and the others against it."""
    subsystem: Text = None
    """Metabolism: draw the network of this subsystem ("Citric Acid Cycle"), not the strongest edges of all."""
    metabolite: Text = None
    """Metabolism: whose flux split is drawn (pyr_c); the one whose split differs most where none is named."""
    nodes: int = 80
    """Metabolism: nodes of a drawn network, 300 at most."""
    currency: Literal["split", "hidden"] = "split"
    """Metabolism: of a subsystem, what joins nearly everything (ATP) is drawn beside each reaction, or counted only."""

    def __post_init__(self):
        if not 2 <= self.nodes <= 300:
            raise UsageError(f"--nodes {self.nodes}: expected 2 to 300.")


@dataclass(frozen=True)
class ClipChoice(Choice):
    """Of clips of objects."""

    condition: Text = None
    """Persistence: look at clips of this hold-out (gap4), not at those like training."""
    clip: Text = None
    """Persistence: the clip that is drawn, by name or number from 0; the first with objects of both kinds if none."""
    object: Text = None
    """Persistence: whose attention is followed over time, by name ("persistent 3") or number; the longest if none."""
    frames: int = 6
    """Persistence: frames that are printed; the page shows all."""

    def __post_init__(self):
        if not 1 <= self.frames <= 24:
            raise UsageError(f"--frames {self.frames}: expected 1 to 24.")


@dataclass(frozen=True)
class GridChoice(Choice):
    """Of ARC tasks."""

    split: Text = None
    """ARC: look at tasks of this test split (test/swap); at those of the trained families where none is named."""
    item: Text = None
    """ARC: the test output that is drawn, by name (swap-100000003/0) or number from 0; the first if none."""
    cell: Text = None
    """ARC: the test cell whose attention is printed, as row,column from 0; the page shows every cell."""

    def __post_init__(self):
        if self.cell is not None and not re.fullmatch(r"\d+,\d+", self.cell):
            raise UsageError(f"--cell {self.cell}: expected row,column from 0, such as 3,4.")


CHOICES: dict[str, type[Choice]] = {
    "working_memory": TaskChoice,
    "metabolism": NetworkChoice,
    "persistence": ClipChoice,
    "arc": GridChoice,
}


def choice_of(system: str, values: Mapping[str, Any]) -> Choice:
    """A choice from names and values.

    Raises:
        UsageError: the system offers no such choice.
    """
    kind = CHOICES.get(system, Choice)
    names = [each.name for each in dataclasses.fields(kind)]
    for name in values:
        if name not in names:
            raise UsageError(f"{name} cannot be chosen in a run of {system}.{nearest(name, names)}")
    return kind(**values)


def kinds_for(words: list[str]) -> tuple[type[Choice], ...]:
    """What may be chosen in the run that is among the words; the choices of all systems where there is none."""
    for word in words:
        path = Path(word)
        file = (path.parent.parent if path.suffix == ".safetensors" else path) / "config.yaml"
        if file.is_file():
            return (CHOICES.get(_system(file), Choice),)
    return tuple(CHOICES.values())


def _system(file: Path) -> str:
    try:
        return str((yaml.safe_load(file.read_text()) or {}).get("system"))
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError):
        raise ConfigError(f"{file} does not hold the settings of a run.") from None
