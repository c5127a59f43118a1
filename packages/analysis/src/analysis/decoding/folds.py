"""Folds that keep every group on one side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from analysis.decoding.problem import LEFT_OUT, Problem
from analysis.errors import AnalysisError

Folds = int | Sequence[int] | np.ndarray


def fold_of_trials(problem: Problem, folds: Folds, seed: int) -> Int[np.ndarray, " trials"]:
    """Draw a number of folds, or check the fold given for each trial.

    Raises:
        AnalysisError: a group stands in two folds, there are fewer groups than folds, or a fold lacks a class.
    """
    assigned = _drawn(problem, folds, seed) if isinstance(folds, int) else _given(problem, np.asarray(folds))
    _refuse_split_groups(problem, assigned)
    _refuse_missing_classes(problem, assigned)
    return assigned


def _given(problem: Problem, folds: np.ndarray) -> np.ndarray:
    if folds.shape != problem.groups.shape:
        raise AnalysisError(f"folds: expected one per trial ({problem.groups.size}), got {folds.shape}")
    names, assigned = np.unique(folds, return_inverse=True)
    if names.size < 2:
        raise AnalysisError("folds: expected at least two, got 1; there would be nothing to train on")
    return assigned


def _drawn(problem: Problem, folds: int, seed: int) -> np.ndarray:
    groups, count = problem.groups, len(problem.group_names)
    if not 2 <= folds <= count:
        raise AnalysisError(f"folds: expected 2 to {count}, the number of groups, got {folds}")
    _refuse_rare_classes(problem, folds)
    splitter, by_group = _splitter(problem, folds, seed)
    splits = splitter.split(groups, problem.strata, groups if by_group else None)
    assigned = np.empty(groups.size, dtype=int)
    for fold, (_, test) in enumerate(splits):
        assigned[test] = fold
    return assigned


def _splitter(problem: Problem, folds: int, seed: int) -> tuple[Any, bool]:
    """One trial per group needs no grouping, and scikit-learn is much faster without."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold

    settings: dict[str, Any] = {"shuffle": True, "random_state": seed}
    if problem.strata is None:
        return GroupKFold(folds, **settings), True
    if len(problem.group_names) == problem.groups.size:
        return StratifiedKFold(folds, **settings), False
    return StratifiedGroupKFold(folds, **settings), True


def _refuse_rare_classes(problem: Problem, folds: int) -> None:
    for column, name in zip(problem.codes.T, problem.columns, strict=True):
        for code, label in enumerate(problem.classes):
            if (found := np.unique(problem.groups[column == code]).size) < folds:
                raise AnalysisError(
                    f"{name}: class {label} has {found} groups, {folds} folds need as many; use fewer folds"
                )


def _refuse_split_groups(problem: Problem, assigned: np.ndarray) -> None:
    pairs = np.unique(np.stack([problem.groups, assigned]), axis=1)
    split = np.flatnonzero(np.bincount(pairs[0]) > 1)
    if split.size:
        raise AnalysisError(
            f"group {problem.group_names[split[0]]} stands in several folds ({split.size} groups do); "
            "give all its trials one fold, or it would be trained and tested on"
        )


def _refuse_missing_classes(problem: Problem, assigned: np.ndarray) -> None:
    everything = set(range(len(problem.classes)))
    for fold in range(assigned.max() + 1):
        for column, name in zip(problem.codes.T, problem.columns, strict=True):
            if missing := everything - set(column[assigned != fold].tolist()):
                label = problem.classes[min(missing)]
                raise AnalysisError(
                    f"{name}: class {label} is only in fold {fold}, so none is left to train on"
                )
            if (column[assigned == fold] == LEFT_OUT).all():
                raise AnalysisError(f"{name}: fold {fold} has no trial to test on; use fewer folds")
