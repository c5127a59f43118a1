"""Whether attention differs where trials succeed or fail, are easy or hard, and whether it lies on the object."""

from collections.abc import Callable, Hashable

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, null_of
from analysis.inference.jackknife import jackknife
from analysis.patterns.ratios import ratio_of_sums
from analysis.trials import Labels, finite_array, same_length

Score = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def outcome_difference(
    values: Float[np.ndarray, " items"],
    outcome: Bool[np.ndarray, " items"],
    *,
    groups: Labels | None = None,
    within: Labels | None = None,
    permutations: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Mean of a statistic where the outcome is true less where it is false, within each stratum.

        D = Σ_s w_s (mean_s(true) − mean_s(false)) / Σ_s w_s,   w_s = n_s1 n_s0 / (n_s1 + n_s0)

    `outcome` is correct or failed, easy or hard; `within` is the task, so that tasks that differ in both do
    not make a difference. Strata with one outcome only say nothing, and are counted in `how`. The interval is
    a jackknife over `groups`; the null exchanges the outcomes of whole groups that hold the same strata.

    Raises:
        AnalysisError: lengths that differ, or numbers that are not finite.
    """
    return _settled(
        _stratified_gap, "difference within strata", values, outcome, groups, within, permutations, seed
    )


def outcome_correlation(
    values: Float[np.ndarray, " items"],
    score: np.ndarray,
    *,
    groups: Labels | None = None,
    within: Labels | None = None,
    rank: bool = True,
    permutations: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Correlation of a statistic with a score after both are ranked (or only centred) within each stratum.

    Entropy against correctness, say, within the task: the pooled correlation would mix tasks that differ in
    both. Interval and null as in `outcome_difference`.

    Raises:
        AnalysisError: lengths that differ, or numbers that are not finite.
    """
    values, score = finite_array("values", values, "items"), finite_array("score", score, "items")
    within = np.zeros(values.size) if within is None else within
    _, strata = same_length(values.size, score=score, within=within)
    if rank:
        values, score = _ranks(values, strata), _ranks(score, strata)
    what = f"{'Spearman' if rank else 'Pearson'} correlation within strata"
    return _settled(_centred_correlation, what, values, score, groups, strata, permutations, seed)


def mass_on_mask(
    maps: Float[np.ndarray, "items cells"],
    masks: Bool[np.ndarray, "items cells"],
    groups: Labels | None = None,
    *,
    permutations: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Attention on the object over the object's share of the cells; 1 is what uniform attention gives.

        R = mean over items of Σ_{c∈mask} a_c / mean over items of |mask| / |cells|

    Items whose mask is empty are left out and counted in `how`. The null lays each map on the mask of another
    item, which keeps a preference for the centre of the image.

    Raises:
        AnalysisError: maps that are no distributions, other shapes, or not one group per item.
    """
    maps = finite_array("maps", maps, "items cells")
    if masks.shape != maps.shape or (np.abs(maps.sum(1) - 1) > 1e-3).any() or maps.min() < 0:
        raise AnalysisError(
            f"expected maps that sum to 1 and masks of their shape {maps.shape}, got masks {masks.shape}"
        )
    (units,) = same_length(len(maps), groups=np.arange(len(maps)) if groups is None else groups)
    there = masks.any(1)
    empty = f"{int((~there).sum())} of {there.size} masks are empty"
    if not there.any():
        return Estimate.not_estimable(empty, chance=1.0)
    maps, masks, units = maps[there], masks[there], np.unique(units[there], return_inverse=True)[1]
    mass, area = (np.bincount(units, weights=each) for each in ((maps * masks).sum(1), masks.mean(1)))
    found, rng = ratio_of_sums(mass, area), np.random.default_rng(seed)
    mixed = [(maps[rng.permutation(len(maps))] * masks).sum() for _ in range(permutations)]
    null = null_of(found.value, np.array(mixed) / masks.mean(1).sum(), "maps on the masks of other items")
    how = f"attention on the mask over its area, {found.how}; {empty}"
    return Estimate(found.value, found.low, found.high, found.n, 1.0, how, null)


def _settled(
    statistic: Score,
    what: str,
    values: np.ndarray,
    other: np.ndarray,
    groups: Labels | None,
    within: Labels | None,
    permutations: int,
    seed: int,
) -> Estimate:
    values, other = finite_array("values", values, "items"), finite_array("outcome", other, "items")
    every = np.arange(values.size)
    groups, strata = same_length(
        values.size,
        groups=every if groups is None else groups,
        within=every * 0 if within is None else within,
    )
    same_length(values.size, outcome=other)
    strata = np.unique(strata, return_inverse=True)[1]
    usable, silent = _telling(other, strata)
    if not usable.any():
        return Estimate.not_estimable("the outcome is the same everywhere within each stratum", chance=0.0)
    values, other, groups, strata = values[usable], other[usable], groups[usable], strata[usable]
    if np.unique(groups).size < 5:
        return Estimate.not_estimable("fewer than five groups of items", n=np.unique(groups).size, chance=0.0)

    def of_items(index: np.ndarray) -> float:
        return statistic(values[index], other[index], strata[index])

    found = jackknife(of_items, groups, seed=seed)
    exchange = _Exchange(groups, strata)
    rng = np.random.default_rng(seed)
    draws = np.array([statistic(values, other[exchange(rng)], strata) for _ in range(permutations)])
    null = null_of(found.value, draws, f"outcomes of like groups exchanged, {permutations} draws")
    how = f"{what}, {found.how}; {silent} strata with one outcome left out"
    return Estimate(found.value, found.low, found.high, found.n, 0.0, how, null)


class _Exchange:
    """Orders of the items that exchange whole groups which hold the same strata in the same numbers."""

    def __init__(self, groups: np.ndarray, strata: np.ndarray):
        order = np.lexsort((strata, groups))
        edges = np.flatnonzero(np.diff(np.unique(groups, return_inverse=True)[1][order])) + 1
        kinds: dict[Hashable, list[np.ndarray]] = {}
        for items in np.split(order, edges):
            kinds.setdefault(tuple(strata[items].tolist()), []).append(items)
        self.blocks = [np.stack(alike) for alike in kinds.values()]
        self.size = groups.size

    def __call__(self, rng: np.random.Generator) -> np.ndarray:
        place = np.empty(self.size, dtype=int)
        for alike in self.blocks:
            place[alike] = rng.permutation(alike)
        return place


def _telling(other: np.ndarray, strata: np.ndarray) -> tuple[np.ndarray, int]:
    """Which items stand in a stratum where the outcome varies, and how many strata do not."""
    varies = np.array([np.ptp(other[strata == stratum]) > 0 for stratum in range(strata.max() + 1)])
    return varies[strata], int((~varies).sum())


def _stratified_gap(values: np.ndarray, outcome: np.ndarray, strata: np.ndarray) -> float:
    ones, counts = np.bincount(strata, weights=outcome), np.bincount(strata).astype(float)
    sums, above = np.bincount(strata, weights=values), np.bincount(strata, weights=values * outcome)
    there = (ones > 0) & (ones < counts)
    ones, counts, sums, above = ones[there], counts[there], sums[there], above[there]
    gap = above / ones - (sums - above) / (counts - ones)
    weight = ones * (counts - ones) / counts
    return float(gap @ weight / weight.sum()) if there.any() else np.nan


def _centred_correlation(values: np.ndarray, score: np.ndarray, strata: np.ndarray) -> float:
    one, two = _centred(values, strata), _centred(score, strata)
    size = np.sqrt((one @ one) * (two @ two))
    return float(one @ two / size) if size > 0 else 0.0


def _centred(values: np.ndarray, strata: np.ndarray) -> np.ndarray:
    counts = np.maximum(np.bincount(strata), 1)
    return values - (np.bincount(strata, weights=values) / counts)[strata]


def _ranks(values: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Ranks within each stratum, as shares of its size so that strata of any size weigh alike per item."""
    ranks = np.empty(values.size)
    for stratum in np.unique(strata):
        inside = strata == stratum
        ranks[inside] = stats.rankdata(values[inside]) / inside.sum()
    return ranks
