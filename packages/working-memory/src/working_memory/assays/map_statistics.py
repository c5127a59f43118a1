"""Statistics of attention maps beside distributions of their own: on the object, per head, under another task."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
from jaxtyping import Float, Int

from analysis import DensePattern, Estimate, Finding, attention_change, head_agreement, null_of, pattern_table
from analysis.patterns.ratios import ratio_of_sums
from working_memory.assays.looks import Looks

SHIFT_DRAWS = 199


def object_mass(
    looks: Looks, frames: pl.DataFrame, cover: Looks | None, permutations: int, seed: int
) -> Estimate:
    """Attention on the object over the area that it covers; 1 is what uniform attention gives.

        R = Σ_i m_i / Σ_i |object_i| / |frame|

    The null lays each map on the object of another frame of the same task, which keeps a leaning to a place. It needs
    what the object covers of each cell, of the run itself or of a control on the same frames.
    """
    if frames["mass"].null_count():
        return Estimate.not_estimable("no masks of the objects were stored", chance=1.0)
    sums = frames.group_by("group", maintain_order=True).agg(pl.col("mass", "area").sum())
    found = ratio_of_sums(sums["mass"].to_numpy(), sums["area"].to_numpy())
    empty = int((frames["area"] == 0).sum())
    found = replace(found, how=f"mass on the object over its area, {found.how}; {empty} empty masks")
    if cover is None:
        return replace(found, how=f"{found.how}; no null, for what the object covers was not stored")
    keys = ("split", "item")
    there = frames.select(keys).join(
        cover.frames.select(*keys, covered="row"), on=keys, how="left", maintain_order="left"
    )
    covered = cover.arrays["look/object_cover"][there["covered"].to_numpy()].reshape(len(frames), -1)
    mixed = exchanged(looks.maps(frames).mean(1), covered, frames["task"].to_numpy(), permutations, seed)
    how = f"maps on the objects of other frames of the task, {permutations} draws"
    return replace(found, null=null_of(found.value, mixed / frames["area"].sum(), how))


def exchanged(
    maps: Float[np.ndarray, "frames cells"],
    covered: Float[np.ndarray, "frames cells"],
    tasks: np.ndarray,
    permutations: int,
    seed: int,
) -> Float[np.ndarray, " permutations"]:
    """Sum over frames of the mass on the object, with maps exchanged among the frames of a task."""
    rng, total = np.random.default_rng(seed), np.zeros(permutations)
    for task in np.unique(tasks):
        chosen = tasks == task
        # What every map of the task has on every object of the task; an exchange picks one of each.
        mass = covered[chosen].astype(np.float32) @ maps[chosen].T
        rows = np.arange(len(mass))
        total += [float(mass[rows, rng.permutation(len(mass))].sum()) for _ in range(permutations)]
    return total


def pattern_of(looks: Looks, frames: pl.DataFrame) -> DensePattern:
    """The maps of some frames as a pattern: each frame an item with one query."""
    return DensePattern(looks.maps(frames)[:, :, None].astype(float))


def head_findings(looks: Looks, split: str, seed: int) -> Iterator[Finding]:
    """The plain table of every head, from 1 where there are several, and how alike they attend, in one split."""
    frames = looks.frames.filter(pl.col("split") == split)
    if frames.is_empty():
        return
    pattern, groups = pattern_of(looks, frames), frames["group"].to_numpy()
    table = pattern_table({"look": pattern}, groups)
    several = table["head"].n_unique() > 1
    for row in table.rows(named=True):
        head = {"head": row["head"] + 1} if several else {}
        cell = {"split": split, "statistic": row["statistic"], **head}
        yield Finding("attention_statistic", table_estimate(row), cell)
    for each in head_agreement(pattern, groups, seed=seed):
        cell = {"split": split, "heads": f"{each.heads[0] + 1} and {each.heads[1] + 1}"}
        yield Finding("head_agreement", each.estimate, cell)


def table_estimate(row: dict) -> Estimate:
    """A row of the plain table; what an estimate has no place for is told in `how`."""
    if row["mean"] is None:
        return Estimate.not_estimable(row["how"].removeprefix("not estimable: "))
    nan = float("nan")
    low, high = (nan if row[name] is None else row[name] for name in ("low", "high"))
    told = ", ".join(
        f"{name} {row[name]:.4g}" for name in ("sd", "range", "variance", "largest") if row[name] is not None
    )
    return Estimate(row["mean"], low, high, row["n"], None, f"{row['how']}; {told}")


def task_shift(asked: Looks, other: Looks, split: str, seed: int) -> Iterator[Finding]:
    """How far the map of a frame moves when another task is asked: Jensen–Shannon divergence in bits.

    The null pairs the maps of different frames, so that a shift below it is smaller than that from frame to frame.
    """
    for feature in asked.features:
        frames = asked.frames.filter(pl.col("split") == split, pl.col("feature") == feature)
        if frames.is_empty():
            continue
        rows: Int[np.ndarray, " frames"] = matching(frames, other)
        sides = pattern_of(asked, frames), pattern_of(other, other.frames[rows])
        changes = attention_change(*sides, frames["group"].to_numpy(), draws=SHIFT_DRAWS, seed=seed)
        moved = [each.estimate for each in changes if each.statistic == "jensen_shannon"]
        mean = moved[0] if len(moved) == 1 else mean_of_heads(moved)
        yield Finding("task_shift", mean, {"split": split, "feature": feature})


def matching(frames: pl.DataFrame, other: Looks) -> Int[np.ndarray, " frames"]:
    """Where the same frames stand in another run's."""
    keys = ("split", "item")
    there = frames.select(keys).join(
        other.frames.with_row_index("place").select(*keys, "place"),
        on=keys,
        how="left",
        maintain_order="left",
    )
    return there["place"].cast(pl.Int64).to_numpy()


def mean_of_heads(heads: list[Estimate]) -> Estimate:
    """The mean over heads of one network, which are not independent: no interval."""
    nan = float("nan")
    value = float(np.mean([each.value for each in heads]))
    return Estimate(value, nan, nan, heads[0].n, None, f"mean of {len(heads)} heads, no interval")
