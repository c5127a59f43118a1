"""Steps to a criterion, where some runs never reach it: those are counted as watched, not left out."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

from analysis.errors import AnalysisError
from analysis.estimates import Curve, Difference, Estimate
from analysis.inference.permutation import DEFAULT, Permutation
from analysis.values import Values, checked, checked_pairs


@dataclass(frozen=True)
class StepsToCriterion:
    """When each run reached the criterion, or until when it was watched in vain (censored on the right).

    Raises:
        AnalysisError: there is no run, or a step is not finite and positive.
    """

    steps: Float[np.ndarray, " runs"]
    reached: Bool[np.ndarray, " runs"]

    def __post_init__(self):
        if not checked(self.steps).min() > 0 or self.reached.shape != self.steps.shape:
            raise AnalysisError(
                f"expected positive steps and whether each was reached, got {self.steps} and {self.reached}"
            )

    @classmethod
    def of_curves(
        cls, curves: Sequence[tuple[Values, Values]], criterion: float, *, hold: int = 1
    ) -> "StepsToCriterion":
        """Read each run's (steps, scores): the first evaluation that is at or above the criterion.

        With `hold`, the first of as many in a row, so that a lucky evaluation is no arrival. What happened
        between two evaluations is not known, and the later one counts.

        Raises:
            AnalysisError: steps do not increase, or a number is not finite.
        """
        found = [_arrival(*checked_pairs(steps, scores), criterion, hold) for steps, scores in curves]
        steps, reached = zip(*found, strict=True) if found else ((), ())
        return cls(np.array(steps, dtype=float), np.array(reached, dtype=bool))

    @property
    def watched(self) -> float:
        """Until when the share of runs still on their way is known: for ever, once all have arrived."""
        return math.inf if self.reached[self.steps == self.steps.max()].all() else float(self.steps.max())

    def survival(self, *, level: float = 0.95) -> Curve:
        """Share of runs still on their way after each step (Kaplan & Meier 1958); before the first, all are.

        The band is the log-log Greenwood one, NaN where all or none are on their way, for there it has none.
        """
        data = stats.CensoredData.right_censored(self.steps, ~self.reached)
        curve = stats.ecdf(data).sf
        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
            warnings.filterwarnings("ignore", "The confidence interval is undefined")  # said above
            band = curve.confidence_interval(level, method="log-log")
        low, high = band.low.probabilities, band.high.probabilities
        how = f"Kaplan–Meier, {level:.0%} log-log Greenwood"
        return Curve(curve.quantiles, curve.probabilities, low, high, self.steps.size, how)

    def restricted(self, horizon: float) -> Float[np.ndarray, " runs"]:
        """min(steps, horizon) of each run: plain numbers that pair by seed, for any test.

        Raises:
            AnalysisError: a run was watched for less than the horizon and did not arrive.
        """
        if lost := int((~self.reached & (self.steps < horizon)).sum()):
            raise AnalysisError(
                f"{lost} runs were watched for less than {horizon:g} steps; "
                f"choose a horizon up to {self.steps[~self.reached].min():g}, or restricted_mean()"
            )
        return np.minimum(self.steps, horizon)

    def restricted_mean(self, horizon: float | None = None, *, level: float = 0.95) -> Estimate:
        """Mean steps to the criterion, where nobody needs longer than the horizon (Irwin 1949).

            μ = ∫₀^h S(t) dt,   s² = n / (n − 1) · Σ_{t ≤ h} (∫_t^h S)² d_t / (r_t (r_t − d_t))

        d_t of the r_t runs on their way arrive at t. Without a run lost before the horizon this is Student's
        interval for the mean of `restricted`. By default the horizon is the last step.

        Raises:
            AnalysisError: the horizon lies beyond what was watched.
        """
        horizon = self._within(float(self.steps.max()) if horizon is None else horizon)
        mean, error = self._area(horizon)
        how = (
            f"restricted mean up to {horizon:g} steps, {int(self.reached.sum())} of {self.steps.size} arrived"
        )
        if not error > 0:
            how = f"{how}; no interval: {'all runs agree' if self.steps.size > 1 else 'one run'}"
            return Estimate(mean, math.nan, math.nan, self.steps.size, None, how)
        half = float(stats.t.ppf((1 + level) / 2, self.steps.size - 1)) * error
        how = f"{how}, {level:.0%} Greenwood with Student t"
        return Estimate(mean, mean - half, mean + half, self.steps.size, None, how)

    def _within(self, horizon: float) -> float:
        if not 0 < horizon <= self.watched:
            raise AnalysisError(f"expected a horizon above 0 and up to {self.watched:g}, got {horizon:g}")
        return horizon

    def _area(self, horizon: float) -> tuple[float, float]:
        """The area under the survival curve up to the horizon, and its standard error; NaN for one run."""
        times, arrivals = np.unique(self.steps[self.reached & (self.steps <= horizon)], return_counts=True)
        waiting = (self.steps >= times[:, None]).sum(1)
        heights = np.cumprod(np.append(1.0, 1 - arrivals / waiting))
        areas = heights * np.diff(np.concatenate([[0.0], times, [horizon]]))
        beyond = areas[::-1].cumsum()[::-1][1:]
        left = np.maximum(waiting - arrivals, 1)  # where none are left there is no area beyond
        variance = float((beyond**2 * arrivals / (waiting * left)).sum())
        n = self.steps.size
        return float(areas.sum()), math.sqrt(variance * n / (n - 1)) if n > 1 else math.nan


def steps_difference(
    a: StepsToCriterion,
    b: StepsToCriterion,
    horizon: float | None = None,
    *,
    level: float = 0.95,
    permutation: Permutation = DEFAULT,
) -> Difference:
    """How many steps later a arrives than b, up to a horizon, with the log-rank test.

    The estimate is the difference of restricted means with Welch's interval; the effect is their ratio; p
    is that of the log-rank test (Mantel 1966) by regrouping the runs, exact for few, which asks that runs of
    both sides were watched alike. By default the horizon is the last step that both can tell of. A side of one
    run has no test.

    Raises:
        AnalysisError: the horizon lies beyond what was watched.
    """
    last = max(a.steps.max(), b.steps.max())
    horizon = float(min(last, a.watched, b.watched)) if horizon is None else horizon
    (ours, our_error), (theirs, their_error) = (side._area(side._within(horizon)) for side in (a, b))
    found = permutation.independent(*_log_rank_scores(a, b))
    how = f"difference of restricted means up to {horizon:g} steps, {level:.0%} Welch t"
    low, high = _welch(ours - theirs, (our_error, their_error), (a.steps.size, b.steps.size), level)
    null = found.estimate.null
    test = f"log-rank, {null.how}" if null else "log-rank"
    estimate = Estimate(ours - theirs, low, high, found.n, None, how)
    return Difference(estimate, found.p, ours / theirs, found.n, test, "ratio of steps")


def _log_rank_scores(a: StepsToCriterion, b: StepsToCriterion) -> tuple[np.ndarray, np.ndarray]:
    """Arrivals minus those expected while waiting, by run: their sum over a side is the log-rank numerator."""
    steps, reached = np.concatenate([a.steps, b.steps]), np.concatenate([a.reached, b.reached])
    times, arrivals = np.unique(steps[reached], return_counts=True)
    hazard = np.cumsum(arrivals / (steps >= times[:, None]).sum(1))
    expected = np.append(0.0, hazard)[np.searchsorted(times, steps, side="right")]
    scores = reached - expected
    return scores[: a.steps.size], scores[a.steps.size :]


def _welch(
    gap: float, errors: tuple[float, float], sizes: tuple[int, int], level: float
) -> tuple[float, float]:
    squares = np.square(errors)
    if not squares.sum() > 0:
        return math.nan, math.nan
    freedom = squares.sum() ** 2 / (squares**2 / (np.array(sizes) - 1)).sum()
    half = float(stats.t.ppf((1 + level) / 2, freedom)) * math.sqrt(squares.sum())
    return gap - half, gap + half


def _arrival(steps: np.ndarray, scores: np.ndarray, criterion: float, hold: int) -> tuple[float, bool]:
    if not (np.diff(steps) > 0).all():
        raise AnalysisError(f"expected steps that increase, got {steps}; sort each run's evaluations")
    if hold < 1:
        raise AnalysisError(f"expected at least one evaluation to hold, got {hold}")
    above = np.convolve(scores >= criterion, np.ones(hold, dtype=int), "valid") == hold
    if hold > scores.size or not above.any():
        return float(steps[-1]), False
    return float(steps[above.argmax()]), True
