"""The solver: one block, again and again, whose every state is an answer."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from arc_context.model.attention import CellAttention, cell_places
from arc_context.model.encoders import LocalMixing
from arc_context.model.halting import ENOUGH, Halting, halted_at, halting_distribution
from attention_core import AttentionMap

Look = Callable[[Tensor, Tensor], tuple[Tensor, AttentionMap | None]]
"""Cells `[batch, cells, dim]` and their places `[cells, 2]` to cells that have looked at the support, and where."""


class Solved(NamedTuple):
    """What the steps left."""

    logits: Float[Tensor, "batch symbols height width"]
    step_logits: tuple[Float[Tensor, "batch symbols height width"], ...]
    attention: tuple[AttentionMap, ...]
    halting: Float[Tensor, "batch steps"] | None


class Readout(nn.Module):
    """Say of every cell what it is: one of the colours, or outside.

        logit_c = E_c · W norm(h) / sqrt(dim) + b [c is outside]

    E is the table of colours that grids are encoded by (tied weights, Press and Wolf 2017): what looks a colour up can
    say it. No colour has a bias.
    """

    def __init__(self, colours: nn.Embedding):
        super().__init__()
        dim = colours.embedding_dim
        self.colours = colours
        self.norm = nn.LayerNorm(dim)
        self.say = nn.Linear(dim, dim)
        self.outside = nn.Parameter(torch.zeros(1))

    def forward(
        self, cells: Float[Tensor, "batch dim height width"]
    ) -> Float[Tensor, "batch symbols height width"]:
        """Logits of every cell."""
        table = self.colours.weight
        logits = self.say(self.norm(cells.movedim(1, -1))) @ table.T / table.shape[-1] ** 0.5
        bias = torch.cat([self.outside.new_zeros(len(table) - 1), self.outside])
        return (logits + bias).movedim(-1, 1)


class SolverStep(nn.Module):
    """Cells hear of their neighbours, of all cells, and of the support, and each is transformed by itself.

    h = mixing(x),   h = h + Attention(norm(h)),   h = look(h),   y = h + FeedForward(norm(h))
    """

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        self.mixing = LocalMixing(dim)
        self.norm = nn.LayerNorm(dim)
        self.attention = CellAttention(dim, heads, dropout)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(dim),
            nn.Linear(dim, 2 * dim),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(2 * dim, dim),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        features: Float[Tensor, "batch dim height width"],
        canvas: Bool[Tensor, "batch height width"],
        look: Look | None = None,
    ) -> tuple[Float[Tensor, "batch dim height width"], AttentionMap | None]:
        """One step, and where it looked."""
        height, width = canvas.shape[-2:]
        places = cell_places(height, width, canvas.device)
        cells = self.mixing(features.movedim(1, -1), canvas).flatten(1, 2)
        normed = self.norm(cells)
        own = self.attention(
            normed, places, *self.attention.keys(normed, places), canvas.flatten(1)[:, None, None]
        )
        cells = cells + self.dropout(own.values)
        cells, seen = (cells, None) if look is None else look(cells, places)
        cells = cells + self.dropout(self.feed_forward(cells))
        cells = cells * canvas.flatten(1).unsqueeze(-1)
        return cells.mT.unflatten(-1, (height, width)), seen


class RecursiveSolver(nn.Module):
    """Apply one step again and again; every state is read out.

        h_0 = 0,   h_t = Step(h_t−1 + x),   logits_t = readout(h_t)

    Weights are shared over steps (deep supervision of a recursive network: Jolicoeur-Martineau 2025). With halting an
    episode's answer is that of the step at which it halts, and in evaluation no step is made once all have.

    Args:
        dim: channels.
        heads: of the attention between cells.
        steps: how many, at most.
        readout: from states to logits.
        halting: whether it may stop early.
        dropout: inside the step.
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        steps: int,
        readout: Readout,
        halting: bool = False,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.steps = steps
        self.step = SolverStep(dim, heads, dropout)
        self.readout = readout
        self.halting = Halting(dim) if halting else None

    def forward(
        self,
        features: Float[Tensor, "batch dim height width"],
        canvas: Bool[Tensor, "batch height width"],
        look: Look | None = None,
    ) -> Solved:
        """Solve on a canvas; `look` is asked in every step where it is given."""
        state, logits, maps, chances = torch.zeros_like(features), [], [], []
        for _ in range(self.steps):
            state, seen = self.step(state + features, canvas, look)
            logits.append(self.readout(state))
            if seen is not None:
                maps.append(seen)
            if self.halting is not None:
                chances.append(self.halting(state, canvas))
                if not self.training and _all_halted(chances):
                    break
        if self.halting is None:
            return Solved(logits[-1], tuple(logits), tuple(maps), None)
        distribution = halting_distribution(chances)
        chosen = halted_at(distribution)
        answer = torch.stack(logits)[chosen, torch.arange(len(chosen), device=chosen.device)]
        return Solved(answer, tuple(logits), tuple(maps), distribution)


def _all_halted(chances: list[Tensor]) -> bool:
    going_on = (1 - torch.stack(chances)).prod(0)
    return bool((going_on <= 1 - ENOUGH).all())
