"""The keys under which the older scripts looked for a comparison, beside the intervals and verdicts they lacked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from analysis import AssayComparison, Comparison, Result
from analysis.estimates import finite


@dataclass(frozen=True)
class OlderKey:
    """Where a number stood, and the measure that it is the mean paired difference of; `part` narrows it down.

    `normalised` is the measure to read instead of one of which more is not better.
    """

    section: str
    key: str
    assay: str
    measure: str
    part: tuple[str, ...] = ()
    normalised: str = ""

    def found(self, by_assay: Mapping[str, AssayComparison]) -> Comparison | None:
        """The comparison that it is read from: the first whose part has the words."""
        parts = by_assay[self.assay].measures.get(self.measure, {}) if self.assay in by_assay else {}
        return next((each for part, each in parts.items() if set(self.part) <= set(part.split(", "))), None)

    def of(self, result: Result) -> dict[str, Any]:
        """The number, its interval, p, verdict and n; of an arm without one the reason."""
        gap = result.difference
        if gap is None:
            return {"verdict": result.verdict, "reason": result.reason}
        interval = [gap.estimate.low, gap.estimate.high]
        judged = {
            "interval": interval,
            "p_corrected": result.p_corrected,
            "verdict": result.verdict,
            "n": gap.n,
        }
        return {self.key: gap.estimate.value, **judged}


OLDER_KEYS = (
    OlderKey("decoding", "mean_improvement", "decoding", "decoding_accuracy", ("rnn", "relevant")),
    OlderKey(
        "orthogonalization",
        "improvement",
        "geometry",
        "orthogonalization_index",
        ("rnn",),
        normalised="orthogonalization",
    ),
    OlderKey("procrustes", "reconstruction_improvement", "rotation", "reconstruction_accuracy"),
)


def older_keys(by_assay: Mapping[str, AssayComparison]) -> dict[str, dict[str, Any]]:
    """A section for each key: that of the first arm compared with the baseline, and of every arm by its name."""
    return {each.section: section(each, by_assay) for each in OLDER_KEYS}


def section(key: OlderKey, by_assay: Mapping[str, AssayComparison]) -> dict[str, Any]:
    """The number of an older key with what belongs to it, or why there is none."""
    found = key.found(by_assay)
    what = " ".join((key.measure, *key.part))
    if found is None:
        return {"reason": f"{what} of the assay {key.assay} was not compared"}
    if len(found.arms) < 2:
        return {"reason": f"{what} is known of {found.baseline} alone"}
    others = [arm for arm in found.arms if arm != found.baseline]
    arms = {arm: finite(key.of(found.result(arm))) for arm in others}
    told = {"of": what, "arm": others[0], "baseline": found.baseline, "arms": arms}
    return {**arms[others[0]], **told, **read_with(key, by_assay)}


def read_with(key: OlderKey, by_assay: Mapping[str, AssayComparison]) -> dict[str, Any]:
    """How to read a figure that is not better where it is higher, and what stands for it instead."""
    if not key.normalised:
        return {}
    instead = replace(key, measure=key.normalised, normalised="")
    reading = f"a higher {key.measure} is not better; {key.normalised} is set against noise and simplex"
    return {"higher_is_better": None, "reading": reading, "normalised": section(instead, by_assay)}
