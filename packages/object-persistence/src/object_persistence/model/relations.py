"""What attention is told of a pair of detections, and the bias that it becomes."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor, nn

from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.track_line import HORIZON, TrackLine, frames_of, track_line

if TYPE_CHECKING:
    from object_persistence.configuration import ModelConfig

Pairs = Float[Tensor, "batch tokens tokens features"]


class Relation:
    """Features of every pair: what the query at i may know of the key at j."""

    width: int

    def __call__(self, batch: TokenBatch, line: TrackLine) -> Pairs:
        """`[batch, tokens, tokens, width]`; whatever where either is padding."""
        raise NotImplementedError


class SpaceTime(Relation):
    """Where the key is from the query: dy, dx, dt, their sizes, and the speed that would lead from one to the other.

    (dy, dx) / (1 + |d|),   dt / (1 + |dt|),   ln(1 + |d|),   ln(1 + |dt|),   ln(1 + |d| / |dt|),   [dt = 0]
    """

    width = 7

    def __call__(self, batch: TokenBatch, line: TrackLine) -> Pairs:
        """No track is asked."""
        apart, dt = _apart(batch.position), _apart(frames_of(batch).unsqueeze(-1)).squeeze(-1)
        distance = apart.norm(dim=-1)
        speed = distance / dt.abs().clamp_min(1)
        told = [
            dt / (1 + dt.abs()),
            distance.log1p(),
            dt.abs().log1p(),
            speed.log1p(),
            (dt == 0).to(distance.dtype),
        ]
        return torch.cat([apart / (1 + distance.unsqueeze(-1)), torch.stack(told, -1)], -1)


class SameTrack(Relation):
    """Whether query and key are linked, how long after the query the key is, and both together."""

    width = 4

    def __call__(self, batch: TokenBatch, line: TrackLine) -> Pairs:
        """Distances are not told, so that nothing depends on speed."""
        dt = _apart(frames_of(batch).unsqueeze(-1)).squeeze(-1)
        late = dt.abs().log1p() * dt.sign()
        return torch.stack([line.same, line.same * late, late, late.abs()], -1)


class MotionCompensated(Relation):
    """How far the key is from where the query's track would be by then, and the other way round.

        e_ij = |p_i + u_i (t_j − t_i) − p_j|,   told as ln(1 + e_ij), ln(1 + e_ji), exp(−e_ij − e_ji), exp(−|d|)

    u is the velocity of a track of several detections. One that stands alone has none of its own: it moves as the
    scene does, by the mean over the clip's longer tracks, which is what a moving camera adds to all of them.
    """

    width = 4

    def __call__(self, batch: TokenBatch, line: TrackLine) -> Pairs:
        """Errors in pixels, which a fast and a slow track share."""
        frame = frames_of(batch)
        dt = _apart(frame.unsqueeze(-1))
        velocity = scene_velocity(batch, line)
        off = (_apart(batch.position) - velocity.unsqueeze(-2) * dt).norm(dim=-1)
        near = torch.exp(-off - off.mT)
        return torch.stack([off.log1p(), off.mT.log1p(), near, (-dt.abs().squeeze(-1)).exp() * near], -1)


def scene_velocity(batch: TokenBatch, line: TrackLine) -> Float[Tensor, "batch tokens 2"]:
    """The track's own velocity; for a detection without a second one, the mean over the others."""
    linked = ((line.count > 1) & batch.mask).to(line.velocity.dtype).unsqueeze(-1)
    scene = (line.velocity * linked).sum(1, keepdim=True) / linked.sum(1, keepdim=True).clamp_min(1)
    return torch.where(linked > 0, line.velocity, scene)


class PairBias(nn.Module):
    """A bias on the scores of every layer and head, as a learned function of what relations tell of a pair.

        b_lhij = w_lh · gelu(W r_ij + c) + s_lh ln n_j

    Relative positions as a function of continuous offsets (Liu et al. 2022, Swin v2), here in space, time and tracks.
    With support, a key counts as the s-th power of n_j, the detections of its track, before anything is learned; s is
    learned from there. Attention then prefers long tracks by construction, and an untrained model shows how much.

    Args:
        relations: what is told of a pair.
        layers: how many layers are served.
        heads: heads of each.
        hidden: width of the function.
        support: where s begins; 0 leaves the term out.
    """

    def __init__(
        self,
        relations: Sequence[Relation],
        layers: int,
        heads: int,
        hidden: int = 16,
        support: float = 0.0,
    ):
        super().__init__()
        self.support = nn.Parameter(torch.full((layers * heads,), support)) if support else None
        self.relations, self.layers = tuple(relations), layers
        width = sum(each.width for each in relations)
        self.function = nn.Sequential(
            nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, layers * heads, bias=False)
        )

    def forward(self, batch: TokenBatch) -> Sequence[Float[Tensor, "batch heads tokens tokens"]]:
        """One bias per layer."""
        line = track_line(batch, HORIZON)
        pairs = torch.cat([relation(batch, line) for relation in self.relations], -1)
        bias = self.function(pairs).permute(0, 3, 1, 2)
        if self.support is not None:
            bias = bias + self.support[:, None, None] * line.count.log()[:, None, None, :]
        return bias.chunk(self.layers, 1)


RELATIONS: dict[str, tuple[Callable[[], Relation], ...]] = {
    "none": (),
    "space_time": (SpaceTime,),
    "track": (SameTrack,),
}
"""What the setting `relation` names."""


def pair_bias(config: "ModelConfig") -> PairBias | None:
    """The bias that settings ask for; None where pairs are told nothing."""
    kinds = [*RELATIONS[config.relation], *([MotionCompensated] if config.motion else [])]
    told = [kind() for kind in kinds]
    return PairBias(told, config.layers, config.heads, support=config.support) if told else None


def _apart(values: Float[Tensor, "batch tokens axes"]) -> Float[Tensor, "batch tokens tokens axes"]:
    """Key minus query."""
    return values.unsqueeze(-3) - values.unsqueeze(-2)
