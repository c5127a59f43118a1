"""What every system offers to the integration layer."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from torch import nn

from analysis import Assay, Estimate, Hypothesis, Measure, Run
from searchlight.errors import UsageError
from searchlight.experiments.arms import Arm, Fitted

if TYPE_CHECKING:
    from analysis import Drawing

Report = Callable[[str, int, int], None]
"""Hears how far a preparation is: what is done, how much of it, of how much."""


@dataclass(frozen=True)
class Evaluation:
    """What a trained arm did: one row per scored item, and arrays whose first axis is those rows."""

    trials: pl.DataFrame
    states: dict[str, np.ndarray] = field(default_factory=dict)
    attention: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Inspection:
    """What is shown of a run's attention: drawings, and estimates by what they tell, controls among them.

    `summary` says the same in a few lines, `files` are further files by their names below the page's folder.
    """

    drawings: "Sequence[Drawing]"
    figures: Mapping[str, Estimate]
    split: str
    question: str = "Where does the model look, and would it look there for no reason?"
    summary: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """A table of what the data hold."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def lines(self) -> list[str]:
        """One sentence per row."""
        return ["; ".join(map(" ".join, zip(self.columns, row, strict=True))) for row in self.rows]


class Experiment(ABC):
    """A system under one resolved configuration and one seed.

    The seed draws the initial weights and the training trials. What all seeds share (pictures, backbones) depends
    on the configuration alone and is cached by content.
    """

    system: ClassVar[str]
    measures: ClassVar[tuple[Measure, ...]]
    """The first is the primary one."""
    further: ClassVar[tuple[Measure, ...]] = ()
    """Measures that are shown and compared only when asked for."""
    training_split: ClassVar[str | None] = None
    """The validation split whose items are drawn as those of training are; the others hold something out."""
    selected_on: ClassVar[str] = "validation/"
    """Settings are chosen by the mean over the splits whose names begin so; the rest of validation is only told."""
    chosen_by: ClassVar[str] = "the primary measure on validation"
    """What the first figure of a validation is, by which the epoch is chosen whose weights are kept."""
    reported_on: ClassVar[str] = "test/"
    """The test splits that stand for all where there is room for one figure: those whose names begin so."""
    also_called: ClassVar[Mapping[str, str]] = {}
    """What assays call a column of the trials."""
    advice: ClassVar[Mapping[str, str]] = {}
    """What to try with this system where runs look wrong, by heading of docs/troubleshooting.md."""
    held_against: ClassVar[tuple[str, ...]] = ()
    """The interventions that a trained arm is held against, where its configuration allows them."""
    assays: ClassVar[tuple[Assay, ...]] = ()
    """What is asked of every run's stored numbers."""
    claims: ClassVar[tuple[Hypothesis, ...]] = ()
    """What was claimed of the system, and the predictions that settle it."""

    def __init__(
        self, config: Any, seed: int = 0, *, cache: Path | None = None, report: Report | None = None
    ):
        self.config, self.seed, self.cache = config, seed, cache
        self.report: Report = report or (lambda what, done, of: None)

    @abstractmethod
    def prepare(self) -> None:
        """Make what all seeds share, so that later it is read from the cache."""

    def prepare_training(self) -> None:
        """The same as far as training and its validation ask for it, where that is less."""
        self.prepare()

    @abstractmethod
    def data_hash(self) -> str:
        """Identifies the evaluated items and what is known of them: only runs of equal hash are compared."""

    @property
    def is_baseline(self) -> bool:
        """Whether the configuration describes a baseline, which fits itself and has no attention."""
        return self.config.model.is_baseline

    @property
    def interventions(self) -> tuple[str, ...]:
        """What `intervene` offers for this configuration."""
        return ()

    @property
    def controls(self) -> tuple[str, ...]:
        """What of the interventions a trained arm is held against."""
        return tuple(what for what in self.held_against if what in self.interventions)

    @property
    def inspected(self) -> tuple[str, ...]:
        """What of `intervene` is made to be looked at beside a trained arm."""
        return self.controls

    @property
    def also_inspected(self) -> tuple[str, ...]:
        """What of `intervene` is looked at as well where it was made already, as it takes long."""
        return ()

    @classmethod
    def epochs(cls, config: Any) -> int:
        """How many epochs a training of this configuration has; a baseline that fits itself has one."""
        return 1 if config.model.is_baseline else config.training.epochs

    def leakage(self) -> dict[str, dict[str, Any]]:
        """What a linear decoder gets from features that should tell nothing, by name, as plain estimates."""
        return {}

    def introduction(self) -> Sequence[Facts]:
        """What a reader should know of the data before any result."""
        return ()

    @classmethod
    def conclusion(cls, arms: Mapping[str, Sequence[Run]]) -> Sequence[Facts]:
        """What a demonstration tells of its runs besides their verdicts."""
        return ()

    @abstractmethod
    def arm(self) -> Arm | Fitted:
        """The arm that the configuration describes, untrained."""

    @abstractmethod
    def evaluate(self, model: nn.Module) -> Evaluation:
        """Everything about a trained model that analysis may ask later."""

    @abstractmethod
    def intervene(self, model: nn.Module, what: str) -> Evaluation:
        """The evaluation of a control or of a model with something taken away."""

    def check_offered(self, what: str) -> None:
        """Raise one sentence for an intervention that this configuration does not allow.

        Raises:
            UsageError: it does not.
        """
        if what not in (known := self.interventions):
            raise UsageError(f"{what} is no intervention here; expected one of: {', '.join(known)}.")

    @classmethod
    @abstractmethod
    def values(cls, trials: pl.DataFrame, measure: Measure, cells: tuple[str, ...]) -> pl.DataFrame:
        """A measure of a run's trials: one row per split and combination of `cells`, with the column `value`."""

    @classmethod
    def values_of(cls, run: Run, measure: Measure, cells: tuple[str, ...] = ()) -> pl.DataFrame:
        """The same of a run; a system overrides it for a measure that needs more than the trials."""
        return cls.values(run.trials(), measure, cells)

    @classmethod
    def observers(cls, trials: pl.DataFrame, cells: tuple[str, ...]) -> pl.DataFrame:
        """What simple observers score on the primary measure: one row per split and cell, one column per observer."""
        return pl.DataFrame()

    @classmethod
    def keeps_maps(cls, config: Mapping[str, Any]) -> bool:
        """Whether an arm of this configuration, as plain values, leaves attention maps with its evaluation."""
        return False

    def describe(self, model: nn.Module) -> str:
        """The model in a few lines, its number of parameters among them."""
        parameters = sum(each.numel() for each in model.parameters())
        return f"{type(model).__name__}: {parameters:,} parameters"

    def check_choice(self, choice: Any) -> None:  # noqa: B027 - a system that offers nothing to choose checks nothing
        """Raise one sentence for a choice of what a run has not, before anything is made to be inspected.

        Raises:
            UsageError: there is nothing of that name.
        """

    @abstractmethod
    def inspect(
        self, trained: Evaluation, controls: dict[str, Evaluation], choice: Any, model: Any = None
    ) -> Inspection:
        """Pictures and figures of what a trained arm attends to, beside the same of what is `inspected` with it.

        `choice` is what `searchlight.choices` offers for the system; `model` is the arm itself, for what is too large
        to be kept with an evaluation.
        """
