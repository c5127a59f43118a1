"""Stored maps of attention, averaged over items, to be looked at by arm, layer, head and condition."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from analysis.drawings.drawing import Drawing
from analysis.figures.matrices import heat_map
from analysis.interactive import Interactive, matrix_view
from analysis.report.wording import plain
from analysis.store import Run

EVERY = "every condition"


def attention_drawing(arms: Mapping[str, Sequence[Run]], condition: str | None = None) -> Drawing | None:
    """Mean maps of the test splits in multiples of uniform attention; None where no arm stored maps.

    `condition` is a column of the trials whose levels can be chosen, such as the feature a task asks for.
    """
    maps = {
        (arm, *key): mean for arm, runs in arms.items() for key, mean in mean_maps(runs, condition).items()
    }
    if not maps:
        return None
    limits = min(each.min() for each in maps.values()), max(each.max() for each in maps.values())
    views = {
        key: matrix_view(
            each,
            label="multiples of uniform",
            axes=("row", "column"),
            centre=1.0,
            limits=(float(limits[0]), float(limits[1])),
        )
        for key, each in maps.items()
    }
    (arm, layer, head, _), first = next(iter(maps.items()))
    return Drawing(
        "attention-maps",
        heat_map(first, label="multiples of uniform", x="column", y="row", against={"uniform": 1.0}),
        "Where attention goes, mean over the frames of the test splits and over networks; printed is "
        f"{arm}, {plain(layer)}, {head}. The selectors show other arms, layers, heads and conditions on that scale.",
        f"Map of attention of {arm}: {first.min():.2f} to {first.max():.2f} times what uniform attention gives a cell.",
        "1 is uniform attention, which is what pooling without attention does.",
        Interactive(views, ("arm", "layer", "head", condition or "condition")),
    )


def mean_maps(runs: Sequence[Run], condition: str | None) -> dict[tuple[str, str, str], np.ndarray]:
    """By layer, head and level of the condition: mean over networks of the mean over items, in multiples of uniform."""
    found: dict[tuple[str, str, str], list[np.ndarray]] = {}
    for run in runs:
        for key, mean in _maps(run, condition):
            found.setdefault(key, []).append(mean)
    return {key: np.mean(means, axis=0) for key, means in found.items() if len({m.shape for m in means}) == 1}


def _maps(run: Run, condition: str | None) -> Iterator[tuple[tuple[str, str, str], np.ndarray]]:
    trials = run.trials().with_row_index()
    tested = trials.filter(pl.col("split").str.starts_with("test/"))
    conditions = {EVERY: tested["index"].to_numpy()}
    if condition in trials.columns:
        parts = tested.group_by(condition, maintain_order=True)
        conditions |= {plain(level): part["index"].to_numpy() for (level,), part in parts}
    for name, weights in run.attention().items():
        if not name.endswith("/weights") or weights.ndim != 4:
            continue
        for level, rows in conditions.items():
            means = weights[rows].mean(0) * weights[0, 0].size
            for head, mean in enumerate(means):
                yield (name.removesuffix("/weights"), f"head {head + 1}", level), mean.astype(float)
