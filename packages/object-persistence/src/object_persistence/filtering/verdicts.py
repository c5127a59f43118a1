"""One probability for each track, from what was said of its detections."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from jaxtyping import Float, Int
from scipy.special import expit, logit

from object_persistence.clips.prepared import PreparedClip
from object_persistence.clips.splits import silent
from object_persistence.errors import PersistenceError
from object_persistence.filtering.windows import Windows
from object_persistence.scaling import SURE

Scores = Float[np.ndarray, " n"]
Predict = Callable[[Sequence[PreparedClip]], Sequence[np.ndarray]]
"""From clips to the probability of each detection that its object lasts."""

TOGETHER = 8
"""Windows that a model sees at once."""


def joined(scores: Scores, tracks: Int[np.ndarray, " n"]) -> Scores:
    """σ(mean of logit(p) over everything that was said of the track): the same for all rows of a track."""
    _, of = np.unique(tracks, return_inverse=True)
    evidence = np.bincount(of, logit(np.clip(scores, SURE, 1 - SURE))) / np.bincount(of)
    return expit(evidence[of])


def video_scores(
    video: PreparedClip,
    predict: Predict,
    windows: Windows,
    report: Callable[[str, int, int], None] = silent,
) -> Scores:
    """The joined score of every detection of a video, over all windows that it was asked about in.

    Raises:
        PersistenceError: a detection was told of in no window, or with a number that is no probability.
    """
    if not len(video):
        return np.zeros(0)
    cut = list(windows.of(video))
    rows, said = [], []
    for start in range(0, len(cut), TOGETHER):
        part = cut[start : start + TOGETHER]
        for window, scores in zip(part, predict([each.clip for each in part]), strict=True):
            rows.append(window.rows[window.asked])
            said.append(np.asarray(scores, float)[window.asked])
        report("classify", min(start + TOGETHER, len(cut)), len(cut))
    return _told(video, np.concatenate(rows), np.concatenate(said))


def _told(video: PreparedClip, rows: Int[np.ndarray, " n"], said: Scores) -> Float[np.ndarray, " detections"]:
    if not ((said >= 0) & (said <= 1)).all():
        raise PersistenceError(f"{video.name}: the model gave numbers that are no probabilities")
    told = np.full(len(video), np.nan)
    told[rows] = joined(said, video.tracks[rows])
    if missing := int(np.isnan(told).sum()):
        raise PersistenceError(f"{video.name}: {missing} of {len(video)} detections lie in no window")
    return told


def joined_trials(trials: pl.DataFrame) -> pl.DataFrame:
    """Trials with the score of each track in place of those of its detections; a clip is one window."""
    keys = trials.select("split", "group", "track").unique(maintain_order=True).with_row_index("number")
    number = trials.join(keys, on=["split", "group", "track"], how="left", maintain_order="left")["number"]
    scores = joined(trials["score"].cast(pl.Float64).to_numpy(), number.cast(pl.Int64).to_numpy())
    return trials.with_columns(score=pl.Series(scores, dtype=pl.Float64))
