"""What few runs on several tasks say: the statistics of Agarwal et al. (2021) with their bootstrap.

`scores` has one row per run and one column per task. Rows are drawn whole, for one network that answers all
tasks has one fate in them; with `independent_tasks`, where each run was trained for its task alone, runs are
drawn for each task by itself, as Agarwal et al. do.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy import stats

from analysis.errors import AnalysisError
from analysis.estimates import Curve, Estimate
from analysis.inference.resampling import DEFAULT, Bootstrap
from analysis.values import Values, checked

Scores = Float[np.ndarray, "runs tasks"]
Drawn = Float[np.ndarray, "draws runs tasks"]

BATCH = 500
"""Resamples held in memory at once."""


def interquartile_mean(
    scores: Scores,
    *,
    chance: float | None = None,
    independent_tasks: bool = False,
    bootstrap: Bootstrap = DEFAULT,
) -> Estimate:
    """Mean of the middle half of all scores: neither a lucky run nor a hopeless task moves it far.

    Raises:
        AnalysisError: there are no scores, or one is not finite.
    """

    def middle(drawn: Drawn) -> Float[np.ndarray, " draws"]:
        return stats.trim_mean(drawn.reshape(len(drawn), -1), 0.25, axis=1)

    found = _estimate(scores, middle, independent_tasks, bootstrap)
    return replace(found, chance=chance, how=f"interquartile mean, {found.how}")


def optimality_gap(
    scores: Scores,
    target: float = 1.0,
    *,
    independent_tasks: bool = False,
    bootstrap: Bootstrap = DEFAULT,
) -> Estimate:
    """Mean of max(target − score, 0): what is missing, where more than the target earns nothing.

    Raises:
        AnalysisError: as `interquartile_mean`.
    """

    def missing(drawn: Drawn) -> Float[np.ndarray, " draws"]:
        return np.maximum(target - drawn, 0).mean((1, 2))

    found = _estimate(scores, missing, independent_tasks, bootstrap)
    return replace(found, how=f"gap to {target:g}, {found.how}")


def probability_of_improvement(
    ours: Scores,
    theirs: Float[np.ndarray, "their_runs their_tasks"],
    *,
    independent_tasks: bool = False,
    bootstrap: Bootstrap = DEFAULT,
) -> Estimate:
    """How likely one of our runs beats one of theirs on the same task, averaged over tasks; chance is ½.

        P = mean_task mean_ij [1(x_i > y_j) + ½ 1(x_i = y_j)]

    Raises:
        AnalysisError: the tasks differ in number, or as `interquartile_mean`.
    """
    if ours.shape[1] != theirs.shape[1]:
        raise AnalysisError(
            f"expected the same tasks on both sides, got {ours.shape[1]} and {theirs.shape[1]}; "
            "leave out what one side lacks"
        )
    sides = (
        _again(_checked(ours), independent_tasks, bootstrap),
        _again(_checked(theirs), independent_tasks, bootstrap, 1),
    )
    draws = np.concatenate([_beats(x, y) for x, y in zip(*sides, strict=True)])
    value, fewest = _beats(ours[None], theirs[None])[0], min(len(ours), len(theirs))
    freedom = (len(ours) + len(theirs) - 2) * (ours.shape[1] if independent_tasks else 1)
    found = bootstrap.percentile(value, draws, fewest, "runs of each side", chance=0.5, freedom=freedom)
    return replace(found, n=len(ours) + len(theirs), how=f"probability of improvement, {found.how}")


def performance_profile(
    scores: Scores,
    thresholds: Values,
    *,
    independent_tasks: bool = False,
    bootstrap: Bootstrap = DEFAULT,
) -> Curve:
    """Share of all scores above each threshold, with a pointwise band; none, and why, where none can be told.

    An arm whose curve lies above another's at every threshold is better at whatever counts as success.

    Raises:
        AnalysisError: no threshold, or as `interquartile_mean`.
    """
    thresholds = checked(thresholds)

    def above(threshold: float) -> Callable[[Drawn], Float[np.ndarray, " draws"]]:
        return lambda drawn: (drawn > threshold).mean((1, 2))

    rows = [_estimate(scores, above(threshold), independent_tasks, bootstrap) for threshold in thresholds]
    value, low, high = np.array([(row.value, row.low, row.high) for row in rows]).T
    how = next((row.how for row in rows if math.isnan(row.low)), rows[0].how)
    return Curve(thresholds, value, low, high, len(scores), f"share of scores above, {how}")


def _estimate(
    scores: Scores,
    statistic: Callable[[Drawn], Float[np.ndarray, " draws"]],
    independent_tasks: bool,
    bootstrap: Bootstrap,
) -> Estimate:
    runs, tasks = _checked(scores).shape
    draws = [statistic(drawn) for drawn in _again(scores, independent_tasks, bootstrap)]
    freedom = (runs - 1) * (tasks if independent_tasks else 1)
    what = "runs of each task" if independent_tasks else "runs"
    return bootstrap.percentile(
        statistic(scores[None])[0], np.concatenate(draws), runs, what, freedom=freedom
    )


def _again(scores: Scores, independent_tasks: bool, bootstrap: Bootstrap, stream: int = 0) -> Iterator[Drawn]:
    """The scores drawn again, some hundred times at once."""
    runs, tasks = scores.shape
    rng = np.random.default_rng([bootstrap.seed, stream])
    for start in range(0, bootstrap.resamples, BATCH):
        draws = min(BATCH, bootstrap.resamples - start)
        rows = rng.integers(runs, size=(draws, runs, tasks if independent_tasks else 1))
        yield scores[rows, np.arange(tasks)]


def _beats(ours: Drawn, theirs: Float[np.ndarray, "draws their_runs tasks"]) -> Float[np.ndarray, " draws"]:
    x, y = ours[:, :, None], theirs[:, None]
    return ((x > y) + 0.5 * (x == y)).mean((1, 2, 3))


def _checked(scores: Scores) -> Scores:
    checked(scores.ravel())
    return scores
