"""Labels shuffled as far as a null hypothesis allows."""

import math

import numpy as np
from jaxtyping import Int
from scipy.special import gammaln

from analysis.decoding.problem import LEFT_OUT, Problem
from analysis.errors import AnalysisError

FEWEST_ARRANGEMENTS = 20
"""With fewer distinct labelings no p value could reach 0.05."""


def sources_by_column(
    problem: Problem, fold: Int[np.ndarray, " trials"], permutations: int, seed: int
) -> Int[np.ndarray, "columns permutations trials"]:
    """For each column, permutation and trial, the trial whose labels it takes.

    All columns move together, so that what the labels of one trial have in common stays. Only where columns use trials
    that overlap in part does each move by itself: few trials are used by just the same columns, and a shuffle among
    those would leave most labels where they are.
    """
    columns = len(problem.columns)
    uses = (problem.codes != LEFT_OUT).sum(1)
    if ((uses <= 1) | (uses == columns)).all():
        together = shuffled_sources(problem, fold, permutations, seed)
        return np.broadcast_to(together, (columns, *together.shape))
    alone = (
        shuffled_sources(problem.only(column), fold, permutations, [seed, column])
        for column in range(columns)
    )
    return np.stack(list(alone))


def shuffled_sources(
    problem: Problem, fold: Int[np.ndarray, " trials"], permutations: int, seed: int | list[int]
) -> Int[np.ndarray, "permutations trials"]:
    """For each permutation and trial, the trial whose labels it takes, for all columns together.

    Labels move only within a fold, which keeps the folds stratified as they were drawn, and between trials that the
    same columns use. Where all trials of a group share their labels, whole groups of equal size swap them; otherwise
    they move within groups.

    Raises:
        AnalysisError: the labels can be arranged in fewer than 20 ways.
    """
    first, group = np.unique(problem.groups, return_index=True, return_inverse=True)[1:]
    used = problem.codes != LEFT_OUT
    whole = (problem.codes == problem.codes[first][group]).all()
    units = first if whole else np.arange(group.size)
    within = np.bincount(group)[group] if whole else group
    block = _numbered(np.column_stack([fold, within, used])[units])
    _refuse_few_arrangements(problem.codes[units], block)
    moved = units[_within_blocks(block, permutations, np.random.default_rng(seed))]
    return (moved[:, group] if whole else moved).astype(np.int32)


def _within_blocks(
    block: np.ndarray, permutations: int, rng: np.random.Generator
) -> Int[np.ndarray, "permutations units"]:
    places = np.argsort(block, kind="stable")
    drawn = np.empty((permutations, block.size), dtype=np.int32)
    for line in drawn:
        line[places] = np.argsort(block + rng.random(block.size))
    return drawn


def _refuse_few_arrangements(codes: np.ndarray, block: np.ndarray) -> None:
    kinds = _numbered(np.column_stack([block, codes]))
    logs = gammaln(np.bincount(block) + 1).sum() - gammaln(np.bincount(kinds) + 1).sum()
    if logs < math.log(FEWEST_ARRANGEMENTS) - 1e-9:
        raise AnalysisError(
            f"the labels can be arranged in only {math.exp(logs):.0f} ways without leaving their fold and group; "
            "a permutation test needs 20: use fewer folds, smaller groups, or permutations=0"
        )


def _numbered(rows: np.ndarray) -> np.ndarray:
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
