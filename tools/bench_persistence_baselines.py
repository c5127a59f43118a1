"""What baselines reach on made videos: `uv run tools/bench_persistence_baselines.py [baseline …] [--train 800]`.

Accuracy beside majority and AUROC on the test and on every hold-out; the difference from the best baseline, in pairs
of clips; calibration before and after Platt's map of the validation clips; AUROC after the first frames of the test;
pedestrians of TUD (from motmetrics) told from made false alarms by what was learned on made videos.
Videos, detections, links and labels are those of `searchlight train persistence/…`, and are read from its cache.
Intervals are 95 % bootstraps over clips; a clip without detections has none.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from analysis import Bootstrap, Estimate
from object_persistence.assays.drawn_clips import DrawnClips
from object_persistence.baselines import BASELINES, Baseline, make_baseline, seen_until
from object_persistence.boxes import BoxClips
from object_persistence.clips.prepared import PreparedClip
from object_persistence.clips.splits import TRAIN, prepared_split
from object_persistence.configuration import PersistenceConfig
from object_persistence.linking.factory import make_linker
from object_persistence.metrics import ACCURACY, AUROC, BRIER, CALIBRATION_ERROR, MAJORITY
from object_persistence.scaling import scaling_of
from object_persistence.trials import trials_table
from object_persistence.videos.mot import SEQUENCES, tud
from object_persistence.videos.splits import split_seeds
from searchlight import console

VALIDATION, TEST = "validation/same", "test/same"
REFERENCE = "gradient_boosting"
ENDS = (2, 3, 4, 6, 8, 12, 16)
"""Frames after which a verdict is asked."""
BOOTSTRAP = Bootstrap(resamples=999)


def short(found: Estimate, digits: int = 3) -> str:
    """A figure with its interval in a cell."""
    if np.isnan(found.value):
        return "–"
    told = f"{found.value:z.{digits}f}"
    return told if np.isnan(found.low) else f"{told} [{found.low:z.{digits}f}, {found.high:z.{digits}f}]"


def trials(baseline: Baseline, clips: Sequence[PreparedClip], split: str) -> pl.DataFrame:
    """What a baseline says of the clips of a split."""
    return trials_table(clips, baseline.predict(clips), split=split)


def behind(ours: pl.DataFrame, reference: pl.DataFrame) -> Estimate:
    """Accuracy less that of the reference, on the same detections: clips are drawn, both sides at once."""
    right = {
        name: DrawnClips.of(table, BOOTSTRAP)
        for name, table in {"ours": ours, "reference": reference}.items()
    }
    whole = np.ones((1, right["ours"].clips))
    gaps = [
        right["ours"].figure(ACCURACY, weights) - right["reference"].figure(ACCURACY, weights)
        for weights in (whole, right["ours"].weights)
    ]
    return BOOTSTRAP.percentile(float(gaps[0][0]), gaps[1], right["ours"].clips, "clips", chance=0.0)


def show_splits(found: dict[str, dict[str, pl.DataFrame]]) -> None:
    """A table for each split."""
    for split in next(iter(found.values())):
        tables = {name: each[split] for name, each in found.items()}
        first = DrawnClips.of(next(iter(tables.values())), BOOTSTRAP)
        share = first.figure(MAJORITY, np.ones((1, first.clips)))[0]
        rows = []
        for name, table in tables.items():
            drawn = DrawnClips.of(table, BOOTSTRAP)
            paired = (
                ""
                if name == REFERENCE or REFERENCE not in tables
                else short(behind(table, tables[REFERENCE]))
            )
            rows.append([name, short(drawn.estimate(ACCURACY)), short(drawn.estimate(AUROC), 4), paired])
        title = f"\n{split}: {first.clips} clips, {len(first.score)} detections, majority {share:.3f}"
        console.show_table(["baseline", "accuracy", "AUROC", f"accuracy − {REFERENCE}"], rows, title=title)


def show_calibration(found: dict[str, dict[str, pl.DataFrame]]) -> None:
    """Calibration error and Brier score on the test, as told and after Platt's map of the validation."""
    rows = []
    for name, tables in found.items():
        test = tables[TEST]
        scaled = test.with_columns(score=pl.Series(scaling_of(tables[VALIDATION])(test["score"].to_numpy())))
        figures = [
            DrawnClips.of(table, BOOTSTRAP).estimate(measure)
            for measure in (CALIBRATION_ERROR, BRIER)
            for table in (test, scaled)
        ]
        rows.append([name, *(short(each) for each in figures)])
    columns = ["baseline", "calibration error", "after Platt", "Brier score", "after Platt"]
    console.show_table(columns, rows, title=f"\ncalibration on {TEST}, Platt's map fitted on {VALIDATION}")


def show_early(fitted: dict[str, Baseline], config: PersistenceConfig, clips: Sequence[PreparedClip]) -> None:
    """AUROC when the clips of the test end early; links know no later frame."""
    linker, rows = make_linker(config.linking), {name: [name] for name in fitted}
    for frames in ENDS:
        cut = [seen_until(clip, frames, linker) for clip in clips]
        for name, baseline in fitted.items():
            drawn = DrawnClips.of(trials(baseline, cut, TEST), BOOTSTRAP)
            rows[name].append(short(drawn.estimate(AUROC)))
    title = f"\nAUROC on {TEST} after so many frames"
    console.show_table(["baseline", *map(str, ENDS)], list(rows.values()), title=title)


def show_boxes(fitted: dict[str, Baseline], config: PersistenceConfig) -> None:
    """Pedestrians of TUD among made false alarms, a tenth of the boxes dropped; nothing is learned from them."""
    linker = make_linker(config.linking)
    for name in SEQUENCES:
        clips = BoxClips().of(tud(name).truth, linker, name)
        rows, persistent = [], np.concatenate([clip.persistent for clip in clips])
        for kind, baseline in fitted.items():
            table = trials(baseline, clips, name)
            rows.append(
                [kind, *(short(DrawnClips.of(table, BOOTSTRAP).estimate(each)) for each in (ACCURACY, AUROC))]
            )
        share = max(persistent.mean(), 1 - persistent.mean())
        title = f"\n{name}: {len(clips)} clips, {len(persistent)} boxes, majority {share:.3f}; learned on made videos"
        console.show_table(["baseline", "accuracy", "AUROC"], rows, title=title)


def main() -> None:
    """Fit, and print the tables."""
    parser = argparse.ArgumentParser(description="What baselines reach on made videos.")
    parser.add_argument("baselines", nargs="*", choices=[*BASELINES, []], help="all where none is named")
    parser.add_argument("--train", type=int, default=800, help="training clips")
    parser.add_argument("--test", type=int, default=150, help="clips of each test split")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn at random")
    options = parser.parse_args()
    config = PersistenceConfig()
    sizes = replace(config.videos.splits, train=options.train, test=options.test)
    config = replace(config, videos=replace(config.videos, splits=sizes))
    clips = {split: prepared_split(config, split, report=remark) for split in split_seeds(config.videos)}
    fitted, found = {}, {}
    for name in options.baselines or BASELINES:
        began = time.process_time()
        fitted[name] = make_baseline(name).fit(clips[TRAIN], options.seed)
        console.remark(f"{name}: fitted in {time.process_time() - began:.1f} CPU s")
        found[name] = {
            split: trials(fitted[name], each, split) for split, each in clips.items() if split != TRAIN
        }
    show_splits(found)
    show_calibration(found)
    show_early(fitted, config, clips[TEST])
    show_boxes(fitted, config)


def remark(what: str, done: int, of: int) -> None:
    """Progress beside the results."""
    if done == of:
        console.remark(f"{what}: {of}")


if __name__ == "__main__":
    main()
