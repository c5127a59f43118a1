"""What stored numbers say is wrong, why that happens, and what to try."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.comparison.arms import Comparison, Result
from analysis.shown import Shown

UNIFORM_ENTROPY = 0.98
GAP = 0.10
FEWEST_TRIALS = 200
FEWEST_SEEDS = 5
NEAR_CHANCE = 0.02
FALLEN = 0.05
VANISHED, EXPLODED = 1e-6, 1e3
TASK_EFFECT, MOVED = 0.02, 0.01


@dataclass(frozen=True)
class Look:
    """An arm's attention: its mean normalised entropy, and why there should be maps if there are none."""

    entropy: float | None = None
    missing: str = ""


@dataclass(frozen=True)
class Networks:
    """The networks of an arm: how many, the entropy of each one's attention, and what each validates at by task."""

    count: int | None = None
    entropy: Mapping[int, float] = field(default_factory=dict)
    by_task: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskUse:
    """What an arm reaches when it is told its own task, and that of another sequence.

    `moved` is how far its attention goes with the task: the total variation between the two maps, from 0 to 1.
    """

    own: float
    other: float
    moved: float | None = None


@dataclass(frozen=True)
class Evidence:
    """What one arm's runs stored; what is not known stays None or empty and is not judged.

    `train` is the primary metric on validation items that are drawn as training items are, `validation` that on the
    others, `sides` what the two are called, `trials` the scored items per seed, `losses` and `gradient_norms` the
    training record in order.
    """

    arm: str
    look: Look = Look()
    task: TaskUse | None = None
    train: float | None = None
    validation: float | None = None
    sides: tuple[str, str] = ("familiar items", "held-out ones")
    chance: float | None = None
    trials: int | None = None
    networks: Networks = Networks()
    losses: Sequence[float] = ()
    gradient_norms: Sequence[float] = ()


@dataclass(frozen=True)
class Diagnosis(Shown):
    """One symptom, its likely cause, what to try, and the heading of docs/troubleshooting.md that tells more."""

    arm: str
    symptom: str
    cause: str
    try_: str
    anchor: str

    def __str__(self) -> str:
        return f"{self.arm}: {self.symptom}. {self.cause} Try: {self.try_} (docs/troubleshooting.md#{self.anchor})"

    def to_dict(self) -> dict[str, Any]:
        """Plain values; `try_` is called `try`, as outside Python it may be."""
        plain = {"arm": self.arm, "symptom": self.symptom, "cause": self.cause}
        return {**plain, "try": self.try_, "anchor": self.anchor}


REMEDIES = {
    "attention-uniform": (
        "The scores hardly differ, so attention is an average.",
        "train longer, or raise the learning rate.",
    ),
    "attention-worse-than-baseline": (
        "The added layer costs more than selecting is worth.",
        "sweep learning rate and dropout on validation, and look at the cells where it loses.",
    ),
    "no-attention-maps": (
        "The arm has no attention, or its evaluation was cut off.",
        "train a kind that attends, or evaluate the run again.",
    ),
    "task-changes-nothing": (
        "The answer does not depend on what is asked: the task vector is cut off, or one answer fits all tasks.",
        "check that the task vector reaches attention and cell, and look at each task alone.",
    ),
    "familiar-far-above-held-out": (
        "Training saw neither; what it learned serves items of its own kind and not those that hold something out.",
        "show training more that differs, then dropout or weight decay, or stop earlier.",
    ),
    "at-chance": (
        "Nothing was learned that this metric measures.",
        "train longer, raise the learning rate, and look at each cell alone: one that stays at chance hides in a mean.",
    ),
    "too-few-trials": (
        "Chance alone moves a score from this few trials by several points.",
        "evaluate on more items.",
    ),
    "too-few-seeds": (
        "Networks are the units of a comparison, and these are too few for a narrow interval.",
        "train more seeds, for example --seeds 0..4.",
    ),
    "loss-not-falling": (
        "The learning rate is too low or far too high, or the targets cannot be told from the input.",
        "try a tenth and ten times the learning rate, and check what the loss is masked by.",
    ),
    "vanishing-gradients": (
        "Almost nothing reaches the parameters: saturated units, or a layer cut off from the loss.",
        "raise the learning rate.",
    ),
    "exploding-gradients": (
        "Single steps throw the parameters away.",
        "lower the learning rate or the clipping norm, and warm up.",
    ),
    "not-comparable": (
        "The arms do not answer the same question, or there are too few seeds to test.",
        "train both with the same budget, data and seeds.",
    ),
}
"""Cause and remedy by heading of docs/troubleshooting.md, whatever was trained."""


def diagnose(
    evidence: Iterable[Evidence],
    comparison: Comparison | None = None,
    advice: Mapping[str, str] | None = None,
) -> list[Diagnosis]:
    """List what looks wrong in each arm, and where the comparison lost or could not be made.

    `advice` is what to try besides with what was trained here, by heading of docs/troubleshooting.md.
    """
    found = [
        _diagnosis(arm.arm, symptom, anchor, advice or {})
        for arm in evidence
        for anchor, check in CHECKS.items()
        if (symptom := check(arm))
    ]
    overall = [result for result in comparison.results if not result.cell] if comparison else []
    return [*found, *filter(None, (_verdict(result, advice or {}) for result in overall))]


def _diagnosis(arm: str, symptom: str, anchor: str, advice: Mapping[str, str]) -> Diagnosis:
    cause, general = REMEDIES[anchor]
    return Diagnosis(arm, symptom, cause, " ".join(filter(None, [general, advice.get(anchor)])), anchor)


def _verdict(result: Result, advice: Mapping[str, str]) -> Diagnosis | None:
    if result.verdict == "worse" and result.difference:
        symptom, anchor = (
            f"worse than the baseline by {result.difference.estimate}",
            "attention-worse-than-baseline",
        )
    elif result.verdict == "not comparable":
        symptom, anchor = f"not comparable: {result.reason}", "not-comparable"
    else:
        return None
    return _diagnosis(result.arm, symptom, anchor, advice)


def _uniform(arm: Evidence) -> str:
    entropy = arm.look.entropy
    if entropy is not None and entropy > UNIFORM_ENTROPY:
        return f"attention is uniform, its normalised entropy is {entropy:.3f} (1 = uniform)"
    if some := {seed: each for seed, each in arm.networks.entropy.items() if each > UNIFORM_ENTROPY}:
        return f"{_named(some)}: attention is uniform ({_listed(some)})"
    return ""


def _named(some: Mapping[int, float]) -> str:
    return f"seed{'s' * (len(some) > 1)} {', '.join(map(str, some))}"


def _listed(some: Mapping[int, float]) -> str:
    return ", ".join(f"{value:.3f}" for value in some.values())


def _no_maps(arm: Evidence) -> str:
    return arm.look.missing and f"no attention maps, though {arm.look.missing}"


def _same_for_any_task(arm: Evidence) -> str:
    """Not of an arm at chance, which has nothing to lose."""
    task = arm.task
    if task is None or _near_chance(arm.validation, arm.chance):
        return ""
    if task.own - task.other < TASK_EFFECT:
        return f"the task vector changes nothing: {task.other:.3f} with another task, {task.own:.3f} with its own"
    if task.moved is not None and task.moved < MOVED:
        return f"attention does not move with the task: by {task.moved:.3f} (0 = the same map, 1 = elsewhere)"
    return ""


def _overfitted(arm: Evidence) -> str:
    if arm.train is not None and arm.validation is not None and arm.train - arm.validation > GAP:
        familiar, held_out = arm.sides
        return f"{familiar} is far above {held_out} ({arm.train:.3f} and {arm.validation:.3f})"
    return ""


def _at_chance(arm: Evidence) -> str:
    """The mean, or what hides in it: single tasks of single networks."""
    if _near_chance(arm.validation, arm.chance):
        return f"at chance ({arm.validation:.3f}, chance {arm.chance:.2f})"
    told = []
    for task, by_seed in arm.networks.by_task.items():
        if some := {seed: each for seed, each in by_seed.items() if _near_chance(each, arm.chance)}:
            told.append(f"{_named(some)}: {task} at chance ({_listed(some)}, chance {arm.chance:.2f})")
    return ", ".join(told)


def _near_chance(value: float | None, chance: float | None) -> bool:
    return value is not None and chance is not None and value < chance + NEAR_CHANCE


def _few_trials(arm: Evidence) -> str:
    if arm.trials is not None and arm.trials < FEWEST_TRIALS:
        return f"only {arm.trials} trials were scored, fewer than {FEWEST_TRIALS}"
    return ""


def _few_seeds(arm: Evidence) -> str:
    count = arm.networks.count
    if count is not None and count < FEWEST_SEEDS:
        return f"only {count} seed{'s' * (count != 1)}, fewer than {FEWEST_SEEDS}"
    return ""


def _stuck(arm: Evidence) -> str:
    """Compare the means of the first and the last fifth: single steps are noise."""
    fifth = len(arm.losses) // 5
    if fifth == 0:
        return ""
    first, last = float(np.mean(arm.losses[:fifth])), float(np.mean(arm.losses[-fifth:]))
    return (
        f"the loss is not falling ({first:.3g} at first, {last:.3g} at last)"
        if last > first * (1 - FALLEN)
        else ""
    )


def _vanished(arm: Evidence) -> str:
    norm = float(np.median(arm.gradient_norms)) if len(arm.gradient_norms) else math.inf
    return f"gradients vanish, their median norm is {norm:.1e}" if norm < VANISHED else ""


def _exploded(arm: Evidence) -> str:
    norm = float(np.max(arm.gradient_norms)) if len(arm.gradient_norms) else 0.0
    return f"gradients explode, their largest norm is {norm:.1e}" if not norm <= EXPLODED else ""


CHECKS: dict[str, Callable[[Evidence], str]] = {
    "attention-uniform": _uniform,
    "no-attention-maps": _no_maps,
    "task-changes-nothing": _same_for_any_task,
    "familiar-far-above-held-out": _overfitted,
    "at-chance": _at_chance,
    "too-few-trials": _few_trials,
    "too-few-seeds": _few_seeds,
    "loss-not-falling": _stuck,
    "vanishing-gradients": _vanished,
    "exploding-gradients": _exploded,
}
