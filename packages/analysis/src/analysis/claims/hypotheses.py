"""The numbered claims of a system, and what came of testing them over networks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from string import ascii_lowercase
from typing import Any

from analysis.assays.archive import Archive
from analysis.claims.claim import Claim
from analysis.claims.networks import LEAST
from analysis.claims.predictions import Prediction
from analysis.claims.quantities import Source
from analysis.errors import AnalysisError
from analysis.estimates import finite
from analysis.inference.multiplicity import holm
from analysis.shown import Shown


@dataclass(frozen=True)
class Hypothesis:
    """A claim as it was made, how it is tested, and the predictions that settle it.

    Raises:
        AnalysisError: there is no prediction, or there are more than letters to name them.
    """

    number: int
    sentence: str
    test: str
    predictions: tuple[Prediction, ...]

    def __post_init__(self):
        if not 1 <= len(self.predictions) <= len(ascii_lowercase):
            raise AnalysisError(f"claim {self.number} needs 1 to 26 predictions, got {len(self.predictions)}")

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms of which it needs networks, by the names of their presets."""
        return tuple(dict.fromkeys(arm for each in self.predictions for arm in each.arms))

    def labels(self) -> list[str]:
        """The name of each prediction: the number alone, or 3a, 3b, … where there are several."""
        if len(self.predictions) == 1:
            return [str(self.number)]
        return [f"{self.number}{letter}" for letter in ascii_lowercase[: len(self.predictions)]]


@dataclass(frozen=True)
class Settled(Shown):
    """A prediction with its claim, and p corrected over the family it was settled in (NaN where it has none)."""

    label: str
    hypothesis: Hypothesis
    claim: Claim
    p_corrected: float = math.nan

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return finite({"label": self.label, "p_corrected": self.p_corrected, **self.claim.to_dict()})


def settle(hypotheses: Sequence[Hypothesis], archive: Archive) -> tuple[Settled, ...]:
    """Every prediction of some hypotheses, in order, with Holm's p over all of them.

    Verdicts rest on each interval by itself, for each claim was made beforehand and is asked for its own sake; the
    corrected p says what would stand if the claims were one family.
    """
    pairs = [
        (label, hypothesis, prediction.claim(archive))
        for hypothesis in hypotheses
        for label, prediction in zip(hypothesis.labels(), hypothesis.predictions, strict=True)
    ]
    known = [math.nan if claim.p is None else claim.p for _, _, claim in pairs]
    corrected = holm(known) if known else ()
    return tuple(Settled(*pair, float(p)) for pair, p in zip(pairs, corrected, strict=True))


def needed(hypotheses: Sequence[Hypothesis], archive: Archive) -> dict[str, tuple[Source, ...]]:
    """What is to be found in the runs of each arm: what predictions read whose arms have enough networks."""
    found: dict[str, dict[Source, None]] = {}
    for prediction in (each for hypothesis in hypotheses for each in hypothesis.predictions):
        if all(len(archive.runs.get(arm, ())) >= LEAST for arm in prediction.arms):
            for arm in prediction.arms:
                found.setdefault(arm, {}).update(dict.fromkeys(prediction.sources(arm)))
    return {arm: tuple(sources) for arm, sources in found.items()}


def document(settled: Sequence[Settled]) -> list[dict[str, Any]]:
    """Plain values by hypothesis, each with all that settles it."""
    grouped = groupby(settled, key=lambda each: each.hypothesis)
    return [
        {
            "number": hypothesis.number,
            "claim": hypothesis.sentence,
            "test": hypothesis.test,
            "parts": [each.to_dict() for each in parts],
        }
        for hypothesis, parts in grouped
    ]
