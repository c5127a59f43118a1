"""The straight path of a track, as a whole or as each of its detections sees it."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from object_persistence.tokens.batch import TokenBatch

SHRINKAGE = 0.5
"""Frames², added to the spread of a track's times: one step alone does not tell a velocity."""
HORIZON = 2.0
"""Frames over which detections of a track tell how it moves near one of them."""


class TrackLine(NamedTuple):
    """The straight path that fits a track best, for each of its detections."""

    weight: Float[Tensor, "batch tokens tokens"]
    """How much another detection counts for this one: 0 where it is of another track."""
    velocity: Float[Tensor, "batch tokens 2"]
    """Pixels per frame."""
    centre: Float[Tensor, "batch tokens 2"]
    """Where the track is at its mean time, in pixels."""
    time: Float[Tensor, "batch tokens"]
    """Its mean time, in frames."""
    spread: Float[Tensor, "batch tokens"]
    """Σ w (t − t̄)², frames²: how well the velocity is known."""

    def at(self, frame: Float[Tensor, "batch tokens"]) -> Float[Tensor, "batch tokens 2"]:
        """Where the track of each detection is at a time of its own."""
        return self.centre + self.velocity * (frame - self.time).unsqueeze(-1)

    def mean(self, values: Float[Tensor, "batch tokens *axes"]) -> Float[Tensor, "batch tokens *axes"]:
        """The weighed mean over the detections of the same track."""
        return _mean(self.weight, values)

    @property
    def same(self) -> Float[Tensor, "batch tokens tokens"]:
        """1 where two detections are of one track, else 0."""
        return (self.weight > 0).to(self.weight.dtype)

    @property
    def count(self) -> Float[Tensor, "batch tokens"]:
        """Detections of the track; 1 for padding."""
        return self.same.sum(-1).clamp_min(1)


def track_line(batch: TokenBatch, horizon: float | None = None) -> TrackLine:
    """Least squares over the detections of each track, its velocity shrunk towards rest.

        v_i = Σ_j w_ij (t_j − t̄_i)(p_j − p̄_i) / (Σ_j w_ij (t_j − t̄_i)² + shrinkage)

    Without a horizon all detections of a track count alike and share one line; with one they count as
    w_ij = exp(−|t_j − t_i| / horizon), so that each sees the path as it is near it, on either side of a turn.

    Args:
        batch: detections with frames, positions and tracks.
        horizon: frames.
    """
    both = batch.mask.unsqueeze(-1) & batch.mask.unsqueeze(-2)
    weight = ((batch.track.unsqueeze(-1) == batch.track.unsqueeze(-2)) & both).to(batch.position.dtype)
    frame = frames_of(batch)
    if horizon is not None:
        weight = weight * (-(frame.unsqueeze(-1) - frame.unsqueeze(-2)).abs() / horizon).exp()
    time, centre = _mean(weight, frame), _mean(weight, batch.position)
    total = weight.sum(-1)
    # Σ w (t − t̄)(p − p̄) = Σ w t p − Σ w t̄ p̄, about a middle that keeps the numbers small.
    shared = _mean(weight, frame.unsqueeze(-1) * batch.position) - time.unsqueeze(-1) * centre
    spread = ((_mean(weight, frame.square()) - time.square()) * total).clamp_min(0.0)
    velocity = shared * total.unsqueeze(-1) / (spread + SHRINKAGE).unsqueeze(-1)
    return TrackLine(weight, velocity, centre, time, spread)


def frames_of(batch: TokenBatch) -> Float[Tensor, "batch tokens"]:
    """Frames as numbers to reckon with."""
    return batch.frame.to(batch.position.dtype)


def _mean(weight: Tensor, values: Tensor) -> Tensor:
    if values.ndim == 2:
        return _mean(weight, values.unsqueeze(-1)).squeeze(-1)
    total = weight.sum(-1, keepdim=True)
    return weight @ values / torch.where(total > 0, total, 1.0)
