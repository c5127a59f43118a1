"""What a track is like, told to each of its detections; a track is whatever detections share a number."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from object_persistence.tokens.batch import TokenBatch

SHRINKAGE = 0.5
"""Frames², added to the spread of a track's times: one step alone does not tell a velocity."""
FASTEST = 2.0
"""Pixels per frame; a faster track is told as one of this speed, which training shows."""
STATISTICS = (
    "length",
    "span",
    "filled",
    "after_start",
    "before_end",
    "since_first",
    "until_last",
    "speed",
    "residual",
    "own_residual",
    "edge_before",
    "edge_after",
    "sigma_spread",
    "snr_spread",
)
"""What `track_statistics` tells, in its order."""


class TrackLine(NamedTuple):
    """The straight path that fits a track best, for each of its detections."""

    same: Float[Tensor, "batch tokens tokens"]
    """1 where two detections are of one track, else 0."""
    velocity: Float[Tensor, "batch tokens 2"]
    """Pixels per frame."""
    centre: Float[Tensor, "batch tokens 2"]
    """Where the track is at its mean time, in pixels."""
    time: Float[Tensor, "batch tokens"]
    """Its mean time, in frames."""

    def at(self, frame: Float[Tensor, "batch tokens"]) -> Float[Tensor, "batch tokens 2"]:
        """Where the track of each detection is at a time of its own."""
        return self.centre + self.velocity * (frame - self.time).unsqueeze(-1)

    def mean(self, values: Float[Tensor, "batch tokens *axes"]) -> Float[Tensor, "batch tokens *axes"]:
        """The mean over the detections of the same track."""
        if values.ndim == 2:
            return self.mean(values.unsqueeze(-1)).squeeze(-1)
        return self.same @ values / self.count.unsqueeze(-1)

    @property
    def count(self) -> Float[Tensor, "batch tokens"]:
        """Detections of the track; 1 for padding."""
        return self.same.sum(-1).clamp_min(1)


def track_line(batch: TokenBatch) -> TrackLine:
    """Least squares over the detections of each track, its velocity shrunk towards rest.

    v = Σ (t − t̄)(p − p̄) / (Σ (t − t̄)² + shrinkage)
    """
    both = batch.mask.unsqueeze(-1) & batch.mask.unsqueeze(-2)
    same = ((batch.track.unsqueeze(-1) == batch.track.unsqueeze(-2)) & both).to(batch.position.dtype)
    rest = torch.zeros_like(batch.position)
    frame = batch.frame.to(batch.position.dtype)
    line = TrackLine(same, rest, rest, frame)
    centre, time = line.mean(batch.position), line.mean(frame)
    away = frame - time
    moved = line.mean(away.unsqueeze(-1) * (batch.position - centre)) * line.count.unsqueeze(-1)
    spread = (line.mean(away.square()) * line.count + SHRINKAGE).unsqueeze(-1)
    return TrackLine(same, moved / spread, centre, time)


def track_statistics(batch: TokenBatch, line: TrackLine) -> Float[Tensor, "batch tokens statistics"]:
    """The numbers that `STATISTICS` names, most as logarithms, so that none is far beyond what training shows.

    Length and span in frames; filled is their ratio; from the clip's start to the track's first detection, from its
    last to the clip's end, and both from the detection itself; speed and root mean square distance from the
    straight path; the detection's own; distance to the border one frame before and after the track; relative
    spread of size and brightness.
    """
    frame = batch.frame.to(batch.position.dtype)
    first, last = _ends(line.same.bool(), frame)
    span = last - first + 1
    off = (batch.position - line.at(frame)).square().sum(-1)
    edges = [_to_edge(line.at(when), batch.extent) for when in (first - 1, last + 1)]
    told = [
        line.count.log(),
        span.log(),
        line.count / span,
        first.log1p(),
        (batch.extent[:, :1] - 1 - last).clamp_min(0).log1p(),
        (frame - first).log1p(),
        (last - frame).log1p(),
        line.velocity.norm(dim=-1).clamp_max(FASTEST),
        line.mean(off).add(1e-3).log(),
        off.add(1e-3).log(),
        *(edge.clamp(0, 8).log1p() for edge in edges),
        *(_spread(line, values) for values in (batch.sigma, batch.snr)),
    ]
    return torch.stack(told, -1) * batch.mask.unsqueeze(-1)


def _ends(same: Bool[Tensor, "batch tokens tokens"], frame: Tensor) -> tuple[Tensor, Tensor]:
    """First and last frame of each detection's track; the detection's own for padding."""
    alone = ~same.any(-1)
    times = frame.unsqueeze(-2).expand(same.shape)
    if not times.shape[-1]:
        return frame, frame
    first, last = times.masked_fill(~same, torch.inf).amin(-1), times.masked_fill(~same, -torch.inf).amax(-1)
    return torch.where(alone, frame, first), torch.where(alone, frame, last)


def _to_edge(position: Tensor, extent: Float[Tensor, "batch 3"]) -> Tensor:
    """Pixels to the nearest border of the frame."""
    return torch.minimum(position, extent[:, None, 1:] - 1 - position).amin(-1)


def _spread(line: TrackLine, values: Tensor) -> Tensor:
    """Standard deviation over mean, within a track, at most 1."""
    mean = line.mean(values)
    return (line.mean((values - mean).square()).sqrt() / mean.abs().clamp_min(1e-6)).clamp_max(1.0)
