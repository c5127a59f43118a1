"""What a track is like, told to each of its detections; a track is whatever detections share a number."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.continuations import CONTINUATIONS, continuations
from object_persistence.tokens.track_line import TrackLine, frames_of

FASTEST = 2.0
"""Pixels per frame; a faster track is told as one of this speed, which training shows."""
FARTHEST = 8.0
"""Pixels; what is farther from a path, or from the border, is told as this far."""
OF_TRACK = (
    "length",
    "span",
    "filled",
    "longest_gap",
    "after_start",
    "before_end",
    "since_first",
    "until_last",
    "speed",
    "residual",
    "own_residual",
    "bend",
    "own_bend",
    "edge_before",
    "edge_after",
    "sigma_spread",
    "response_spread",
    "own_sigma",
    "own_response",
    "neighbours",
)
STATISTICS = (*OF_TRACK, *CONTINUATIONS)
"""What `track_statistics` tells, in its order."""


def track_statistics(
    batch: TokenBatch, line: TrackLine, path: TrackLine
) -> Float[Tensor, "batch tokens statistics"]:
    """The numbers that `STATISTICS` names, as logarithms or bounded, so that none is far beyond what training shows.

    Of the track: length and span in frames, the share of frames that is filled, the longest gap; frames of the clip
    before and after it; speed; root mean square distance from the straight line and from the path near each
    detection (bend); distance to the border one frame before and after; spread of the logarithms of sigma and response.
    Of the detection: frames since the track's first and until its last, its own distance from line and path, how far
    its sigma and response are from the track's, and detections of other tracks close by in its frame.

    Args:
        batch: the detections.
        line: the straight line of each track.
        path: its path near each detection.
    """
    frame = frames_of(batch)
    same = line.weight > 0
    first, last = _ends(same, frame)
    span = last - first + 1
    off, bend = (_squared(batch.position - each.at(frame)) for each in (line, path))
    edges = (_to_edge(path.at(each), batch.extent) for each in (frame - 1, frame + 1))
    logs = [each.clamp_min(1e-3).log() for each in (batch.sigma, batch.response)]
    own = [each - line.mean(each) for each in logs]
    told = [
        line.count.log(),
        span.log(),
        line.count / span,
        _longest_gap(same, frame).log1p(),
        first.log1p(),
        (batch.extent[:, :1] - 1 - last).clamp_min(0).log1p(),
        (frame - first).log1p(),
        (last - frame).log1p(),
        line.velocity.norm(dim=-1).clamp_max(FASTEST),
        *(_log_distance(each) for each in (line.mean(off), off, line.mean(bend), bend)),
        *(
            _of_track(line, edge.clamp(0, FARTHEST).log1p() * (frame == end))
            for edge, end in zip(edges, (first, last), strict=True)
        ),
        *(line.mean(each.square()).add(1e-6).sqrt().clamp_max(1.0) for each in own),
        *(each.clamp(-1.0, 1.0) for each in own),
        _neighbours(batch, same).log1p(),
    ]
    told = torch.cat([torch.stack(told, -1), continuations(batch, line, path, first, last)], -1)
    return told * batch.mask.unsqueeze(-1)


def _ends(same: Bool[Tensor, "batch tokens tokens"], frame: Tensor) -> tuple[Tensor, Tensor]:
    """First and last frame of each detection's track; the detection's own for padding."""
    if not frame.shape[-1]:
        return frame, frame
    alone = ~same.any(-1)
    times = frame.unsqueeze(-2).expand(same.shape)
    first, last = times.masked_fill(~same, torch.inf).amin(-1), times.masked_fill(~same, -torch.inf).amax(-1)
    return torch.where(alone, frame, first), torch.where(alone, frame, last)


def _longest_gap(same: Bool[Tensor, "batch tokens tokens"], frame: Tensor) -> Tensor:
    """Frames between a detection of the track and the next one, at most."""
    if not frame.shape[-1]:
        return frame
    ahead = frame.unsqueeze(-2) - frame.unsqueeze(-1)
    to_next = ahead.masked_fill(~same | (ahead <= 0), torch.inf).amin(-1)
    gap = torch.where(to_next.isinf(), 0.0, to_next - 1)
    return torch.where(same, gap.unsqueeze(-2), 0.0).amax(-1)


def _neighbours(batch: TokenBatch, same: Bool[Tensor, "batch tokens tokens"]) -> Tensor:
    apart = batch.position.unsqueeze(-2) - batch.position.unsqueeze(-3)
    close = (apart.square().sum(-1) < FARTHEST**2) & (batch.frame.unsqueeze(-1) == batch.frame.unsqueeze(-2))
    return (close & ~same & batch.mask.unsqueeze(-2)).sum(-1).to(batch.position.dtype)


def _of_track(line: TrackLine, values: Tensor) -> Tensor:
    """The sum over the detections of the same track."""
    return (line.same @ values.unsqueeze(-1)).squeeze(-1)


def _to_edge(position: Tensor, extent: Float[Tensor, "batch 3"]) -> Tensor:
    """Pixels to the nearest border of the frame."""
    return torch.minimum(position, extent[:, None, 1:] - 1 - position).amin(-1)


def _squared(difference: Tensor) -> Tensor:
    return difference.square().sum(-1)


def _log_distance(squared: Tensor) -> Tensor:
    return squared.clamp_max(FARTHEST**2).add(1e-2).log()
