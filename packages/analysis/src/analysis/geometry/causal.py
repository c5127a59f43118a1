"""Whether moving a state along one direction changes the answer more than moving it along another."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.inference.student_t import cluster_estimate
from analysis.shown import Shown
from analysis.trials import Labels, finite_array, same_length

Verdict = Literal["specific", "not specific", "no detectable difference"]


@dataclass(frozen=True)
class Push:
    """Response of each trial, such as P(match), after its state was moved, and how far it was moved."""

    response: Float[np.ndarray, " trials"]
    size: float


@dataclass(frozen=True)
class CausalTest(Shown):
    """Change of the response by a push, against random directions and against that of an irrelevant property.

    `effect` is held against the effects of the random directions; `irrelevant` is the other property's effect, and
    `over_irrelevant` how much further the property moves the response, |effect| − |irrelevant|.
    """

    effect: Estimate
    irrelevant: Estimate
    over_irrelevant: Estimate

    @property
    def verdict(self) -> Verdict:
        """Specific: beyond random directions and beyond the irrelevant property's. Not specific: only the former."""
        null = self.effect.null
        if null is None or null.p >= 0.05:
            return "no detectable difference"
        return "specific" if self.over_irrelevant.low > 0 else "not specific"

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return finite({**asdict(self), "verdict": self.verdict})


def causal_test(
    untouched: Float[np.ndarray, " trials"],
    push: Push,
    irrelevant: Push,
    random: Sequence[Push],
    groups: Labels,
) -> CausalTest:
    """Compare the mean change of the response over trials, pushed − untouched, between pushes of equal size.

    The states were pushed elsewhere, and the response read after the next step with its true input. p counts
    the random directions that move the response at least as far either way, |effect|; 19 are the fewest that can show
    p < 0.05. Intervals are over groups.

    Raises:
        AnalysisError: pushes of unequal size, fewer than 19 random directions, other lengths, or a number that is not
            finite.
    """
    pushes = [push, irrelevant, *random]
    _check_sizes(pushes)
    untouched = finite_array("untouched", untouched, "trials")
    (groups,) = same_length(len(untouched), groups=groups)
    gaps = np.stack([_gap(each, untouched) for each in pushes])
    effect, other = (cluster_estimate(row, groups, chance=0.0) for row in gaps[:2])
    null = null_of(
        abs(effect.value), np.abs(gaps[2:].mean(1)), "random directions, |effect|", alternative="greater"
    )
    signs = np.sign(gaps[:2].mean(1))
    over = cluster_estimate(signs[0] * gaps[0] - signs[1] * gaps[1], groups, chance=0.0)
    how = "mean change of the response, 95% Student t over groups"
    return CausalTest(
        replace(effect, how=how, null=null),
        replace(other, how=how),
        replace(over, how="|effect| - |effect of the irrelevant property|, 95% Student t over groups"),
    )


def dose_response(
    doses: Float[np.ndarray, " doses"],
    responses: Float[np.ndarray, "pushes trials"],
    groups: Labels,
) -> Estimate:
    """Slope of the response over doses: least squares within each trial, mean and interval over groups.

        b_i = Σ_d (d − d̄) r_id / Σ_d (d − d̄)²

    Raises:
        AnalysisError: fewer than two different doses, not one row per dose, or a number that is not finite.
    """
    doses, responses = (
        finite_array("doses", doses, "doses"),
        finite_array("responses", responses, "doses trials"),
    )
    if np.ptp(doses) == 0 or len(doses) != len(responses):
        raise AnalysisError(
            f"expected responses to at least two different doses, got {len(responses)} rows for {np.unique(doses).size}"
        )
    (groups,) = same_length(responses.shape[1], groups=groups)
    centred = doses - doses.mean()
    slopes = centred @ responses / (centred @ centred)
    return replace(
        cluster_estimate(slopes, groups, chance=0.0),
        how="slope of the response over doses, 95% Student t over groups",
    )


def control_directions(
    direction: Float[np.ndarray, " features"],
    count: int,
    *,
    like: Float[np.ndarray, "trials features"] | None = None,
    seed: int = 0,
) -> Float[np.ndarray, "count features"]:
    """Random directions of the given one's length.

    Without `like` they point anywhere; with it they are drawn from that activity's covariance. The states of a
    network fill few of its dimensions, and a push out of all of them is a weak control.

    Raises:
        AnalysisError: a direction of no length, other features, or a number that is not finite.
    """
    direction = finite_array("direction", direction, "features")
    rng = np.random.default_rng(seed)
    if like is None:
        drawn = rng.normal(size=(count, direction.size))
    else:
        activity = finite_array("like", like, "trials features")
        drawn = rng.normal(size=(count, len(activity))) @ (activity - activity.mean(0))
    sizes = np.linalg.norm(drawn, axis=1, keepdims=True)
    if drawn.shape[1] != direction.size or not (direction.any() and (sizes > 0).all()):
        raise AnalysisError(
            f"expected a direction and activity of the same features that are not zero, got {direction.size} "
            f"and {drawn.shape[1]} features"
        )
    return drawn / sizes * np.linalg.norm(direction)


def _check_sizes(pushes: Sequence[Push]) -> None:
    if len(pushes) < 21:
        raise AnalysisError(
            f"expected at least 19 random directions, got {len(pushes) - 2}: p could not be below 0.05"
        )
    sizes = np.array([push.size for push in pushes])
    if not (sizes > 0).all() or np.ptp(sizes) > 1e-6 * sizes.max():
        raise AnalysisError(
            f"expected pushes of one size above zero, got {sizes.min():.4g} to {sizes.max():.4g}: a longer push "
            "moves more whatever its direction"
        )


def _gap(push: Push, untouched: np.ndarray) -> np.ndarray:
    response = finite_array("response", push.response, "trials")
    same_length(len(untouched), response=response)
    return response - untouched
