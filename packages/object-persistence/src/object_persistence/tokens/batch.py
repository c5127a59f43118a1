"""What a model is told of several clips: one padded tensor for each thing that is known of a detection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from object_persistence.errors import PersistenceError
from object_persistence.tokens.padded import pad_rows, row_index

if TYPE_CHECKING:
    from object_persistence.clips.prepared import PreparedClip


@dataclass(frozen=True, eq=False)
class TokenBatch:
    """Detections of several clips, and what is true of them; every tensor's first axis is the clip.

    Where `mask` is False there is no detection, and zeros stand in its place.
    """

    patches: Float[Tensor, "batch tokens channels size size"]
    position: Float[Tensor, "batch tokens 2"]
    """y and x, in pixels."""
    frame: Int[Tensor, "batch tokens"]
    track: Int[Tensor, "batch tokens"]
    """Linked track."""
    sigma: Float[Tensor, "batch tokens"]
    """In pixels; 1 where the detector does not measure it."""
    response: Float[Tensor, "batch tokens"]
    """Half the amplitude; 1 where the detector does not measure it."""
    snr: Float[Tensor, "batch tokens"]
    """1 where the detector does not measure it."""
    extent: Float[Tensor, "batch 3"]
    """Frames, height and width of the clip."""
    mask: Bool[Tensor, "batch tokens"]
    index: Int[Tensor, "batch tokens"]
    """Row of the detection in its clip; -1 for padding."""
    persistent: Bool[Tensor, "batch tokens"]
    duration: Float[Tensor, "batch tokens"]
    """True frames of the object behind it."""
    remaining: Float[Tensor, "batch tokens"]
    """True frames that it has left."""
    matched: Bool[Tensor, "batch tokens"]
    """Whether there is an object behind it."""

    @classmethod
    def of(cls, clips: "Sequence[PreparedClip]", pad: int | None = None) -> "TokenBatch":
        """Join clips, padded to the largest or to `pad` detections.

        Raises:
            PersistenceError: without a clip; where patches differ in size; where one has more detections than
                `pad`, naming how many; where a patch or a position is not finite.
        """
        _check_alike(clips)
        rows = [_rows_of(clip) for clip in clips]
        padded = {name: pad_rows([each[name] for each in rows], pad) for name in (rows[0] if rows else {})}
        if not padded:
            pad_rows([])  # which says that there is nothing
        index = row_index([len(clip.detections) for clip in clips], padded["frame"].shape[1])
        extent = torch.tensor([[clip.time, clip.height, clip.width] for clip in clips], dtype=torch.float32)
        return cls(**padded, extent=extent, index=index, mask=index >= 0)

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> "TokenBatch":
        """The batch of such a mapping as `tensors` gives; other entries are let be."""
        return cls(**{field.name: tensors[field.name] for field in fields(cls)})

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def to(self, device: torch.device | str) -> "TokenBatch":
        """The batch on another device."""
        return TokenBatch(**{name: tensor.to(device) for name, tensor in self.tensors().items()})

    def keeping(self, kept: Bool[Tensor, "batch tokens"]) -> "TokenBatch":
        """The batch with some detections only; the others become padding where they stand."""
        mask = self.mask & kept
        return replace(self, mask=mask, index=torch.where(mask, self.index, -1))

    def until(self, frames: int) -> "TokenBatch":
        """What is known when the first `frames` frames have been seen; links are those of the whole clip."""
        seen = self.extent.new_tensor([float(frames), torch.inf, torch.inf])
        return replace(self.keeping(self.frame < frames), extent=self.extent.minimum(seen))

    def __len__(self) -> int:
        return len(self.mask)


def _check_alike(clips: "Sequence[PreparedClip]") -> None:
    shapes = {clip.patches.shape[1:] for clip in clips}
    if len(shapes) > 1:
        told = " and ".join(str(list(shape)) for shape in sorted(shapes))
        raise PersistenceError(
            f"clips with patches [channels, size, size] of {told}; expected one shape in a batch."
        )
    for clip in clips:
        if not (np.isfinite(clip.patches).all() and np.isfinite(clip.detections.y + clip.detections.x).all()):
            raise PersistenceError(f"{clip.name} has a patch or a position that is not finite; leave it out.")


def _rows_of(clip: "PreparedClip") -> dict[str, Tensor]:
    found = clip.detections
    floats = {
        "patches": clip.patches,
        "position": np.stack([found.y, found.x], -1),
        "sigma": np.nan_to_num(found.sigma, nan=1.0),
        "response": np.nan_to_num(found.response, nan=1.0),
        "snr": np.nan_to_num(found.snr, nan=1.0),
        "duration": clip.duration,
        "remaining": clip.remaining,
    }
    whole = {"frame": found.frame, "track": clip.tracks}
    flags = {"persistent": clip.persistent, "matched": clip.truth >= 0}
    return {
        **{name: torch.from_numpy(np.asarray(each, np.float32)) for name, each in floats.items()},
        **{name: torch.from_numpy(np.asarray(each, np.int64)) for name, each in whole.items()},
        **{name: torch.from_numpy(np.asarray(each, bool)) for name, each in flags.items()},
    }
