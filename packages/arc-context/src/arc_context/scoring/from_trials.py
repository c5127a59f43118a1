"""The conventions for trials, which a run keeps."""

import polars as pl

from arc_context.errors import ArcError

from .conventions import Right, Scores, scores_of

WITHIN = {1: "prediction", 2: "either"}
"""The column that says whether an output was met, by the attempts that count."""


def scores_of_trials(trials: pl.DataFrame, attempts: int = 2) -> Scores:
    """Score the test outputs of one split, one row each; copying the input is what they are held against.

    Raises:
        ArcError: there is no row, or another number of attempts than trials know of.
    """
    return scores_of(right_of_trials(trials, attempts), _by_task(trials, "copied"))


def right_of_trials(trials: pl.DataFrame, attempts: int = 2) -> Right:
    """Which outputs of each task are right within so many attempts.

    Raises:
        ArcError: as `scores_of_trials`.
    """
    if attempts not in WITHIN:
        raise ArcError(f"expected 1 or 2 attempts, which trials tell, got {attempts}")
    return _by_task(trials, WITHIN[attempts])


def _by_task(trials: pl.DataFrame, column: str) -> dict[str, tuple[bool, ...]]:
    listed = trials.group_by("group", maintain_order=True).agg(pl.col(column).cast(pl.Boolean))
    return {task: tuple(right) for task, right in listed.iter_rows()}
