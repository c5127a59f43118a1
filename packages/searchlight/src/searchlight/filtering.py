"""A run's model on a video that nobody knows the truth of."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from analysis import Run, foreign
from object_persistence.clips.prepared import PreparedClip
from object_persistence.configuration import DETECTOR_SETTINGS, DetectionConfig
from object_persistence.detection.factory import make_detector
from object_persistence.filtering.faint import Faint, faint
from object_persistence.filtering.familiarity import remarks
from object_persistence.filtering.lasting import Lasting
from object_persistence.filtering.lengths import Tracks
from object_persistence.filtering.reliable import VALIDATION, Reliable
from object_persistence.filtering.verdicts import video_scores
from object_persistence.filtering.video import in_channels, long_enough, prepare_video
from object_persistence.filtering.windows import Windows
from object_persistence.linking.factory import make_linker
from object_persistence.videos.clip import Clip
from object_persistence.videos.reading import read_video
from object_persistence.videos.rendering import channels
from searchlight import console, default_models
from searchlight.caching import cache_folder
from searchlight.errors import UsageError
from searchlight.experiments import experiment_class
from searchlight.options import construct
from searchlight.runs import evaluate_run, load_weights, open_run

PRESET = "persistence/demo"
"""What is trained where no run is named."""

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Judge:
    """A trained model with the map that makes its probabilities right, and the clips that both are known by."""

    run: Run
    config: Any
    predict: Callable[[Sequence[PreparedClip]], Sequence[np.ndarray]]
    reliable: Reliable
    validation: Sequence[PreparedClip]

    @property
    def lasting(self) -> Lasting:
        """What lasting means to it."""
        return Lasting.of(self.config)

    @property
    def windows(self) -> Windows:
        """Windows of the size of a training clip."""
        return Windows(self.config.videos.frames, *self.config.videos.size)


@dataclass(frozen=True, eq=False)
class Filtered:
    """A video, what was found in it, and how probable it is of each detection that its object lasts."""

    source: Path
    clip: Clip
    video: PreparedClip
    probability: np.ndarray
    keep: float
    judge: Judge
    faint: Faint | None = None

    @property
    def persistent(self) -> np.ndarray:
        """Which detections are of tracks that are kept."""
        return self.probability >= self.keep

    @property
    def tracks(self) -> Tracks:
        """The tracks with their probabilities."""
        return Tracks.of(self.video.detections.frame, self.video.tracks, self.probability)

    @property
    def doubts(self) -> list[str]:
        """What speaks against how the video was read and looked at."""
        return [*self.clip.doubts, *([str(self.faint)] if self.faint else [])]

    @cached_property
    def unlike(self) -> list[str]:
        """In what the video is unlike what the model learned from; of an empty one nothing is told."""
        if not len(self.video):
            return []
        lengths = self.judge.lasting.remarks(self.tracks, self.video.time)
        return [*remarks(self.video, self.judge.validation, self.judge.windows.frames), *lengths]


def filter_video(
    path: Path,
    run: Path | None = None,
    *,
    keep: float = 0.5,
    axes: str | None = None,
    limits: tuple[float, float] | None = None,
    detection: Mapping[str, float] | None = None,
) -> Filtered:
    """Detect, link and classify what is in a video.

    Raises:
        PersistenceError: the video cannot be read, or has one frame. UsageError: there is no such run.
        ConfigError: the detector cannot be set so.
    """
    clip = long_enough(read_video(path, axes, limits))
    construct(DetectionConfig, dict(detection or {}))  # refused before a model is trained for it
    if run is None:
        run = default_run()
    with console.progress_bars() as report:
        return filtered_by(judge_of(run, report), path, clip, keep, detection or {}, report)


def filtered_by(
    judge: Judge, path: Path, clip: Clip, keep: float, detection: Mapping[str, float], report: Report
) -> Filtered:
    """The same with a model that is there.

    Raises:
        UsageError: its detector is of a kind that has no such setting.
    """
    config = judge.config
    if sentence := foreign(detection, config.detection.kind, DETECTOR_SETTINGS, "detection."):
        raise UsageError(f"{judge.run.path}: {sentence}.")
    seen = in_channels(clip, channels(config.videos))
    settings = construct(DetectionConfig, {**dataclasses.asdict(config.detection), **detection})
    detector, linker = make_detector(settings), make_linker(config.linking)
    video = prepare_video(seen, detector, linker, config.clips.patch, report)
    scores = video_scores(video, judge.predict, judge.windows, report)
    missed = faint(seen, detector, len(video))
    return Filtered(path, seen, video, judge.reliable(scores), keep, judge, missed)


def judge_of(path: Path, report: Report) -> Judge:
    """The model of a run, or of one of its checkpoints.

    Raises:
        UsageError: there is no run, it is of another system, or was not trained to its end.
        PersistenceError: it has too few validation clips to make its probabilities right by.
    """
    run, resolved = open_run(path)
    if resolved.system != "persistence":
        raise UsageError(f"{run.path} is a run of {resolved.system}; expected one of persistence.")
    evaluate_run(run)
    experiment: Any = experiment_class(resolved.system)(
        resolved.config, run.seed, cache=cache_folder(), report=report
    )
    checkpoint = path if path.suffix == ".safetensors" else None
    model = experiment.arm().restored(partial(load_weights, run, path=checkpoint))
    return Judge(
        run,
        resolved.config,
        lambda clips: experiment.predictions(model, experiment.as_seen(clips)),
        Reliable.of(run.trials()),
        experiment.detected(VALIDATION),
    )


def default_run() -> Path:
    """The run of the demo's model, trained now where it is not kept yet."""
    return default_models.default_run(PRESET, "object_persistence", "a minute or two on two cores")
