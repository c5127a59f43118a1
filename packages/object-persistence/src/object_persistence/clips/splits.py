"""The prepared clips of every split, made once and then read from the cache."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

import numpy as np
from joblib import Memory, Parallel, cpu_count, delayed
from platformdirs import user_cache_path

from object_persistence.clips.prepared import PreparedClip, prepare
from object_persistence.configuration import DetectionConfig, LinkingConfig, PersistenceConfig, VideoConfig
from object_persistence.detection.factory import make_detector
from object_persistence.errors import PersistenceError
from object_persistence.linking.factory import make_linker
from object_persistence.videos.blob_videos import BlobVideos
from object_persistence.videos.configuration import SplitConfig
from object_persistence.videos.hold_outs import hold_out
from object_persistence.videos.splits import split_videos

TRAIN = "train"
CHUNK = 50
"""Clips that are made and kept together."""
WORTH_A_PROCESS = 4 * CHUNK
"""Clips that keep a process busy for longer than it takes to start."""
ROOMS = ("videos", "detection", "linking", "clips")
"""Where what a prepared clip depends on is written."""

Report = Callable[[str, int, int], None]


def silent(what: str, done: int, of: int) -> None:
    """Hear of progress, and say nothing."""


@dataclass(frozen=True, eq=False)
class PreparedClips(Sequence[PreparedClip]):
    """The clips of a split, as they were detected, linked and matched."""

    name: str
    clips: tuple[PreparedClip, ...]

    def __len__(self) -> int:
        return len(self.clips)

    def __getitem__(self, index):
        return self.clips[index]

    def __iter__(self) -> Iterator[PreparedClip]:
        return iter(self.clips)

    @property
    def detections(self) -> int:
        """Over all clips."""
        return sum(len(clip) for clip in self.clips)

    @property
    def persistent(self) -> float:
        """Share of the detections that are of persistent objects; NaN without any."""
        return _share(sum(int(clip.persistent.sum()) for clip in self.clips), self.detections)

    @property
    def miss_rate(self) -> float:
        """Share of the visible objects-in-frames that have no detection; NaN where nothing is visible."""
        return _share(sum(clip.missed for clip in self.clips), sum(clip.visible for clip in self.clips))

    @property
    def merge_rate(self) -> float:
        """Share of them whose place another object's detection takes; these are missed too."""
        return _share(sum(clip.merged for clip in self.clips), sum(clip.visible for clip in self.clips))

    @property
    def clutter_rate(self) -> float:
        """Share of the detections that are of nothing; NaN without any."""
        return _share(sum(int(clip.clutter.sum()) for clip in self.clips), self.detections)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything that is known of every detection."""
        seen = hashlib.sha256(self.name.encode())
        for clip in self.clips:
            known = (
                *clip.detections.columns.values(),
                clip.patches,
                clip.tracks,
                clip.truth,
                clip.persistent,
            )
            seen.update(f"{clip.name} {clip.time} {clip.height} {clip.width}".encode())
            for array in (*known, clip.duration, clip.remaining):
                seen.update(np.ascontiguousarray(array).tobytes())
        return seen.hexdigest()


@dataclass(frozen=True)
class Preparation:
    """What a prepared clip is made with."""

    detection: DetectionConfig
    linking: LinkingConfig
    patch: int

    @classmethod
    def of(cls, config: PersistenceConfig) -> "Preparation":
        """That of an experiment."""
        return cls(config.detection, config.linking, config.clips.patch)

    def made(
        self,
        name: str,
        videos: BlobVideos,
        cache: Path | None = None,
        *,
        jobs: int | None = None,
        report: Report = silent,
    ) -> PreparedClips:
        """Prepare some videos, or read what was prepared before.

        Args:
            name: of the split, for the report.
            videos: the clips.
            cache: folder to keep them in; the user's cache folder of searchlight where not given.
            jobs: processes at once; as many as are worth their start where not given.
            report: is told what is done, how much, and of how much.
        """
        kept = _kept(cache)
        starts = range(0, len(videos), CHUNK)
        # How many clips the splits have changes none of them.
        config = replace(videos.config, splits=SplitConfig())
        asked = [(self, config, videos.seeds[start : start + CHUNK]) for start in starts]
        jobs = jobs or max(1, min(cpu_count(), len(videos) // WORTH_A_PROCESS))
        chunks = Parallel(n_jobs=jobs, return_as="generator")(
            delayed(kept)(*each, code=code_fingerprint()) for each in asked
        )
        clips: list[PreparedClip] = []
        for chunk in chunks:
            clips += chunk  # pyright: ignore[reportOperatorIssue]
            report(f"prepare {name}", len(clips), len(videos))
        return PreparedClips(name, tuple(clips))


def prepared_split(
    config: PersistenceConfig,
    split: str,
    cache: Path | None = None,
    *,
    jobs: int | None = None,
    report: Report = silent,
) -> PreparedClips:
    """The clips of a split; those that training shows besides (`clips.also`) are among those of `train`.

    Raises:
        PersistenceError: there is no such split or hold-out.
    """
    videos = split_videos(config.videos)
    if split not in videos:
        raise PersistenceError(f"{split!r} is not a split; expected one of: {', '.join(videos)}")
    preparation = Preparation.of(config)
    found = preparation.made(split, videos[split], cache, jobs=jobs, report=report)
    if split != TRAIN:
        return found
    # Conditions of a hold-out on seeds of training: what is tested stays unseen.
    others = [
        preparation.made(
            f"{TRAIN} {name}",
            BlobVideos(hold_out(config.videos, name), videos[TRAIN].seeds),
            cache,
            jobs=jobs,
            report=report,
        )
        for name in config.clips.also
    ]
    return PreparedClips(split, sum((each.clips for each in others), found.clips))


def prepared_chunk(
    preparation: Preparation, videos: VideoConfig, seeds: range, code: str
) -> list[PreparedClip]:
    """The clips of some seeds. `code` changes with what is written in the rooms that make them."""
    detector, linker = make_detector(preparation.detection), make_linker(preparation.linking)
    return [prepare(clip, detector, linker, preparation.patch) for clip in BlobVideos(videos, seeds)]


@cache
def code_fingerprint() -> str:
    """SHA-256 over the source of everything that a prepared clip depends on, so that a cache never outlives it."""
    seen = hashlib.sha256()
    for room in ROOMS:
        files = (resources.files("object_persistence") / room).iterdir()
        for file in sorted((each for each in files if each.name.endswith(".py")), key=lambda each: each.name):
            seen.update(file.name.encode() + file.read_bytes())
    return seen.hexdigest()


def _kept(cache: Path | None) -> Callable[..., list[PreparedClip]]:
    folder = user_cache_path("searchlight") if cache is None else Path(cache)
    return Memory(folder, verbose=0).cache(prepared_chunk)  # pyright: ignore[reportReturnType]


def _share(count: int, of: int) -> float:
    return count / of if of else float("nan")
