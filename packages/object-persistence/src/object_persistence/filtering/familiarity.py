"""How far a video is from what a model learned from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from object_persistence.clips.prepared import PreparedClip
from object_persistence.linking.features import track_features

QUANTILES = (0.01, 0.99)
"""Of the training clips; what lies between them is familiar."""
STRANGE = 0.25
"""Share of a video beyond the familiar from which it is said."""

Values = Float[np.ndarray, " n"]


@dataclass(frozen=True)
class Compared:
    """One quantity in a video, beside the range that the model learned from."""

    name: str
    unit: str
    low: float
    high: float
    median: float
    beyond: float
    """Share of the video's values outside that range."""

    @property
    def strange(self) -> bool:
        """Whether a model that learned from that range may be wrong here."""
        return self.beyond > STRANGE or not self.low <= self.median <= self.high

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return (
            f"{self.name}: median {self.median:.2f}{unit}, {self.beyond:.0%} of the video outside "
            f"{self.low:.2f} to {self.high:.2f}{unit} (1 % to 99 % of the clips that the model was made for)"
        )


UNITS = {"speed": "px per frame", "density": "detections per frame and 1000 px²", "SNR": "", "sigma": "px"}


def quantities(clip: PreparedClip) -> dict[str, Values]:
    """Speed of every track with two detections or more, density of every frame, SNR and sigma of every detection."""
    found = clip.detections
    told = track_features(found, clip.tracks, (clip.time, clip.height, clip.width))
    _, first = np.unique(clip.tracks, return_index=True)
    length, speed = told["length"].to_numpy()[first], told["speed"].to_numpy()[first]
    per_frame = np.bincount(found.frame, minlength=clip.time) / (clip.height * clip.width / 1000)
    return {"speed": speed[length > 1], "density": per_frame, "SNR": found.snr, "sigma": found.sigma}


def familiarity(video: PreparedClip, clips: Sequence[PreparedClip]) -> list[Compared]:
    """Each quantity of a video beside clips that are drawn as those of training; what was not measured is left out."""
    known: Mapping[str, list[Values]] = {name: [] for name in UNITS}
    for clip in clips:
        for name, values in quantities(clip).items():
            known[name].append(values)
    compared = []
    for name, values in quantities(video).items():
        ours, theirs = _measured(values), _measured(np.concatenate(known[name]))
        if len(ours) and len(theirs):
            low, high = np.quantile(theirs, QUANTILES)
            beyond = float(np.mean((ours < low) | (ours > high)))
            compared.append(
                Compared(name, UNITS[name], float(low), float(high), float(np.median(ours)), beyond)
            )
    return compared


def remarks(video: PreparedClip, clips: Sequence[PreparedClip], frames: int) -> list[str]:
    """A sentence for everything in which a video is unlike what the model learned from."""
    said = [str(each) for each in familiarity(video, clips) if each.strange]
    if video.time < frames:
        said.append(
            f"frames: {video.time} of {frames} that a training clip has, so that what lasts is told from less"
        )
    return said


def _measured(values: Values) -> Float[np.ndarray, " measured"]:
    return values[np.isfinite(values)]
