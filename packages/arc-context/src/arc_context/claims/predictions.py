"""Predictions that only this system makes."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analysis import AnalysisError, Archive, Claim, Prediction, Quantity
from analysis.claims.claim import known_level
from analysis.claims.networks import enough, gap_of, mean_in_words, noted
from analysis.claims.predictions import Tested
from analysis.claims.quantities import Known
from analysis.store import Run


@dataclass(frozen=True, kw_only=True)
class DiffersFromOther(Prediction):
    """A quantity of an arm lies above, below or within a range of another quantity of its baseline: paired t."""

    quantity: Quantity
    other: Quantity

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """That of the arm; what the baseline is asked for is its own."""
        return (self.quantity,)

    def sources(self, arm: str):
        """What must have been found in the runs of one of its arms."""
        return self.other.sources if arm == self.arms[1] else super().sources(arm)

    def test(self, archive: Archive) -> Tested:
        """Mean of arm − baseline."""
        arm, baseline = self.arms
        known, others = self.quantity.known(archive, (arm,)), self.other.known(archive, (baseline,))
        theirs = enough(others, baseline, self.other)
        gap = gap_of(enough(known, arm, self.quantity), theirs)
        told = f"no difference from {baseline}, {mean_in_words(theirs)}; {gap.test}"
        return Tested(noted(gap.estimate, known), known_level(0.0, gap.n, told), gap.p)


@dataclass(frozen=True, kw_only=True)
class DiffersAtEqualTime(Prediction):
    """An arm validates above its baseline when both have trained for the same CPU seconds: paired t over seeds.

    Of each pair of one seed, the time is that of the faster training; the slower one counts with what it last validated
    at within that time, though its learning rate had not come down yet.
    """

    metric: str

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """None: it reads the curves of training."""
        return ()

    def test(self, archive: Archive) -> Tested:
        """Mean of arm − baseline.

        Raises:
            AnalysisError: fewer than five pairs of one seed recorded their time.
        """
        ours, theirs = ({run.seed: curve(run, self.metric) for run in archive.of(each)} for each in self.arms)
        pairs = {seed: at_equal_time(ours[seed], theirs[seed]) for seed in ours if seed in theirs}
        values = [{seed: pair[side] for seed, pair in pairs.items()} for side in (0, 1)]
        known = Known(dict(zip(self.arms, values, strict=True)))
        gap = gap_of(*(enough_pairs(known.of(each), each, self.metric) for each in self.arms))
        baseline = self.arms[1]
        told = f"no difference from {baseline} at equal CPU seconds, {mean_in_words(known.of(baseline))}; {gap.test}"
        return Tested(gap.estimate, known_level(0.0, gap.n, told), gap.p)


@dataclass(frozen=True, kw_only=True)
class BeyondRuns(Prediction):
    """A sentence that no run can settle, and what is known of it from elsewhere."""

    why: str
    arms: tuple[str, ...] = ()

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """None."""
        return ()

    def test(self, archive: Archive) -> Tested:
        """Nothing is tested.

        Raises:
            AnalysisError: always, with what is known.
        """
        raise AnalysisError(self.why)

    def claim(self, archive: Archive) -> Claim:
        """Not testable, and why."""
        return Claim.not_testable(self.sentence, self.why)


def curve(run: Run, metric: str) -> pl.DataFrame:
    """CPU seconds and validation of every epoch, in order."""
    epochs = run.metrics().filter(pl.col("kind") == "epoch")
    return epochs.select("cpu_seconds", metric).drop_nulls().sort("cpu_seconds")


def at_equal_time(one: pl.DataFrame, other: pl.DataFrame) -> tuple[float, float]:
    """What both last validated at within the time of the faster training; 0 where none was over yet."""
    seconds = min(each["cpu_seconds"].max() for each in (one, other))  # pyright: ignore
    told = [each.filter(pl.col("cpu_seconds") <= seconds)[:, 1] for each in (one, other)]
    first, second = (float(each[-1]) if each.len() else 0.0 for each in told)
    return first, second


def enough_pairs(values: Mapping[int, float], arm: str, metric: str) -> Mapping[int, float]:
    """Those of at least five networks.

    Raises:
        AnalysisError: there are fewer.
    """
    if len(values) < 5:
        raise AnalysisError(f"{metric} by CPU seconds is known of {len(values)} pairs of {arm}, 5 are needed")
    return values
