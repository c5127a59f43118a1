"""What a frozen backbone sees in the clips of a split, computed once and read from the cache by every seed."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from object_persistence.clips.splits import PreparedClips
from object_persistence.tokens.sight import Sight, with_features
from searchlight.caching import remembered
from searchlight.experiments.base import Report

VERSION = "1"  # raise when the same weights would give other features


def seen_clips(sight: Sight, clips: PreparedClips, cache: Path | None, report: Report) -> PreparedClips:
    """The clips with features in place of patches."""
    look = remembered(_looked_at, cache, ignore=["sight", "clips", "report"])
    features = look(f"{clips.fingerprint} {sight.fingerprint} {VERSION}", sight, clips, report)
    return replace(clips, clips=tuple(with_features(clips, features)))


def _looked_at(key: str, sight: Sight, clips: PreparedClips, report: Report) -> np.ndarray:
    return sight.features(clips, lambda done, of: report(f"features {clips.name}", done, of))
