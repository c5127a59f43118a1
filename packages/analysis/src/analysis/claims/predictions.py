"""What a hypothesis says of some arms, each settled as one claim over networks."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import polars as pl

from analysis.assays.archive import Archive
from analysis.claims.claim import Claim, Expected, known_level
from analysis.claims.networks import (
    convincing,
    effect,
    enough,
    gap_of,
    mean_in_words,
    noted,
    over_networks,
    unanswerable,
)
from analysis.claims.quantities import Known, Quantity, Source
from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.inference.student_t import paired_difference
from analysis.inference.survival import StepsToCriterion, steps_difference
from analysis.store import Run


@dataclass(frozen=True)
class Tested:
    """A statistic, what it is held against, and p where a test belongs to it."""

    statistic: Estimate
    null: Estimate
    p: float | None = None


@dataclass(frozen=True, kw_only=True)
class Prediction(ABC):
    """A sentence about arms, and the statistic that decides it; the last arm is the baseline where there are two.

    `intervention` is a quantity of the first arm, above 0 where it bears the sentence out.
    """

    sentence: str
    arms: tuple[str, ...]
    expects: Expected = "greater"
    intervention: Quantity | None = None
    no_intervention: str = ""

    @property
    @abstractmethod
    def quantities(self) -> tuple[Quantity, ...]:
        """What the statistic is made from."""

    @abstractmethod
    def test(self, archive: Archive) -> Tested:
        """The statistic over networks.

        Raises:
            AnalysisError: fewer than five networks of an arm have what it is made from.
        """

    def sources(self, arm: str) -> tuple[Source, ...]:
        """What must have been found in the runs of one of its arms; the first is intervened with."""
        changed = [self.intervention] if self.intervention and arm == self.arms[0] else []
        read = (each.sources for each in (*self.quantities, *changed))
        return tuple(dict.fromkeys(chain.from_iterable(read)))

    def claim(self, archive: Archive) -> Claim:
        """The sentence with its statistic, null, intervention and verdict; not testable where something is missing."""
        if why := unanswerable(archive, self.arms):
            return Claim.not_testable(self.sentence, why)
        try:
            tested = self.test(archive)
            changed = self.intervention and effect(self.intervention, archive, self.arms[0])
        except AnalysisError as error:
            return Claim.not_testable(self.sentence, str(error))
        return Claim(
            self.sentence,
            tested.statistic,
            tested.null,
            changed,
            self.expects,
            self.no_intervention,
            None if isinstance(self.expects, tuple) else tested.p,
        )


@dataclass(frozen=True, kw_only=True)
class Differs(Prediction):
    """An arm lies above, below or within a range of its baseline: paired t where both have the same seeds."""

    quantity: Quantity

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The one that is compared."""
        return (self.quantity,)

    def test(self, archive: Archive) -> Tested:
        """Mean of arm − baseline."""
        known = self.quantity.known(archive, self.arms)
        ours, theirs = (enough(known, each, self.quantity) for each in self.arms)
        gap = gap_of(ours, theirs)
        told = f"no difference from {self.arms[1]}, {mean_in_words(theirs)}; {gap.test}"
        return Tested(noted(gap.estimate, known), known_level(0.0, gap.n, told), gap.p)


@dataclass(frozen=True, kw_only=True)
class Grows(Prediction):
    """An arm needs more than its baseline by a share, x_arm / x_baseline − 1, of networks with the same seeds."""

    quantity: Quantity

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The one that is compared."""
        return (self.quantity,)

    def test(self, archive: Archive) -> Tested:
        """Mean of the shares."""
        arm, baseline = self.arms
        known = self.quantity.known(archive, self.arms)
        ours, theirs = (enough(known, each, self.quantity) for each in self.arms)
        shares = {seed: ours[seed] / theirs[seed] - 1 for seed in ours if seed in theirs}
        found = over_networks(enough(Known({arm: shares}, known.left_out), arm, self.quantity))
        told = f"as much as {baseline}, {mean_in_words(theirs)}"
        return Tested(noted(found, known), known_level(0.0, found.n, told))


@dataclass(frozen=True, kw_only=True)
class Exceeds(Prediction):
    """A quantity of one arm lies above (or below) a level that is known beforehand."""

    quantity: Quantity
    level: float = 0.0
    meaning: str = "chance"

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The one that is held against the level."""
        return (self.quantity,)

    def test(self, archive: Archive) -> Tested:
        """Its mean, by the t test of one sample."""
        known = self.quantity.known(archive, self.arms)
        values = enough(known, self.arms[0], self.quantity)
        against = paired_difference(list(values.values()), [self.level] * len(values))
        told = "; ".join((self.meaning, *convincing(self.quantity, archive, self.arms[0]), "one-sample t"))
        null = known_level(self.level, len(values), told)
        return Tested(noted(over_networks(values), known), null, against.p)


@dataclass(frozen=True, kw_only=True)
class ExceedsControl(Prediction):
    """A quantity of one arm lies above (or below) the same quantity of its networks under a control."""

    quantity: Quantity
    control: Quantity
    meaning: str

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The trained networks' and the control's."""
        return (self.quantity, self.control)

    def test(self, archive: Archive) -> Tested:
        """The mean of each; told apart where their intervals do not meet."""
        known, control = (each.known(archive, self.arms) for each in self.quantities)
        values = enough(known, self.arms[0], self.quantity)
        nothing = enough(control, self.arms[0], self.control)
        null = replace(over_networks(nothing), how=f"control: {self.meaning}")
        return Tested(noted(over_networks(values), known), null)


@dataclass(frozen=True, kw_only=True)
class ArrivesEarlier(Prediction):
    """An arm reaches a validation criterion in fewer optimiser steps: the difference of restricted means.

    Networks that never arrive count with all the steps they were given, so that the difference is a lower bound;
    p is that of the log-rank test (Mantel 1966), in which they are censored.
    """

    metric: str
    criterion: float

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """None: it reads the curves of training."""
        return ()

    def test(self, archive: Archive) -> Tested:
        """Steps of the baseline − steps of the arm."""
        ours, theirs = (arrivals(archive.of(each), self.metric, self.criterion) for each in self.arms)
        if not (ours.reached.any() or theirs.reached.any()):
            steps = max(ours.steps.max(), theirs.steps.max())
            raise AnalysisError(f"no network of either arm reached {self.criterion:g} within {steps:g} steps")
        saved = steps_difference(theirs, ours)
        told = (
            f"no difference from {self.arms[1]}; arrived: {share(ours)} against {share(theirs)}; {saved.test}"
        )
        return Tested(saved.estimate, known_level(0.0, saved.n, told), saved.p)


def arrivals(runs: Sequence[Run], metric: str, criterion: float) -> StepsToCriterion:
    """When each run's validation first reached the criterion."""
    epochs = [run.metrics().filter(pl.col("kind") == "epoch") for run in runs]
    curves = [(each["step"].to_numpy(), each[metric].to_numpy()) for each in epochs]
    return StepsToCriterion.of_curves(curves, criterion)


def share(found: StepsToCriterion) -> str:
    """How many arrived."""
    return f"{int(found.reached.sum())} of {found.reached.size}"
