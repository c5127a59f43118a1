"""What the stored numbers of an arm say is wrong with it."""

from collections.abc import Sequence

from analysis import Diagnosis, diagnose
from analysis.store import Run
from searchlight import console
from searchlight.comparing import Compared
from searchlight.evidence import evidence_of
from searchlight.experiments import experiment_class


def diagnoses_of(system: str, runs: Sequence[Run]) -> list[Diagnosis]:
    """What looks wrong in the runs of one arm."""
    return diagnose([evidence_of(system, runs[0].arm, runs)], advice=experiment_class(system).advice)


def diagnoses_between(found: Compared) -> list[Diagnosis]:
    """What looks wrong in any arm of a comparison, and where it lost or could not be compared."""
    evidence = [
        evidence_of(found.system, arm, runs, asked_for_maps=asked_in_vain(found, arm))
        for arm, runs in found.arms.items()
    ]
    advice = experiment_class(found.system).advice
    lines = [line for each in found.splits.values() for line in diagnose(evidence, each, advice)]
    return list(dict.fromkeys(lines))


def asked_in_vain(found: Compared, arm: str) -> str:
    """Which assays that were named found nothing in an arm."""
    named = [name for name in found.options if name in found.by_assay]
    lacking = [name for name in named if arm in found.by_assay[name].absent(found.arms)]
    return f"it is compared by the assay {' and '.join(lacking)}" if lacking else ""


def show_diagnoses(lines: Sequence[Diagnosis]) -> None:
    """A line for each kind of symptom, with the arms that have it, and where to read what to try."""
    kinds: dict[str, list[Diagnosis]] = {}
    for line in lines:
        kinds.setdefault(line.anchor, []).append(line)
    for anchor, found in kinds.items():
        told = "; ".join(f"{each.arm}: {each.symptom}" for each in found)
        console.say(f"diagnosis: {told}\n  try: {found[0].try_} See docs/troubleshooting.md#{anchor}")
