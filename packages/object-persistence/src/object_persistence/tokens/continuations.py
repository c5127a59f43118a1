"""Whether a track that ends might go on as another: links that were missed across a gap leave two pieces."""

import torch
from jaxtyping import Float
from torch import Tensor

from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.track_line import SHRINKAGE, TrackLine, frames_of

REACH = 8
"""Longest gap, in frames, that is looked across."""
CONTINUATIONS = tuple(f"{what}_{side}" for side in ("after", "before") for what in ("fit", "gap", "length"))
"""What `continuations` tells, in its order."""


def continuations(
    batch: TokenBatch, line: TrackLine, path: TrackLine, first: Tensor, last: Tensor
) -> Float[Tensor, "batch tokens 6"]:
    """How well the best other piece fits after each track, and before it.

        fit = exp(−e / 2),   e = |p_j − p_i − v̄ Δt| / (1 + Δt / 2),   v̄ = (s_i v_i + s_j v_j) / (s_i + s_j)

    over the last detection i of one track and the first j of another, up to `REACH` frames later; v̄ is the mean of
    both velocities by how well each is known. Told are the best fit, and that fit times ln(1 + Δt) and times the
    logarithm of the other's length: all 0 where nothing fits.

    Args:
        batch: the detections.
        line: the straight line of each track.
        path: the track as it is near each detection.
        first: first frame of each detection's track.
        last: its last.
    """
    frame = frames_of(batch)
    if not frame.shape[-1]:
        return batch.position.new_zeros((*frame.shape, len(CONTINUATIONS)))
    ends, begins = (frame == last) & batch.mask, (frame == first) & batch.mask
    dt = frame.unsqueeze(-2) - frame.unsqueeze(-1)
    possible = ends.unsqueeze(-1) & begins.unsqueeze(-2) & (dt >= 1) & (dt <= REACH) & (line.weight == 0)
    fit = torch.where(possible, (-_mismatch(batch, path, dt) / 2).exp(), 0.0)
    sides = [_best(fit, dt, line.count), _best(fit.mT, dt.mT.neg(), line.count)]
    told = torch.cat([side * end.unsqueeze(-1) for side, end in zip(sides, (ends, begins), strict=True)], -1)
    # Each track has one end and one beginning, and tells all of its detections.
    return line.same @ told


def _mismatch(batch: TokenBatch, path: TrackLine, dt: Tensor) -> Float[Tensor, "batch tokens tokens"]:
    known = path.spread + 1e-3 * SHRINKAGE
    total = known.unsqueeze(-1) + known.unsqueeze(-2)
    carried = path.velocity * known.unsqueeze(-1)
    velocity = (carried.unsqueeze(-2) + carried.unsqueeze(-3)) / total.unsqueeze(-1)
    apart = batch.position.unsqueeze(-3) - batch.position.unsqueeze(-2) - velocity * dt.unsqueeze(-1)
    return apart.norm(dim=-1) / (1 + dt.abs() / 2)


def _best(fit: Tensor, dt: Tensor, count: Tensor) -> Float[Tensor, "batch tokens 3"]:
    """Fit, gap and length of the best key of each query."""
    best, key = fit.max(-1)
    gap = dt.abs().gather(-1, key.unsqueeze(-1)).squeeze(-1)
    return torch.stack([best, best * gap.log1p(), best * count.gather(-1, key).log()], -1)
