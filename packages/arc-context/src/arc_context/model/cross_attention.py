"""Spatial context: every test cell queries all support cells."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from arc_context.model.attention import CellAttention, cell_places, feed_forward
from attention_core import Attended

FIRST_GATE = 0.5
"""How much of what was found is added at first: not zero, so that gradients reach the support set at once."""


class Memory(NamedTuple):
    """A support set as keys and values, made once."""

    key: Float[Tensor, "batch heads keys head_dim"]
    value: Float[Tensor, "batch heads keys head_dim"]
    mask: Bool[Tensor, "batch 1 1 keys"]


class CrossAttentionInjector(nn.Module):
    """Every cell looks at the support cells, adds what it found, and is transformed by itself.

        h = x + g ⊙ Attention(norm(x), norm(k), norm'(s)),   y = h + FeedForward(norm(h))

    Pre-norm (Xiong et al. 2020), with a gate per channel on what was found (LayerScale, Touvron et al. 2021) that
    starts at one half. Where the keys k are support inputs encoded as the test input is, attention begins as
    a likeness of cells: queries and keys share their norm and the first values of their projections. Keys are read
    pair by pair, row by row; attention knows the difference of places within a grid, and of pairs no order. The map is
    `[batch, heads, height · width, pairs · height · width]`.

    Args:
        dim: channels.
        heads: attention heads.
        hidden: width inside the feed-forward; twice the channels where none is given.
        dropout: of weights and of both branches.
    """

    def __init__(self, dim: int, heads: int = 4, hidden: int | None = None, dropout: float = 0.0):
        super().__init__()
        self.norm, self.support_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attention = CellAttention(dim, heads, dropout, alike=True)
        self.gate = nn.Parameter(torch.full((dim,), FIRST_GATE))
        self.feed_forward = feed_forward(dim, 2 * dim if hidden is None else hidden, dropout)
        self.dropout = nn.Dropout(dropout)

    def memory(
        self,
        support: Float[Tensor, "batch pairs dim height width"],
        mask: Bool[Tensor, "batch pairs height width"],
        keys: Float[Tensor, "batch pairs dim height width"] | None = None,
    ) -> Memory:
        """Keys and values of a support set; masked cells may hold anything.

        Args:
            support: what is read of each cell.
            mask: True where a cell may be attended.
            keys: what each cell is recognised by; what is read of it where none are given.
        """
        _, pairs, _, height, width = support.shape
        places = cell_places(height, width, support.device).repeat(pairs, 1)
        values = _cells(support, mask)
        keys = values if keys is None else _cells(keys, mask)
        key, value = self.attention.keys(self.norm(keys), self.support_norm(values), places)
        return Memory(key, value, mask.flatten(1)[:, None, None])

    def look(
        self,
        cells: Float[Tensor, "batch cells dim"],
        places: Int[Tensor, "cells 2"],
        memory: Memory,
    ) -> Attended:
        """What `forward` does, of cells in a row and a support set that is keys and values already."""
        found = self.attention(self.norm(cells), places, memory.key, memory.value, memory.mask)
        cells = cells + self.dropout(self.gate * found.values)
        return Attended(cells + self.dropout(self.feed_forward(cells)), found.attention)

    def forward(
        self,
        features: Float[Tensor, "batch dim height width"],
        support: Float[Tensor, "batch pairs dim support_height support_width"],
        support_mask: Bool[Tensor, "batch pairs support_height support_width"] | None = None,
    ) -> Attended:
        """Features that have looked at the support, and where; the mask is True where a cell may be attended."""
        if support_mask is None:
            support_mask = torch.ones_like(support[:, :, 0], dtype=torch.bool)
        height, width = features.shape[-2:]
        memory = self.memory(support, support_mask)
        values, attention = self.look(
            features.flatten(2).mT, cell_places(height, width, features.device), memory
        )
        return Attended(values.mT.unflatten(-1, (height, width)), attention)


def _cells(
    features: Float[Tensor, "batch pairs dim height width"], mask: Bool[Tensor, "batch pairs height width"]
) -> Float[Tensor, "batch keys dim"]:
    return torch.where(mask.unsqueeze(2), features, 0.0).movedim(2, -1).flatten(1, 3)
