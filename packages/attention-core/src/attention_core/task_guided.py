"""Spatial attention queried by the task."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core.checks import check_dropout, check_heads, check_mask
from attention_core.errors import AttentionError
from attention_core.maps import Attended, DenseMap
from attention_core.masking import masked_softmax


def attend_cells(
    features: Float[Tensor, "batch time channels height width"],
    direction: Float[Tensor, "batch heads channels"],
    *,
    mask: Bool[Tensor, "..."] | None = None,
    dropout: float = 0.0,
) -> Attended:
    """Pool each feature map over its cells, once per direction.

        a_h = softmax_hw( u_h · x_hw ),   context_h = Σ_hw a_h,hw x_hw

    Args:
        features: `[batch, time, channels, height, width]`.
        direction: u, in channels; one for each head, the same at all times.
        mask: True = cell may be attended, broadcastable to `[batch, time, height, width]`. Masked cells may
        hold NaN
            or infinity; a map without any cell gives zeros.
        dropout: share of the weights not used for the context; the map is of the undropped weights.

    Returns:
        Contexts `[batch, time, heads, channels]` and a map `[batch, time, heads, 1, height · width]`.

    Raises:
        AttentionError: if the shapes do not belong together or the mask is not boolean.
    """
    _check_cells(features, direction, mask)
    batch, time = features.shape[:2]
    allowed = None
    if mask is not None:
        allowed = mask.expand(batch, time, *features.shape[-2:])
        features = features.masked_fill(~allowed.unsqueeze(2), 0.0)
        allowed = allowed.flatten(0, 1).flatten(1).unsqueeze(1)
    cells = features.flatten(0, 1).flatten(-2)
    weights = masked_softmax(torch.bmm(direction.repeat_interleave(time, 0), cells), allowed)
    contexts = torch.bmm(F.dropout(weights, dropout, training=dropout > 0), cells.mT)
    return Attended(contexts.unflatten(0, (batch, time)), _cell_map(weights, allowed, (batch, time)))


def _cell_map(weights: Tensor, allowed: Tensor | None, frames: tuple[int, int]) -> DenseMap:
    mask = None if allowed is None else allowed.unflatten(0, frames).unsqueeze(-2)
    return DenseMap(weights.unflatten(0, frames).unsqueeze(-2), mask)


def _check_cells(features: Tensor, direction: Tensor, mask: Tensor | None) -> None:
    expected = (direction.shape[0], direction.shape[-1])
    if features.ndim != 5 or (features.shape[0], features.shape[2]) != expected:
        raise AttentionError(
            f"features have shape {list(features.shape)}; expected [batch, time, channels, height, width]\n"
            f"  with batch {expected[0]}, as the task has, and {expected[1]} channels"
        )
    if mask is not None:
        cells = (*features.shape[:2], *features.shape[3:])
        check_mask(mask, cells, features.device, "[batch, time, height, width]")


class _TaskGuided(nn.Module):
    """What both kinds share: where the task makes each head look."""

    def __init__(self, channels: int, task_dim: int, dim: int, heads: int, dropout: float):
        super().__init__()
        check_heads(dim, heads)
        check_dropout(dropout)
        self.heads = heads
        self.dropout = dropout
        self.query = nn.Linear(task_dim, dim)
        self.key = nn.Linear(channels, dim, bias=False)
        self.score = nn.Parameter(torch.ones(dim))

    def direction(self, task: Float[Tensor, "batch task_dim"]) -> Float[Tensor, "batch heads channels"]:
        """What a cell must look like to be attended: u_h = K_hᵀ(w_h ⊙ Q_h task) / sqrt(d / heads)."""
        query = (self.score * self.query(task)).unflatten(-1, (self.heads, -1))
        key = self.key.weight.unflatten(0, (self.heads, -1))
        return torch.einsum("bhd,hdc->bhc", query, key) / math.sqrt(query.shape[-1])

    def _contexts(self, features: Tensor, task: Tensor, mask: Tensor | None) -> Attended:
        dropout = self.dropout if self.training else 0.0
        return attend_cells(features, self.direction(task), mask=mask, dropout=dropout)


class TaskGuidedAttention(_TaskGuided):
    """Pool a feature map where the task says to look.

        a = softmax_hw( w · (K x_hw ⊙ Q task) / sqrt(d) ),   context = Σ_hw a_hw x_hw

    Multiplicative spatial attention (Luong 2015; Xu 2015), queried by the task and not by the image. As K is
    linear, the scores are u · x_hw with u = Kᵀ(w ⊙ Q task) / sqrt(d), and K x is never formed. K has no bias:
    it would add the same to every cell of a frame, which the softmax takes out again. w starts at one, where
    a is ordinary scaled dot-product attention.
    """

    def __init__(self, channels: int, task_dim: int, dim: int = 512, dropout: float = 0.0):
        super().__init__(channels, task_dim, dim, 1, dropout)

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Attended:
        """Contexts `[batch, time, channels]` and a map `[batch, time, 1, 1, height · width]`.

        Mask and errors are those of `attend_cells`.
        """
        contexts, attention = self._contexts(features, task, mask)
        return Attended(contexts.squeeze(-2), attention)


class MultiHeadTaskGuidedAttention(_TaskGuided):
    """Pool a feature map at several places that the task asks for.

        a_h = softmax_hw( w_h · (K_h x_hw ⊙ Q_h task) / sqrt(d / heads) ),   context = W [Σ_hw a_h,hw x_hw]_h

    The heads of `TaskGuidedAttention` share `dim` between them; W starts as their mean.
    """

    def __init__(self, channels: int, task_dim: int, dim: int = 512, heads: int = 4, dropout: float = 0.0):
        super().__init__(channels, task_dim, dim, heads, dropout)
        self.mix = nn.Linear(heads * channels, channels, bias=False)
        with torch.no_grad():
            self.mix.weight.copy_(torch.eye(channels).repeat(1, heads) / heads)

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Attended:
        """Contexts `[batch, time, channels]` and a map `[batch, time, heads, 1, height · width]`.

        Mask and errors are those of `attend_cells`.
        """
        contexts, attention = self._contexts(features, task, mask)
        return Attended(self.mix(contexts.flatten(-2)), attention)
