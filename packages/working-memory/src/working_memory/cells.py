"""Cells of a frame that attend to each other before the task chooses among them."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core import AttentionMap, MultiHeadAttention, RotaryGrid, TaskGuidedAttention


class Related(NamedTuple):
    """What the task pooled, where it looked, and which cells attended to which."""

    values: Float[Tensor, "batch time channels"]
    attention: AttentionMap
    cells: AttentionMap


class CellSelfAttention(nn.Module):
    """Let the cells of a frame attend to each other, then pool them where the task says to look.

        t = W_in x,   y = t + SelfAttention(LayerNorm(t)),   a = softmax_hw( u(task) · y_hw ),
        context = Σ_hw a_hw (x_hw + W_out y_hw)

    Pre-norm and residual (Xiong et al. 2020) in a width of its own, with rotary places on the grid of cells (Su et
    al. 2021); a is the map of `TaskGuidedAttention`. Which cells attend to which is the same for all tasks.
    """

    def __init__(self, channels: int, task_dim: int, dim: int = 512, heads: int = 1, dropout: float = 0.0):
        super().__init__()
        self.enter = nn.Linear(channels, dim, bias=False)
        self.norm = nn.LayerNorm(dim)
        self.between = MultiHeadAttention(dim, heads, dropout)
        self.pool = TaskGuidedAttention(dim, task_dim, dim, dropout)
        self.leave = nn.Linear(dim, channels, bias=False)

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Related:
        """Contexts, a map over cells `[batch, time, 1, 1, cells]`, and one between them, `[…, heads, cells, cells]`.

        A cell that the mask forbids neither attends nor is attended; otherwise the mask is that of `attend_cells`.
        """
        pairs = None
        if mask is not None:
            mask = mask.expand(*features.shape[:2], *features.shape[-2:])
            features = features.masked_fill(~mask.unsqueeze(2), 0.0)
            cells = mask.flatten(-2).unsqueeze(2)
            pairs = cells.unsqueeze(-1) & cells.unsqueeze(-2)
        related, between = self._relate(features, pairs)
        found, attention = self.pool(related, task, mask=mask)
        weights = F.dropout(attention.dense().squeeze(-2), self.pool.dropout, self.training)
        seen = weights.to(features.dtype) @ features.flatten(-2).mT
        return Related(seen.squeeze(-2) + self.leave(found), attention, between)

    def _relate(self, features: Tensor, pairs: Tensor | None) -> tuple[Tensor, AttentionMap]:
        cells = features.flatten(0, 1).flatten(-2)
        # As it lies: to put the channels last would copy all of them, which takes longer than the product.
        tokens = torch.bmm(self.enter.weight.expand(len(cells), -1, -1), cells).mT
        tokens = tokens.unflatten(0, features.shape[:2])
        # Only now is the width of the grid known; places hold no parameters.
        self.between.positions = RotaryGrid(max(1, features.shape[-1]))
        values, attention = self.between(self.norm(tokens), mask=pairs)
        return (tokens + values).mT.unflatten(-1, features.shape[-2:]), attention
