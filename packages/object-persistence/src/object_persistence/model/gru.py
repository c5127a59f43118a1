"""A recurrent network along linked tracks: what is known of an object without looking at the others."""

from typing import TYPE_CHECKING

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from object_persistence.errors import PersistenceError
from object_persistence.model.output import PersistenceOutput
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.patches import PatchEncoder

if TYPE_CHECKING:
    from object_persistence.configuration import ModelConfig

OUTPUTS = ("logits", "duration", "remaining")
STEP = ("dy", "dx", "frames_since", "is_first", "log_sigma", "log_snr", "frame", "frames_left", "to_border")
"""What each detection tells beside its patch; displacements and times are from the detection before on its track."""


class TrackGRU(nn.Module):
    """Each detection is judged by its own linked track, read forwards and backwards; there is no attention.

        h→_i, h←_i = GRU(x_1 … x_n)_i,   (logit, ln duration, ln remaining)_i = head([h→_i, h←_i])

    A bidirectional GRU (Cho et al. 2014) over the detections of a track in order of time;
    x is a CNN of the patch plus displacement, time since the last, sigma, brightness, and the distance to the ends
    of the clip and the border of the frame.

    Args:
        config: `dim`, `layers` and `dropout`; what concerns attention is not asked for.
        channels: of a patch.
        size: side of a patch in pixels.
    """

    def __init__(self, config: "ModelConfig", channels: int = 1, size: int = 9):
        super().__init__()
        dim = config.dim
        if dim % 2:
            raise PersistenceError(f"dim {dim}: expected an even width, half of it for each direction")
        self.patch_shape = (channels, size, size)
        self.patch = PatchEncoder(channels, size, dim)
        self.step = nn.Sequential(nn.Linear(len(STEP), dim), nn.GELU(), nn.Linear(dim, dim))
        dropout = config.dropout if config.layers > 1 else 0.0  # torch's acts between layers
        self.gru = nn.GRU(dim, dim // 2, config.layers, batch_first=True, dropout=dropout, bidirectional=True)
        self.head = nn.Sequential(
            nn.LayerNorm(dim), nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, len(OUTPUTS))
        )

    def forward(self, batch: TokenBatch) -> PersistenceOutput:
        """Judge every detection of every clip.

        Raises:
            PersistenceError: if patches have another shape than the model was made for.
        """
        if tuple(batch.patches.shape[2:]) != self.patch_shape:
            raise PersistenceError(
                f"patches are {list(batch.patches.shape[2:])}; this model expects {list(self.patch_shape)}, "
                "channels first."
            )
        rows, lengths = along_tracks(batch)
        patches = self.patch(batch.patches).flatten(0, 1)[rows]
        read = self.read(patches + self.step(steps(batch, rows, lengths)), lengths)
        tokens = read.new_zeros((batch.mask.numel(), read.shape[-1]))
        tokens = tokens.index_copy(0, rows, read).unflatten(0, batch.mask.shape)
        logits, duration, remaining = (self.head(tokens) * batch.mask.unsqueeze(-1)).unbind(-1)
        return PersistenceOutput(logits, duration, remaining, (), batch.mask, tokens)

    def read(
        self, inputs: Float[Tensor, "detections dim"], lengths: Int[Tensor, " tracks"]
    ) -> Float[Tensor, "detections dim"]:
        """The states at each detection, both directions; the detections of a track stand together."""
        if not len(lengths):
            return inputs
        counts = lengths.tolist()
        padded = pad_sequence(list(inputs.split(counts)), batch_first=True)
        packed = pack_padded_sequence(padded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        there = torch.arange(states.shape[1], device=states.device) < lengths.unsqueeze(-1)
        return states[there]


def along_tracks(batch: TokenBatch) -> tuple[Int[Tensor, " detections"], Int[Tensor, " tracks"]]:
    """Places of all detections in the flattened batch, track after track and each in order of time; their lengths."""
    places = batch.mask.flatten().nonzero().squeeze(-1)
    clip = torch.arange(len(batch), device=places.device).repeat_interleave(batch.mask.shape[1])
    frame, track = batch.frame.flatten()[places], batch.track.flatten()[places]
    order = frame.argsort(stable=True)
    for key in (track, clip[places]):
        order = order[key[order].argsort(stable=True)]
    owner = torch.stack([clip[places], track], -1)[order]
    return places[order], owner.unique_consecutive(dim=0, return_counts=True)[1]


def steps(
    batch: TokenBatch, rows: Int[Tensor, " detections"], lengths: Int[Tensor, " tracks"]
) -> Float[Tensor, "detections numbers"]:
    """The numbers that `STEP` names, of detections in the order of `along_tracks`; each about 1 at most."""
    clip = rows // batch.mask.shape[1]
    place, frame = batch.position.flatten(0, 1)[rows], batch.frame.flatten()[rows].to(batch.position.dtype)
    time, *sides = batch.extent[clip].unbind(-1)
    first = torch.zeros_like(frame).index_fill(0, lengths.cumsum(0) - lengths, 1.0)
    moved = (place - place.roll(1, 0)) * (1 - first).unsqueeze(-1)
    since = (frame - frame.roll(1, 0)) * (1 - first)
    border = torch.minimum(place, torch.stack(sides, -1) - 1 - place).amin(-1)
    sizes = [each.flatten()[rows].clamp_min(1e-3).log() for each in (batch.sigma, batch.snr)]
    numbers = [*(moved / 4).unbind(-1), since / 4, first, *sizes]
    return torch.stack([*numbers, frame / 16, (time - 1 - frame) / 16, border / 32], -1)
