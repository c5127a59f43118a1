"""Bootstrap intervals: over units, pairs, groups of items, seeds and their trials."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import stats

from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.inference.group_draws import Labels, drawn_again, positions, table
from analysis.values import Reduced, Values, checked, checked_pairs, without_rounding

Statistic = Callable[..., Reduced]
"""A reduction of one or two arrays; with an `axis` argument, as NumPy's have, it is much faster."""

Draw = Callable[[np.random.Generator], Reduced]

FEWEST = 5
"""Fewer units have too few distinct resamples to tell an interval from."""


def expanded_level(level: float, n: int, freedom: int | None = None) -> float:
    """Ask a bootstrap of few units for a wider interval, so that it covers what it says.

        1 − 2 Φ(−√(n / (n − 1)) · t),   t = Student's quantile of `level` with n − 1 degrees of freedom

    Hesterberg (2015): resampling n units understates their variance by (n − 1) / n and knows no t.
    """
    t = stats.t.ppf((1 + level) / 2, n - 1 if freedom is None else freedom)
    return float(1 - 2 * stats.norm.cdf(-math.sqrt(n / (n - 1)) * t))


@dataclass(frozen=True)
class Bootstrap:
    """Intervals by drawing the data again: the same seed gives the same interval.

    BCa (Efron 1987, by SciPy) where units are drawn, percentile where groups are, both at `expanded_level`.
    With fewer than five units, or units that all agree, there is a value but no interval, and `how` says so.
    Every method raises AnalysisError where there are no values, where lengths differ, and where a value or
    the statistic is not finite.
    """

    level: float = 0.95
    resamples: int = 9999
    seed: int = 0

    def units(
        self, values: Values, statistic: Statistic = np.mean, *, chance: float | None = None
    ) -> Estimate:
        """Any statistic of independent units."""
        return self._bca((checked(values),), statistic, chance, "units")

    def paired(
        self, a: Values, b: Values, statistic: Statistic | None = None, *, chance: float | None = None
    ) -> Estimate:
        """Any statistic of values that pair, drawn pair by pair; mean(a) − mean(b) unless told."""
        return self._bca(checked_pairs(a, b), statistic or gap_of_means, chance, "pairs", paired=True)

    def independent(
        self, a: Values, b: Values, statistic: Statistic | None = None, *, chance: float | None = None
    ) -> Estimate:
        """Any statistic of two lists of units, each drawn by itself; mean(a) − mean(b) unless told."""
        return self._bca((checked(a), checked(b)), statistic or gap_of_means, chance, "units of each side")

    def groups(
        self,
        values: Values,
        groups: Labels,
        statistic: Statistic = np.mean,
        *,
        chance: float | None = None,
    ) -> Estimate:
        """Any statistic over items, with whole groups drawn: would other groups show it? `n` is groups.

        Right whatever the items of a group share (Davison & Hinkley 1997, §3.8).
        """
        values = checked(values)
        members = table(positions(values, groups))
        return self.drawn(
            statistic(values),
            lambda rng: statistic(values[drawn_again(members, rng)]),
            len(members),
            "groups",
            chance=chance,
        )

    def hierarchical(
        self,
        values: Values,
        seeds: Labels,
        trials: Labels | None = None,
        statistic: Statistic = np.mean,
        *,
        chance: float | None = None,
    ) -> Estimate:
        """Any statistic over items, with seeds drawn, and of each drawn seed its trials; `n` is seeds.

        Items of one seed that name one trial (its time steps) stay together. Drawing twice (Saravanan, Berman
        & Sober 2020) counts the noise of trials twice: where seeds hardly differ the interval is too wide,
        and `groups` with the seeds is sharper.
        """
        values = checked(values)
        trials = np.arange(values.size) if trials is None else np.asarray(trials)
        nested = [
            table([items[part] for part in positions(items, trials[items])])
            for items in positions(values, seeds, trials)
        ]

        def draw(rng: np.random.Generator) -> Reduced:
            owned = [nested[i] for i in rng.integers(len(nested), size=len(nested))]
            return statistic(values[np.concatenate([drawn_again(trials, rng) for trials in owned])])

        return self.drawn(statistic(values), draw, len(nested), "seeds and their trials", chance=chance)

    def crossed(
        self,
        values: Float[np.ndarray, "seeds trials"],
        statistic: Statistic = np.mean,
        *,
        chance: float | None = None,
    ) -> Estimate:
        """Any statistic where every seed answered the same trials: would other seeds on other trials show it?

        Rows and columns are drawn independently (Owen 2007), so that trials that are hard for every seed
        count as few. The noise of single answers is counted three times: the interval is rather too wide. `n` is
        the smaller side.
        """
        checked(values.ravel())
        rows, columns = values.shape

        def draw(rng: np.random.Generator) -> Reduced:
            return statistic(
                values[np.ix_(rng.integers(rows, size=rows), rng.integers(columns, size=columns))]
            )

        return self.drawn(
            statistic(values), draw, min(values.shape), "seeds and trials crossed", chance=chance
        )

    def drawn(
        self, value: Reduced, draw: Draw, n: int, what: str, *, chance: float | None = None
    ) -> Estimate:
        """The percentile interval of any statistic that `draw` computes on data drawn again from n units."""
        rng = np.random.default_rng(self.seed)
        draws = [draw(rng) for _ in range(self.resamples)] if n >= FEWEST else []
        return self.percentile(value, np.array(draws, dtype=float), n, what, chance=chance)

    def percentile(
        self,
        value: Reduced,
        draws: Float[np.ndarray, " draws"],
        n: int,
        what: str,
        *,
        chance: float | None = None,
        freedom: int | None = None,
    ) -> Estimate:
        """The middle of a statistic's values on data drawn again from n units, at `expanded_level`."""
        how = f"{self.level:.0%} percentile bootstrap over {what}, {self.resamples} resamples"
        if reason := _too_few(n) or _unfit(value, draws):
            return _without_interval(value, n, chance, how, reason)
        tail = (1 - expanded_level(self.level, n, freedom)) / 2
        low, high = np.quantile(draws, [tail, 1 - tail])
        return Estimate(float(value), float(low), float(high), n, chance, how)

    def _bca(
        self,
        data: tuple[np.ndarray, ...],
        statistic: Statistic,
        chance: float | None,
        what: str,
        *,
        paired: bool = False,
    ) -> Estimate:
        sizes = [len(sample) for sample in data]
        fewest, n = min(sizes), sizes[0] if paired else sum(sizes)
        value = statistic(*data)
        how = f"{self.level:.0%} BCa bootstrap over {what}, {self.resamples} resamples"
        if reason := _too_few(fewest):
            return _without_interval(value, n, chance, how, reason)
        level = expanded_level(self.level, fewest, n - (1 if paired else len(data)))
        found = self._resampled(data, statistic, level, "BCa", paired)
        if reason := _unfit(value, found.bootstrap_distribution):
            return _without_interval(value, n, chance, how, reason)
        if math.isnan(found.confidence_interval.low):
            how = how.replace("BCa", "percentile (BCa is not defined here)")
            found = self._resampled(data, statistic, level, "percentile", paired)
        low, high = found.confidence_interval
        return Estimate(float(value), float(low), float(high), n, chance, how)

    def _resampled(
        self, data: tuple[np.ndarray, ...], statistic: Statistic, level: float, method: str, paired: bool
    ):
        """SciPy's bootstrap, in batches of some 32 MB."""
        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
            warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # `how` says so instead
            return stats.bootstrap(
                data,
                statistic,
                n_resamples=self.resamples,
                batch=max(1, 2**22 // sum(map(len, data))),
                confidence_level=level,
                method=method,
                paired=paired,
                rng=np.random.default_rng(self.seed),
            )


DEFAULT = Bootstrap()


def gap_of_means(a: np.ndarray, b: np.ndarray, axis: int = -1) -> Reduced:
    """mean(a) − mean(b)."""
    return np.mean(a, axis=axis) - np.mean(b, axis=axis)


def ratio_of_means(a: np.ndarray, b: np.ndarray, axis: int = -1) -> Reduced:
    """mean(a) / mean(b): how many times as much, with chance 1."""
    return np.mean(a, axis=axis) / np.mean(b, axis=axis)


def _too_few(n: int) -> str:
    return "" if n >= FEWEST else f"{n} units are too few to draw again, {FEWEST} are needed"


def _unfit(value: Reduced, draws: np.ndarray) -> str:
    """Say why there is no interval; nothing where there is."""
    if not np.isfinite(value):
        raise AnalysisError(f"expected a finite statistic, got {value}")
    if missing := int((~np.isfinite(draws)).sum()):
        return f"the statistic is not finite in {missing} of {draws.size} resamples"
    return "" if np.ptp(without_rounding(draws, float(np.abs(draws).max()))) else "all resamples agree"


def _without_interval(value: Reduced, n: int, chance: float | None, how: str, reason: str) -> Estimate:
    if not np.isfinite(value):
        raise AnalysisError(f"expected a finite statistic, got {value}")
    return Estimate(float(value), math.nan, math.nan, n, chance, f"{how}; no interval: {reason}")
