"""How well detections are linked: `uv run tools/bench_linking.py [--validation] [--splits same gap4 drop]`.

For every split, the linker of the default settings, its variants, and trackpy's `link(4, memory=2)` on the same
detections, with 95 % bootstrap intervals over clips:

    IDF1   of the detections of persistent objects, whose true objects are known: linking apart from detection
    IDF1 all   the same of transients too, which a linker may wrongly join
    MOTA, HOTA   of persistent objects against the truth, misses and clutter included; detections of transients are left
                 out, as the MOT challenge leaves out what it calls distractors

and the CPU time of linking one clip. Every linker gets the same detections.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import polars as pl
import trackpy as tp

from analysis import Bootstrap
from object_persistence import (
    BlobVideos,
    Clear,
    Detections,
    Hota,
    HungarianLinker,
    Identity,
    compared,
    make_detector,
    make_linker,
    split_videos,
    track_table,
)
from object_persistence.clips.matching import match_truth
from object_persistence.configuration import DetectionConfig, LinkingConfig, VideoConfig

Linker = Callable[[Detections], np.ndarray]


@dataclass(frozen=True, eq=False)
class Known:
    """The detections of a clip, and the true object of each; -1 is clutter."""

    detections: Detections
    truth: np.ndarray
    persistent: np.ndarray
    objects: pl.DataFrame


def known(videos: BlobVideos, clips: int) -> list[Known]:
    """Detect and match the first clips of a split."""
    detector, found = make_detector(DetectionConfig()), []
    for number in range(min(clips, len(videos))):
        frames, truth = videos[number].frames, videos.truth(number)
        detections = detector(frames)
        row = match_truth(detections.frame, detections.y, detections.x, truth).row
        track = np.append(truth["track"].to_numpy(), -1)[row]
        lasts = np.append(truth["persistent"].to_numpy(), False)[row]
        found.append(Known(detections, track, lasts, truth.filter("persistent")))
    return found


def trackpy(detections: Detections) -> np.ndarray:
    """What trackpy links."""
    linked = tp.link(detections.to_pandas()[["frame", "y", "x"]], 4, memory=2)
    return linked.sort_index()["particle"].to_numpy().astype(int)


def scored(clip: Known, tracks: np.ndarray) -> tuple[Any, ...]:
    """The counts behind the four figures of one clip."""
    lasts, real = clip.persistent, clip.truth >= 0
    table = track_table(clip.detections[lasts | ~real], tracks[lasts | ~real])
    beside = compared(clip.objects, table)
    of_labels = Identity.of_labels
    identities = of_labels(clip.truth[lasts], tracks[lasts]), of_labels(clip.truth[real], tracks[real])
    return (*identities, Clear.of(beside), Hota.of(beside))


def interval(counts: Sequence[Any], figure: str) -> str:
    """The pooled figure with its interval; clips are drawn again."""

    def pooled(rows: Sequence[int]) -> float:
        return getattr(reduce(add, (counts[row] for row in rows)), figure)

    bootstrap, number = Bootstrap(resamples=499), len(counts)
    drawn = bootstrap.drawn(
        pooled(range(number)), lambda rng: pooled(rng.integers(number, size=number).tolist()), number, "clips"
    )
    known = f" [{drawn.low:.3f}, {drawn.high:.3f}]" if not math.isnan(drawn.low) else ""
    return f"{drawn.value:.3f}{known}"


def tests() -> Iterator[tuple[str, BlobVideos]]:
    """Every test split by the name of its condition."""
    for split, videos in split_videos(VideoConfig()).items():
        kind, _, name = split.partition("/")
        if kind == "test":
            yield name, videos


def validation() -> Iterator[tuple[str, BlobVideos]]:
    """Clips of the seeds of validation, under conditions that are milder than what is held out."""
    config, seeds = VideoConfig(), split_videos(VideoConfig())["validation/same"].seeds
    yield "same", BlobVideos(config, seeds)
    for frames in (2, 3):
        absence = replace(config.absence, gap=(frames, frames))
        yield f"gap{frames}", BlobVideos(replace(config, absence=absence), seeds)
    yield "drop15", BlobVideos(replace(config, absence=replace(config.absence, dropout=0.15)), seeds)
    yield "crowd", BlobVideos(replace(config, transient=(10, 18)), seeds)
    yield "quick", BlobVideos(replace(config, motion=replace(config.motion, speed=(2.0, 2.5))), seeds)


def report(split: str, clips: Sequence[Known], linkers: Mapping[str, Linker]) -> None:
    """A line for each linker."""
    for name, linker in linkers.items():
        start = time.process_time()
        tracks = [linker(clip.detections) for clip in clips]
        spent = 1000 * (time.process_time() - start) / len(clips)
        counts = list(zip(*(scored(*pair) for pair in zip(clips, tracks, strict=True)), strict=True))
        figures = [
            interval(each, figure) for each, figure in zip(counts, ("f1", "f1", "mota", "hota"), strict=True)
        ]
        print(f"{split:<16}{name:<26}{''.join(f'{each:<24}' for each in figures)}{spent:5.1f} ms", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How well detections are linked.")
    parser.add_argument("--clips", type=int, default=60, help="clips of each split")
    parser.add_argument("--splits", nargs="*", help="conditions, such as same or gap4; all by default")
    parser.add_argument("--validation", action="store_true", help="what settings are chosen on instead")
    options = parser.parse_args()
    tp.quiet()
    default = LinkingConfig()
    linkers: dict[str, Linker] = {
        "default": make_linker(default),
        "without appearance": HungarianLinker(appearance=0.0, gap_closing=default.gap_closing),
        "without gap closing": HungarianLinker(),
        "Kalman filter": HungarianLinker(motion="kalman", gap_closing=default.gap_closing),
        "trackpy link(4, memory=2)": trackpy,
    }
    print(f"default: {linkers['default']}")
    print(f"{'split':<16}{'linker':<26}{'IDF1':<24}{'IDF1 all':<24}{'MOTA':<24}{'HOTA':<24}")
    splits = validation() if options.validation else tests()
    for name, videos in splits:
        if name in (options.splits or [name]):
            report(name, known(videos, options.clips), linkers)


if __name__ == "__main__":
    main()
