"""What lasting means to a model: for how many frames the things were there that it learned from."""

from dataclasses import dataclass

from object_persistence.baselines.early import SHORTEST
from object_persistence.baselines.estimators import GradientBoosting
from object_persistence.configuration import PersistenceConfig, VideoConfig
from object_persistence.filtering.lengths import Tracks, count
from object_persistence.videos.configuration import LONGEST_FLASH
from object_persistence.videos.hold_outs import hold_out


@dataclass(frozen=True)
class Lasting:
    """Most frames of a transient, fewest of an object that lasts, and all of a training clip."""

    passing: int
    least: int
    frames: int

    @classmethod
    def of(cls, config: PersistenceConfig) -> "Lasting":
        """That of an experiment, with the hold-outs that its training shows besides."""
        shown = [config.videos, *(hold_out(config.videos, name) for name in config.clips.also)]
        return cls(
            max(map(longest_transient, shown)),
            min(fewest(each, shortest_clip(config, each.frames)) for each in shown),
            config.videos.frames,
        )

    def __str__(self) -> str:
        return (
            f"what lasts: training showed transients of {span(1, self.passing)}, and as lasting objects of "
            f"{span(self.least, self.frames)}"
        )

    def remarks(self, tracks: Tracks, time: int) -> list[str]:
        """Where the tracks of a video are shorter or longer than all that training showed to last."""
        spans, said = tracks.last - tracks.first + 1, []
        between = int(((spans > self.passing) & (spans < self.least)).sum())
        if between:
            said.append(
                f"lengths: {between:,} of {count(len(tracks), 'track')} last more than "
                f"{count(self.passing, 'frame')} and fewer than {self.least}, which training never showed"
            )
        if time > self.frames:
            said.append(
                f"frames: {time:,}, and a training clip has {self.frames}: {count(self.least, 'frame')} count as "
                f"lasting however long the video is; {int((spans > self.frames).sum()):,} of "
                f"{count(len(tracks), 'track')} span more than {self.frames}"
            )
        return said


def span(low: int, high: int) -> str:
    """From so many frames to so many, in words."""
    return count(high, "frame") if low == high else f"{low} to {count(high, 'frame')}"


def longest_transient(videos: VideoConfig) -> int:
    """Most frames in which a transient is recorded."""
    return -(-LONGEST_FLASH // videos.motion.every)


def shortest_clip(config: PersistenceConfig, frames: int) -> int:
    """Frames that training leaves of a clip of so many, at least."""
    if config.model.kind == "gradient_boosting":
        return min(SHORTEST, frames) if config.baseline.given.get("cuts", GradientBoosting.cuts) else frames
    ends_early = config.clips.early and not config.model.is_baseline
    return max(1, frames // 4) if ends_early else frames


def fewest(videos: VideoConfig, shortest: int) -> int:
    """Fewest frames between the first and the last of a persistent object in a clip of which so many may be left."""
    absence = videos.absence
    whole = min(absence.least, videos.frames) if absence.late or absence.early else videos.frames
    if shortest == videos.frames:
        return whole
    return 1 if absence.late else min(whole, shortest)  # who entered late may just have come
