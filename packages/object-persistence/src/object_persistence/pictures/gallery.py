"""Every picture of a run: one clip as it was seen, and all clips of its split."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from analysis import Drawing, Estimate
from object_persistence.pictures.frame_strip import frames_drawing
from object_persistence.pictures.object_map import objects_drawing, one_object_drawing
from object_persistence.pictures.over_clips import (
    Everyone,
    frames_seen_drawing,
    kinds_drawing,
    performance,
    performance_drawing,
    ratio_drawing,
    scores_drawing,
)
from object_persistence.pictures.seen_clip import SeenClip
from object_persistence.pictures.token_matrix import tokens_drawing
from object_persistence.pictures.track_lines import tracks_drawing


@dataclass(frozen=True, eq=False)
class Gallery:
    """What is drawn of one run, and of an untrained model of the same kind as control where it attends.

    `cuts` are the trials of clips that end early, where they were made; `name` is the object to follow, the longest
    where it is None; `shown` is how many frames are printed.

    Raises:
        PersistenceError: there is no such object.
    """

    split: str
    seen: SeenClip
    everyone: Everyone
    cuts: pl.DataFrame | None = None
    name: str | None = None
    shown: int = 6

    def __post_init__(self):
        self.seen.objects.index(self.name)

    def drawings(self) -> Iterator[Drawing]:
        """All of them; what needs attention only where there is some, the whole map only where it was kept."""
        yield frames_drawing(self.seen, self.shown)
        yield tracks_drawing(self.seen)
        if self.attends:
            yield objects_drawing(self.seen)
            yield one_object_drawing(self.seen, self.name)
            if self.seen.trained.weights:
                yield tokens_drawing(self.seen)
            yield ratio_drawing(self.split, self.ratios)
            yield kinds_drawing(
                self.split, {who: each.by_kind(self.split) for who, each in self.everyone.items()}
            )
        yield scores_drawing(self.split, self.everyone)
        yield performance_drawing(self.performance)
        if self.cuts is not None:
            yield frames_seen_drawing(self.cuts)

    @property
    def attends(self) -> bool:
        """Whether there is any attention to draw."""
        return bool(self.seen.layers)

    @cached_property
    def ratios(self) -> dict[str, dict[str, Estimate]]:
        """Persistent over other detections, by model and layer."""
        return {who: each.ratios(self.split) for who, each in self.everyone.items()}

    @cached_property
    def performance(self):
        """By measure, model and test split."""
        return performance(self.everyone)
