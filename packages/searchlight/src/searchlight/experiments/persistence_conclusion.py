"""What a demonstration of persistence tells besides its verdicts: every hold-out, and the ratio of attention."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from analysis import Estimate, Run, mean_estimate
from object_persistence.assays.ratio import DRAWN, AttentionRatio
from object_persistence.assays.received import by_layer
from object_persistence.metrics import ACCURACY, MAJORITY, measured
from searchlight.experiments.base import Facts
from searchlight.results import short


def conclusion(arms: Mapping[str, Sequence[Run]]) -> Sequence[Facts]:
    """Both tables; the second only where an arm attends."""
    ratios = [row for arm, runs in arms.items() for row in ratio_rows(arm, runs[0])]
    columns = ("arm", "of", "persistent over other detections", "labels moved within clips", "p")
    attention = Facts(
        f"attention received on {DRAWN}, the first seed, 95 % intervals over clips", columns, ratios
    )
    return (hold_outs(arms), *([attention] if ratios else []))


def hold_outs(arms: Mapping[str, Sequence[Run]]) -> Facts:
    """Accuracy of every arm on every test split, beside what the commoner answer scores there."""
    trials = {arm: [run.trials() for run in runs] for arm, runs in arms.items()}
    first = next(iter(trials.values()))[0]
    commoner = dict(measured(first, MAJORITY).iter_rows())
    told = {arm: accuracies(tables) for arm, tables in trials.items()}
    splits = [split for split in first["split"].unique(maintain_order=True) if split.startswith("test/")]
    rows = [
        [split, f"{commoner[split]:.3f}", *(short(each[split]) for each in told.values())] for split in splits
    ]
    seeds = max(map(len, trials.values()))
    title = f"accuracy on what training never showed, {seeds} seeds, 95 % intervals over seeds"
    return Facts(title, ("split", "the commoner answer", *map(named, told)), rows)


def accuracies(tables: Sequence[pl.DataFrame]) -> dict[str, Estimate]:
    """Mean and interval over seeds, by split."""
    values = pl.concat([measured(table, ACCURACY) for table in tables])
    return {
        str(split): mean_estimate(part["value"].to_numpy()).within(*ACCURACY.bounds)
        for (split,), part in values.group_by("split", maintain_order=True)
    }


def ratio_rows(arm: str, run: Run) -> Iterator[tuple[str, ...]]:
    """The ratio of each layer and of the rollout, with its interval over clips and its null."""
    assay, rows = AttentionRatio(), run.trials().with_row_index("row").filter(split=DRAWN)
    for layer, found in by_layer(rows, run.attention()):
        ratio = assay.ratio(found, found.persistent, found.transient)
        null = ratio.null
        drawn = (
            ("", "")
            if null is None
            else (f"{null.value:.3f} [{null.low:.3f}, {null.high:.3f}]", f"{null.p:.3g}")
        )
        yield named(arm), layer, short(ratio), *drawn


def named(arm: str) -> str:
    """An arm without the name of the preset that all arms of a demonstration share."""
    return arm.removeprefix("demo_").removeprefix("quick_")
