"""The solver: one block, again and again, whose every state is an answer."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from arc_context.model.attention import CellAttention, cell_places, feed_forward
from arc_context.model.halting import ENOUGH, Halting, halted_at, halting_distribution
from arc_context.model.mixing import DirectionalMixing, LocalMixing
from arc_context.model.readout import Copies, Readout
from attention_core import AttentionMap

Look = Callable[[Tensor, Tensor], tuple[Tensor, AttentionMap | None]]
"""Cells `[batch, cells, dim]` and their places `[cells, 2]` to cells that have looked at the support, and where."""


class Solved(NamedTuple):
    """What the steps left."""

    logits: Float[Tensor, "batch symbols height width"]
    step_logits: tuple[Float[Tensor, "batch symbols height width"], ...]
    attention: tuple[AttentionMap, ...]
    halting: Float[Tensor, "batch steps"] | None


class SolverStep(nn.Module):
    """Cells hear of their neighbours, of row and column, and of all cells, and each is transformed by itself.

    h = mixing(x),   h = h + Attention(norm(h)),   y = h + FeedForward(norm(h))
    """

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        self.around, self.along = LocalMixing(dim), DirectionalMixing(dim)
        self.norm = nn.LayerNorm(dim)
        self.attention = CellAttention(dim, heads, dropout)
        self.feed_forward = feed_forward(dim, 2 * dim, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        cells: Float[Tensor, "batch cells dim"],
        places: Int[Tensor, "cells 2"],
        canvas: Bool[Tensor, "batch height width"],
    ) -> Float[Tensor, "batch cells dim"]:
        """One step of the cells of a canvas, in a row."""
        there = canvas.flatten(1)
        grid = cells.unflatten(1, tuple(canvas.shape[1:]))
        cells = self.along(self.around(grid, canvas), canvas).flatten(1, 2)
        normed = self.norm(cells)
        keys = self.attention.keys(normed, normed, places)
        cells = cells + self.dropout(self.attention(normed, places, *keys, there[:, None, None]).values)
        return (cells + self.dropout(self.feed_forward(cells))) * there.unsqueeze(-1)


class RecursiveSolver(nn.Module):
    """Apply one step again and again; every state is read out.

        h_1 = Step(x),   h_t = Step(look(h_t−1 + x)),   logits_t = readout(h_t)

    x has looked at the support already. Weights are shared over steps, and every step is supervised (deep supervision
    of a recursive network: Jolicoeur-Martineau 2025). With halting an episode's answer is that of the step at which it
    halts, and in evaluation no step is made once all have.

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
        copies: Copies | None = None,
    ) -> Solved:
        """Solve on a canvas.

        Args:
            features: of its cells.
            canvas: True where the answer may have a cell.
            look: asked before every step but the first.
            copies: what answers may be copied from.
        """
        height, width = canvas.shape[1:]
        places = cell_places(height, width, canvas.device)
        given = state = features.flatten(2).mT
        logits, maps, chances = [], [], []
        for number in range(self.steps):
            if number:
                state = state + given
            if number and look is not None:
                state, seen = look(state, places)
                maps += [] if seen is None else [seen]
            state = self.step(state, places, canvas)
            logits.append(self.readout(state, copies).mT.unflatten(-1, (height, width)))
            if self.halting is not None:
                chances.append(self.halting(state, canvas.flatten(1)))
                if not self.training and _all_halted(chances):
                    break
        return _solved(logits, maps, chances)


def _all_halted(chances: list[Tensor]) -> bool:
    going_on = (1 - torch.stack(chances)).prod(0)
    return bool((going_on <= 1 - ENOUGH).all())


def _solved(logits: list[Tensor], maps: list[AttentionMap], chances: list[Tensor]) -> Solved:
    if not chances:
        return Solved(logits[-1], tuple(logits), tuple(maps), None)
    distribution = halting_distribution(chances)
    chosen = halted_at(distribution)
    answer = torch.stack(logits)[chosen, torch.arange(len(chosen), device=chosen.device)]
    return Solved(answer, tuple(logits), tuple(maps), distribution)
