"""Attention between the cells of grids, which knows how far cells are apart, and what follows it."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from attention_core import Attended, attend, rotate

BASE = 100.0
"""Of the rotations' slowness: the slowest of two turns by 0.1 per cell."""


def cell_places(height: int, width: int, device: torch.device) -> Int[Tensor, "cells 2"]:
    """Row and column of every cell of a grid, read row by row."""
    rows, columns = (torch.arange(side, device=device) for side in (height, width))
    return torch.cartesian_prod(rows, columns).reshape(-1, 2)


def feed_forward(dim: int, hidden: int, dropout: float = 0.0) -> nn.Sequential:
    """Transform each cell by itself, pre-norm."""
    return nn.Sequential(
        nn.LayerNorm(dim), nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, dim)
    )


class CellAttention(nn.Module):
    """Attention in several heads between cells, in which half of a head knows places and half does not.

        values = W_o [head_1 … head_h],   head_i = softmax(ρ(Q_i) ρ(K_i)ᵀ / sqrt(dim / heads)) V_i

    ρ turns the first half of a head's channels with row and column (Su et al. 2021, RoFormer, along two axes), so that
    scores know the difference of two places; the second half compares what stands there. Cells of several pairs share
    their places, and nothing tells in which order pairs come.

    Args:
        dim: width of a cell, of which each head has a multiple of 8 channels.
        heads: attention heads.
        dropout: share of the weights that training sets to zero.
        alike: whether cells begin by looking at what is like them and taking it as it is: queries and keys with one
            orthogonal projection, values with another, and W_o with its inverse.
    """

    def __init__(self, dim: int, heads: int, dropout: float = 0.0, alike: bool = False):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.query, self.join = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.key, self.value = nn.Linear(dim, dim, bias=False), nn.Linear(dim, dim, bias=False)
        if alike:
            self._begin_alike()

    def keys(
        self,
        key: Float[Tensor, "batch keys dim"],
        value: Float[Tensor, "batch keys dim"],
        places: Int[Tensor, "keys 2"],
    ) -> tuple[Float[Tensor, "batch heads keys head_dim"], Float[Tensor, "batch heads keys head_dim"]]:
        """Keys and values in heads; those of a support set are made once and looked at in every step."""
        return self._placed(self.key(key), places), self._split(self.value(value))

    def forward(
        self,
        query: Float[Tensor, "batch queries dim"],
        places: Int[Tensor, "queries 2"],
        key: Float[Tensor, "batch heads keys head_dim"],
        value: Float[Tensor, "batch heads keys head_dim"],
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Attended:
        """Attend from cells to keys that `keys` made; the mask broadcasts to `[batch, heads, queries, keys]`."""
        dropout = self.dropout if self.training else 0.0
        placed = self._placed(self.query(query), places)
        values, attention = attend(placed, key, value, mask=mask, dropout=dropout)
        return Attended(self.join(values.transpose(-2, -3).flatten(-2)), attention)

    @torch.no_grad()
    def _begin_alike(self) -> None:
        for layer in (self.query, self.value):
            nn.init.orthogonal_(layer.weight)
        self.key.weight.copy_(self.query.weight)
        self.join.weight.copy_(self.value.weight.T)
        for layer in (self.query, self.join):
            nn.init.zeros_(layer.bias)

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(-2, -3)

    def _placed(self, tokens: Tensor, places: Tensor) -> Tensor:
        turned, still = self._split(tokens).chunk(2, -1)
        return torch.cat([rotate(turned, places, BASE), still], -1)
