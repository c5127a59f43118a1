"""The plain table: what the attention of each layer and head is like."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.inference.student_t import cluster_estimate
from analysis.patterns.attention import AttentionPattern
from analysis.words import by_name

THRESHOLDS = (0.001, 0.01, 0.05, 0.1, 0.5)
Labels = Sequence | np.ndarray
Row = dict[str, str | int | float | None]
SCHEMA = {
    "layer": pl.String,
    "head": pl.Int64,
    "statistic": pl.String,
    **dict.fromkeys(("mean", "low", "high", "sd", "smallest", "largest", "range", "variance"), pl.Float64),
    "n": pl.Int64,
    "missing": pl.Int64,
    "how": pl.String,
}


def pattern_table(
    layers: Mapping[str, AttentionPattern],
    groups: Labels | None = None,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    positions: np.ndarray | None = None,
) -> pl.DataFrame:
    """One row per layer, head and statistic: mean, interval, sd, smallest, largest, range, variance.

    `weight` is over all pairs that may attend; the other statistics are over queries, and `below_x` is the
    share of keys that get less than x. With `positions` `[tokens axes]` of queries and keys, `distance` is how far
    queries look. Intervals are over the items of the first batch axis, or over the
    groups they come from; one map has none, for its queries are not independent. `missing` counts the rows
    of queries that have no such statistic. What cannot be had from what was stored is null, with the reason.

    Raises:
        AnalysisError: there are no layers, or not one group per item.
    """
    by_name("layers", layers, "layers of attention")
    if not layers:
        raise AnalysisError("expected at least one layer of attention, got none")
    rows = [
        row for name, layer in layers.items() for row in _layer(name, layer, groups, thresholds, positions)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def head_estimate(values: np.ndarray, groups: Labels | None = None) -> Estimate:
    """The mean of a statistic `[*batch, queries]` of one head, with its interval over items or their groups.

    Each item counts by the mean of its rows; items whose rows are all NaN are left out, and `how` says how
    many.
    """
    known = ~np.isnan(values)
    if values.ndim == 1:
        why = "mean over the queries of one map, which are not independent: no interval"
        return Estimate(float(values[known].mean()), np.nan, np.nan, 1, None, why)
    axes = tuple(range(1, values.ndim))
    counted = known.any(axes)
    items = np.where(known, values, 0.0).sum(axes)[counted] / known.sum(axes)[counted]
    groups = np.arange(len(values)) if groups is None else np.asarray(groups)
    if len(groups) != len(values):
        raise AnalysisError(f"expected one group per item ({len(values)}), got {len(groups)}")
    found = cluster_estimate(items, groups[counted])
    left_out = "" if counted.all() else f"; {int((~counted).sum())} of {len(values)} items have none"
    return Estimate(found.value, found.low, found.high, found.n, None, found.how + left_out)


def _layer(
    name: str,
    layer: AttentionPattern,
    groups: Labels | None,
    thresholds: Sequence[float],
    positions: np.ndarray | None,
) -> Iterator[Row]:
    statistics = {**layer.row_statistics(), **{f"below_{each:g}": layer.below(each) for each in thresholds}}
    if positions is not None:
        statistics["distance"] = layer.distance(positions, positions)
    weights = list(_weights(layer))
    for head in range(layer.heads):
        yield {"layer": name, "head": head, **weights[head]}
        for statistic, values in statistics.items():
            reason = layer.gaps.get(statistic, "the stored weights are too few to count those above")
            found = _statistic(values[..., head, :], groups, reason)
            yield {"layer": name, "head": head, "statistic": statistic, **found}


def _weights(layer: AttentionPattern) -> Iterator[Row]:
    found = layer.moments()
    names = ("mean", "sd", "variance", "smallest", "largest", "range")
    for head in range(layer.heads):
        plain = {name: _known(getattr(found, name)[head]) for name in names}
        how = "over all pairs that may attend" + _why(layer, plain["smallest"])
        yield {"statistic": "weight", **plain, "n": found.count, "missing": 0, "how": how}


def _statistic(values: np.ndarray, groups: Labels | None, reason: str) -> Row:
    known = values[~np.isnan(values)]
    if known.size == 0:
        return {"n": 0, "missing": values.size, "how": f"not estimable: {reason}"}
    found = head_estimate(values, groups)
    low, high = float(known.min()), float(known.max())
    return {
        **{"mean": found.value, "low": _known(found.low), "high": _known(found.high)},
        **{"sd": float(known.std()), "variance": float(known.var())},
        **{"smallest": low, "largest": high, "range": high - low},
        **{"n": found.n, "missing": values.size - known.size, "how": found.how},
    }


def _why(layer: AttentionPattern, smallest: float | None) -> str:
    return f"; smallest: {layer.gaps['smallest']}" if smallest is None else ""


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
