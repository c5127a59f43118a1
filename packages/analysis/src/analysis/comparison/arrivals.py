"""Arms compared by when their networks reached something, where some never do."""

import math
from collections.abc import Mapping

import numpy as np
import polars as pl

from analysis.assays.measures import Measure
from analysis.comparison.arms import VERDICTS, Comparison, Result, in_order, judged
from analysis.comparison.comparability import Comparability
from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.inference.survival import StepsToCriterion, steps_difference


def compare_arrivals(
    values: pl.DataFrame,
    baseline: str,
    measure: Measure,
    *,
    alpha: float = 0.05,
    checked: Comparability | None = None,
) -> Comparison:
    """Compare every arm with the baseline by the log-rank test, with networks as the units.

    `values` has the columns arm, seed, `value`, the step, and `reached`, false where a network was watched up to that
    step in vain. Estimates are restricted means up to the last step that is known of all arms, and none where no
    network arrived; p is corrected over the arms (Holm).

    Raises:
        AnalysisError: the baseline is no arm.
    """
    checked = checked or Comparability()
    sides = {arm: _side(values, arm) for arm in in_order(values, baseline)}
    horizon = _horizon(sides)
    blocked = {arm: "; ".join(why) for arm, why in checked.reasons.items()}
    drafts = [_draft(arm, sides, baseline, horizon, blocked, measure.bounds) for arm in sides]
    results = judged(drafts, VERDICTS[measure.higher_is_better], alpha)
    notes = (*checked.notes, *(f"{arm}: {_arrived(side)} networks arrived" for arm, side in sides.items()))
    return Comparison(
        measure.name, baseline, tuple(sides), (), None, measure.higher_is_better, alpha, results, notes
    )


def _side(values: pl.DataFrame, arm: str) -> StepsToCriterion:
    rows = values.filter(pl.col("arm") == arm).sort("seed")
    if rows.is_empty():
        raise AnalysisError(f"the baseline {arm} is not an arm: {', '.join(sorted(set(values['arm'])))}")
    return StepsToCriterion(rows["value"].to_numpy().astype(float), rows["reached"].to_numpy())


def _horizon(sides: Mapping[str, StepsToCriterion]) -> float:
    last = max(float(side.steps.max()) for side in sides.values())
    return min(last, *(side.watched for side in sides.values()))


def _draft(
    arm: str,
    sides: Mapping[str, StepsToCriterion],
    baseline: str,
    horizon: float,
    blocked: Mapping[str, str],
    bounds: tuple[float, float],
) -> Result:
    estimate = _estimate(sides[arm], horizon, bounds)
    if arm == baseline:
        return Result({}, arm, estimate, None, math.nan, "baseline")
    few = next(
        (f"{each} has 1 seed, a test needs 2 or more" for each in (arm, baseline) if _one(sides[each])), ""
    )
    if reason := blocked.get(arm) or blocked.get(baseline) or few:
        return Result({}, arm, estimate, None, math.nan, "not comparable", reason)
    gap = steps_difference(sides[arm], sides[baseline], horizon)
    return Result({}, arm, estimate, gap, math.nan, "no detectable difference")


def _estimate(side: StepsToCriterion, horizon: float, bounds: tuple[float, float]) -> Estimate:
    """The restricted mean; none where nobody arrived, for that mean would be how long they were watched."""
    if not (side.reached & (side.steps <= horizon)).any():
        count = side.steps.size
        return Estimate.not_estimable(f"none of {count} arrived in {horizon:g} steps", n=count)
    return side.restricted_mean(horizon).within(max(0.0, bounds[0]), bounds[1])


def _one(side: StepsToCriterion) -> bool:
    return side.steps.size < 2


def _arrived(side: StepsToCriterion) -> str:
    return f"{int(np.sum(side.reached))} of {side.steps.size}"
