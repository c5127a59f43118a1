"""Hits of cosmic rays found at 1 % of the sources lost: `uv run tools/bench_cosmic_rays.py [--run RUN] [--stacks 20]`.

Stacks of exposures of the Hubble deep field with drawn hits (`cosmic_ray_stack`), whose truth is known. A detection in
one exposure is flagged where it is said to last least; the threshold is the one at which 1 % of the detections of
sources are flagged, on the same stacks for every method. Methods: a run's model and trees fitted on the same made
clips (both as in `searchlight persistence filter`), the length of the linked track, and sigma clipping over the
exposures at the place of the detection, as they are and registered. Detections of neither a source nor a hit count
for nothing. Intervals are 95 % bootstraps over stacks; without --run the model is the filter's own, trained once.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import maximum_filter, shift
from skimage.registration import phase_cross_correlation

from analysis import Bootstrap, Estimate
from object_persistence import cosmic_ray_stack, make_baseline, make_detector, make_linker, prepare
from object_persistence.clips.prepared import PreparedClip
from object_persistence.clips.splits import TRAIN, prepared_split
from object_persistence.filtering.verdicts import video_scores
from object_persistence.videos.clip import Clip
from searchlight import console
from searchlight.caching import cache_folder
from searchlight.filtering import Judge, default_run, judge_of
from searchlight.results import short

LOST = 0.01
"""Share of the detections of sources that may be flagged."""
NORMAL = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""
BOOTSTRAP = Bootstrap(resamples=499)
REFERENCE = "track length"

Scores = list[np.ndarray]
"""For each stack, how much each detection looks as if it lasted."""


@dataclass(frozen=True, eq=False)
class Stack:
    """Exposures, and what was detected in them."""

    clip: Clip
    found: PreparedClip

    @property
    def sources(self) -> np.ndarray:
        """Detections of sources."""
        return np.array(self.found.kind) == "persistent"

    @property
    def hits(self) -> np.ndarray:
        """Detections of hits."""
        return np.array(self.found.kind) == "flash"


def stacks_of(count: int, size: int, judge: Judge) -> list[Stack]:
    """Stacks as the filter sees them, with their truth."""
    detector, linker = make_detector(judge.config.detection), make_linker(judge.config.linking)
    clips = [cosmic_ray_stack(size=size, seed=seed) for seed in range(count)]
    return [Stack(clip, prepare(clip, detector, linker, judge.config.clips.patch)) for clip in clips]


def clipped(frames: np.ndarray, found: PreparedClip, *, register: bool) -> np.ndarray:
    """Minus the deviation from the median exposure in units of the noise, the largest within a pixel."""
    offsets = np.zeros((len(frames), 2))
    if register:
        middle = np.median(frames, axis=0)
        offsets = np.stack(
            [phase_cross_correlation(middle, frame, upsample_factor=10)[0] for frame in frames]
        )
        frames = np.stack(
            [shift(frame, by, order=3, mode="nearest") for frame, by in zip(frames, offsets, strict=True)]
        )
    gap = frames - np.median(frames, axis=0)
    spread = NORMAL * np.median(np.abs(gap), axis=0)
    deviation = maximum_filter(gap / np.hypot(spread, np.median(spread)), size=(1, 3, 3))
    frame = found.detections.frame
    places = [(found.detections.y, 0, frames.shape[1]), (found.detections.x, 1, frames.shape[2])]
    y, x = (np.clip(np.rint(at + offsets[frame, axis]), 0, side - 1).astype(int) for at, axis, side in places)
    return -deviation[frame, y, x]


def share_found(sources: np.ndarray, hits: np.ndarray) -> float:
    """Hits below the threshold below which at most `LOST` of the sources lie; what is equal to it is not flagged."""
    threshold = np.sort(sources)[int(LOST * len(sources))]
    return float(np.mean(hits < threshold))


def over_stacks(stacks: list[Stack], scores: Scores, reference: Scores | None = None) -> Estimate:
    """The share found, or how much larger it is than that of a reference, with its interval over stacks."""

    def figure(rows: np.ndarray) -> float:
        less = 0.0 if reference is None else share_of(stacks, reference, rows)
        return share_of(stacks, scores, rows) - less

    count = len(stacks)
    return BOOTSTRAP.drawn(
        figure(np.arange(count)), lambda rng: figure(rng.integers(count, size=count)), count, "stacks"
    )


def share_of(stacks: list[Stack], scores: Scores, rows: np.ndarray) -> float:
    """The share found in some of the stacks together."""
    sources = np.concatenate([scores[row][stacks[row].sources] for row in rows])
    return share_found(sources, np.concatenate([scores[row][stacks[row].hits] for row in rows]))


def trees_of(judge: Judge):
    """Gradient boosting on the clips that the model learned from."""
    train = prepared_split(judge.config, TRAIN, cache_folder())
    return make_baseline("gradient_boosting").fit(train, 0)


def methods(judge: Judge) -> dict[str, Callable[[Stack], np.ndarray]]:
    """How much each detection of a stack looks as if it lasted, by method."""
    trees = trees_of(judge)
    return {
        REFERENCE: lambda stack: stack.found.track_length.astype(float),
        "sigma clipping": lambda stack: clipped(stack.clip.frames, stack.found, register=False),
        "sigma clipping, registered": lambda stack: clipped(stack.clip.frames, stack.found, register=True),
        "gradient boosting": lambda stack: video_scores(stack.found, trees.predict, judge.windows),
        f"filter, {judge.run.arm}": lambda stack: video_scores(stack.found, judge.predict, judge.windows),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=None)
    parser.add_argument("--stacks", type=int, default=20)
    parser.add_argument("--size", type=int, default=128)
    asked = parser.parse_args()
    with console.progress_bars() as report:
        judge = judge_of(asked.run or default_run(), report)
    stacks = stacks_of(asked.stacks, asked.size, judge)
    scores = {name: [of(stack) for stack in stacks] for name, of in methods(judge).items()}
    rows = []
    for name, told in scores.items():
        gap = "" if name == REFERENCE else short(over_stacks(stacks, told, scores[REFERENCE]), signed=True)
        rows.append([name, short(over_stacks(stacks, told)), gap])
    sources, hits, all_found = (
        sum(int(np.sum(each)) for each in sides)
        for sides in zip(*((stack.sources, stack.hits, len(stack.found)) for stack in stacks), strict=True)
    )
    truths = [stack.clip.truth for stack in stacks if stack.clip.truth is not None]
    drawn = sum(truth.filter(kind="flash").height for truth in truths)
    console.show_table(
        ["method", f"hits found at {LOST:.0%} of sources lost", f"less that of {REFERENCE}"],
        rows,
        title=f"{len(stacks)} stacks of 16 exposures of {asked.size} × {asked.size} px: {sources:,} detections of "
        f"sources, {hits:,} of hits ({drawn:,} hits were drawn), {all_found - sources - hits:,} of neither",
    )

    lost, found = (
        np.mean(np.concatenate([stack.found.track_length[getattr(stack, side)] for stack in stacks]) < 2)
        for side in ("sources", "hits")
    )
    console.say(
        f"dropping tracks of one detection finds {found:.1%} of the hits and loses {lost:.1%} of the sources"
    )


if __name__ == "__main__":
    main()
