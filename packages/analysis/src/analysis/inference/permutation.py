"""Tests by rearranging the data: every arrangement where there are few, random ones where there are many."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from analysis.estimates import Difference, Estimate, Null, null_of
from analysis.inference.student_t import difference, mean_estimate, paired_difference
from analysis.values import Reduced, Values, checked, checked_pairs, paired_gaps, without_rounding
from analysis.words import one_of

Exchange = Literal["samples", "independent", "pairings"]
"""What may change places under the null, in SciPy's words: signs, units between sides, partners of pairs."""


@dataclass(frozen=True)
class Permutation:
    """Tests that assume exchangeable units and no distribution: the same seed gives the same p.

    Up to `draws` arrangements all are counted, and the test is exact; of more, `draws` are drawn, and p is
    (1 + as extreme) / (1 + draws) (Phipson & Smyth 2010). An exact p cannot fall below 1 / arrangements, twice
    that with two sides: 0.0625 for five pairs. The null says how many there were, and a single unit has none.
    Every method raises AnalysisError where there are no values, where one is not finite, or lengths differ.
    """

    draws: int = 9999
    seed: int = 0
    alternative: str = "two-sided"

    def __post_init__(self):
        one_of("alternative", self.alternative, ("greater", "less", "two-sided"))

    def paired(self, a: Values, b: Values) -> Difference:
        """Mean of a − b over units that pair, by flipping signs; interval and g as in `paired_difference`."""
        return _tested(paired_difference(a, b), self._signs(paired_gaps(a, b)), "sign flip")

    def independent(self, a: Values, b: Values) -> Difference:
        """mean(a) − mean(b), by moving units between the sides; interval and g as in `difference`.

        The null is that both sides are alike, their spread as well as their mean.
        """
        a, b = checked(a), checked(b)
        both = without_rounding(np.concatenate([a, b]), max(np.abs(a).max(), np.abs(b).max()))
        sides = (both[: a.size], both[a.size :])
        return _tested(difference(a, b), self._null(sides, _gap, "independent"), "permutation")

    def against_chance(self, values: Values, chance: float) -> Estimate:
        """The mean with Student's interval against chance, by flipping the signs of values − chance.

        The null is that values lie symmetrically about chance.
        """
        values = checked(values)
        null = self._signs(paired_gaps(values, np.full(values.size, chance)))
        moved = null and replace(null, **{at: getattr(null, at) + chance for at in ("value", "low", "high")})
        return replace(mean_estimate(values, chance=chance), null=moved)

    def association(self, a: Values, b: Values, statistic: Callable[..., Reduced]) -> Estimate:
        """A statistic of values that pair, such as a correlation, by shuffling who pairs with whom.

        It has no interval: `Bootstrap.paired` of the same statistic has.
        """
        a, b = checked_pairs(a, b)
        null = self._null((a,), lambda shuffled: statistic(shuffled, b), "pairings")
        return Estimate(float(statistic(a, b)), math.nan, math.nan, a.size, None, "statistic of pairs", null)

    def _signs(self, gaps: np.ndarray) -> Null | None:
        return self._null((gaps,), np.mean, "samples")

    def _null(
        self, data: tuple[np.ndarray, ...], statistic: Callable[..., Reduced], exchange: Exchange
    ) -> Null | None:
        if min(map(len, data)) < 2:
            return None
        found = stats.permutation_test(
            data,
            statistic,
            permutation_type=exchange,
            n_resamples=self.draws,
            batch=max(1, 2**22 // sum(map(len, data))),
            alternative="two-sided",
            rng=np.random.default_rng(self.seed),
        )
        exact = _arrangements(data, exchange) <= self.draws
        how = f"{'all' if exact else ''} {found.null_distribution.size} {NAMES[exchange]}".strip()
        return null_of(
            float(found.statistic), found.null_distribution, how, alternative=self.alternative, exact=exact
        )


DEFAULT = Permutation()

NAMES = {"samples": "sign flips", "independent": "regroupings", "pairings": "pairings"}


def _arrangements(data: tuple[np.ndarray, ...], exchange: Exchange) -> int:
    sizes = [len(sample) for sample in data]
    counts = {
        "samples": lambda: 2 ** sizes[0],
        "independent": lambda: math.comb(sum(sizes), sizes[0]),
        "pairings": lambda: math.factorial(sizes[0]),
    }
    return counts[exchange]()


def _gap(a: np.ndarray, b: np.ndarray, axis: int = -1) -> Reduced:
    return a.mean(axis=axis) - b.mean(axis=axis)


def _tested(found: Difference, null: Null | None, test: str) -> Difference:
    """Student's difference with the p of a permutation test; no test, no p."""
    estimate = replace(found.estimate, null=null)
    return replace(found, estimate=estimate, p=null.p if null else math.nan, test=test)
