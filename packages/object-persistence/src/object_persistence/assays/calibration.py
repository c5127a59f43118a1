"""Whether a probability of persistence means what it says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analysis import Assay, Bootstrap, Drawing, Estimate, Finding, Findings, Measure, Run
from analysis.assays.averages import over_networks
from analysis.assays.parts import only, tested_splits
from object_persistence.assays.drawn_clips import DrawnClips
from object_persistence.metrics import BRIER, CALIBRATION_ERROR, Bin, reliability_bins

SHARE = Measure("share_persistent", higher_is_better=None, bounds=(0.0, 1.0), cells=("bin",), apart=("bin",))
FEWEST = 30
"""Detections of a bin below which no share of it is told."""
DRAWN = "test/same"


@dataclass(frozen=True)
class Calibration(Assay):
    """Brier score and expected calibration error of each test split, and the share that is persistent by probability.

    `share_persistent` is of the detections whose probability lies in a bin, named by its middle. The intervals of both
    scores draw clips again; that of a share is Student's over clips.
    """

    resamples: int = 999
    seed: int = 0

    name = "calibration"
    question = "Does a probability of persistence mean what it says?"
    measures = (BRIER, CALIBRATION_ERROR, SHARE)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every test split; bins of few detections are left out, and counted."""
        figures, few = [], 0
        for split, part in tested_splits(run.trials()):
            clips = DrawnClips.of(part, Bootstrap(resamples=self.resamples, seed=self.seed))
            for measure in (BRIER, CALIBRATION_ERROR):
                figures.append(Finding(measure.name, clips.estimate(measure), {"split": split}))
            for each in bins(part):
                if each.detections < FEWEST:
                    few += each.detections
                    continue
                cell = {"split": split, "bin": round((each.low + each.high) / 2, 3)}
                figures.append(Finding(SHARE.name, each.share, cell))
        notes = (
            (f"{few} detections lie in bins of fewer than {FEWEST}, of which no share is told",)
            if few
            else ()
        )
        return Findings(tuple(figures), notes=notes)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """The reliability plot of what training was like."""
        from analysis.figures import arm_curves  # matplotlib is slow to import

        for arms in over_networks(only(found, SHARE, split=DRAWN), SHARE, along="bin").values():
            middles = sorted({each for line in arms.values() for each in line})
            exact = {each: Estimate(each, each, each, 0, None, "by definition") for each in middles}
            yield Drawing(
                "reliability",
                arm_curves(
                    {DRAWN: {"calibrated": exact, **arms}},
                    label="share that is persistent",
                    x="probability of persistence",
                ),
                f"How many detections are persistent, by the probability that they were given, on {DRAWN}: 95 % "
                "interval over networks.",
                f"Lines by probability of {', '.join(arms)}.",
                "The first line is perfect calibration.",
            )


def bins(part: pl.DataFrame) -> list[Bin]:
    """The rows of a split by probability."""
    persistent, score = part["target"].to_numpy() == 1, part["score"].cast(pl.Float64).to_numpy()
    return reliability_bins(persistent, score, part["group"].to_numpy())
