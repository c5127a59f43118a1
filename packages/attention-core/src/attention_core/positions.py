"""Where tokens stand, told to an attention: rotations of queries and keys, and learned biases.

Each class is a part that `MultiHeadAttention.positions` takes.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from attention_core.errors import AttentionError


class Placed(NamedTuple):
    """Queries and keys that know their places, and what their places add to the scores."""

    query: Float[Tensor, "*batch heads queries dim"]
    key: Float[Tensor, "*batch key_heads keys dim"]
    bias: Float[Tensor, "heads queries keys"] | None = None


def rotate(
    tokens: Float[Tensor, "*batch tokens dim"], places: Int[Tensor, "tokens axes"], base: float = 10_000.0
) -> Float[Tensor, "*batch tokens dim"]:
    """Turn pairs of channels by angles that grow with the place.

        (x_2m, x_2m+1) ↦ R(p · base^(−2m / dim)) (x_2m, x_2m+1)

    so that the product of a rotated query and a rotated key depends on the difference of their places alone
    (Su et al. 2021, RoFormer). With several axes the channels are shared out between them, one block each.

    Raises:
        AttentionError: if dim cannot be shared out in pairs.
    """
    axes, dim = places.shape[-1], tokens.shape[-1]
    if dim % (2 * axes):
        raise AttentionError(
            f"tokens with dim {dim} cannot be rotated along {axes} axes; give a dim per head that {2 * axes} divides."
        )
    half = dim // (2 * axes)
    # Angles in float32 at least: half precision cannot tell far places apart.
    precision = torch.promote_types(tokens.dtype, torch.float32)
    slowness = base ** (-torch.arange(half, device=tokens.device, dtype=precision) / half)
    angles = (places.unsqueeze(-1) * slowness).flatten(-2)
    cosine, sine = angles.cos().to(tokens.dtype), angles.sin().to(tokens.dtype)
    even, odd = tokens.unflatten(-1, (-1, 2)).unbind(-1)
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2)


class Rotary(nn.Module):
    """Rotary positions of a sequence: token i is turned by i.

    Nothing is learned. Queries and keys both count from 0. Su et al. 2021.
    """

    def __init__(self, base: float = 10_000.0):
        super().__init__()
        self.base = base

    def forward(
        self,
        query: Float[Tensor, "*batch heads queries dim"],
        key: Float[Tensor, "*batch key_heads keys dim"],
    ) -> Placed:
        """Rotated queries and keys.

        Raises:
            AttentionError: if the dim per head is odd.
        """
        return Placed(*(rotate(tokens, self.places(tokens), self.base) for tokens in (query, key)))

    def places(self, tokens: Tensor) -> Int[Tensor, "tokens axes"]:
        """The place of each token on each axis."""
        return torch.arange(tokens.shape[-2], device=tokens.device).unsqueeze(-1)


class RotaryGrid(Rotary):
    """Rotary positions of a grid, read row by row: half the channels turn with the row, half with the column.

    Nothing is learned. Su et al. 2021, along two axes.
    """

    def __init__(self, width: int, base: float = 100.0):
        super().__init__(base)
        if width < 1:
            raise AttentionError(f"a grid of width {width}; give how many cells a row has.")
        self.width = width

    def places(self, tokens: Tensor) -> Int[Tensor, "tokens axes"]:
        """Row and column of each cell."""
        return grid_places(tokens.shape[-2], self.width, tokens.device)


class RelativeBias(nn.Module):
    """A learned bias for each head and each distance in a sequence.

        b_hij = w_h[clip(i − j, −farthest, farthest)]

    What is farther than `farthest` shares the bias of that distance (Shaw et al. 2018; Raffel et al. 2020).
    Biases start at zero, where the attention is that without them.
    """

    def __init__(self, heads: int, farthest: int):
        super().__init__()
        if farthest < 0:
            raise AttentionError(f"farthest is {farthest}; give the largest distance with a bias of its own.")
        self.farthest = farthest
        self.weight = nn.Parameter(torch.zeros(heads, 2 * farthest + 1))

    def forward(
        self,
        query: Float[Tensor, "*batch heads queries dim"],
        key: Float[Tensor, "*batch key_heads keys dim"],
    ) -> Placed:
        """Queries and keys as they are, and the bias of their distances.

        Raises:
            AttentionError: if the query has another number of heads.
        """
        here, there = (torch.arange(tokens.shape[-2], device=query.device) for tokens in (query, key))
        distances = (here.unsqueeze(1) - there).clamp(-self.farthest, self.farthest)
        return _biased(query, key, self.weight, distances + self.farthest)


class RelativeBiasGrid(nn.Module):
    """A learned bias for each head and each offset in a grid, read row by row.

        b_hij = w_h[row(i) − row(j), column(i) − column(j)]

    Liu et al. 2021 (Swin). Biases start at zero.
    """

    def __init__(self, heads: int, height: int, width: int):
        super().__init__()
        if height < 1 or width < 1:
            raise AttentionError(f"a grid of {height} × {width} cells; give at least one row and one column.")
        self.height, self.width = height, width
        self.weight = nn.Parameter(torch.zeros(heads, 2 * height - 1, 2 * width - 1))

    def forward(
        self,
        query: Float[Tensor, "*batch heads queries dim"],
        key: Float[Tensor, "*batch key_heads keys dim"],
    ) -> Placed:
        """Queries and keys as they are, and the bias of their offsets.

        Raises:
            AttentionError: if the query has another number of heads, or there are more tokens than cells.
        """
        most = max(query.shape[-2], key.shape[-2])
        if most > self.height * self.width:
            raise AttentionError(f"{most} tokens do not fit a grid of {self.height} × {self.width} cells.")
        here, there = (grid_places(tokens.shape[-2], self.width, query.device) for tokens in (query, key))
        rows, columns = (here.unsqueeze(1) - there).unbind(-1)
        index = (rows + self.height - 1) * (2 * self.width - 1) + columns + self.width - 1
        return _biased(query, key, self.weight.flatten(1), index)


def grid_places(tokens: int, width: int, device: torch.device) -> Int[Tensor, "tokens axes"]:
    """Row and column of each cell of a grid that is read row by row."""
    cells = torch.arange(tokens, device=device)
    return torch.stack((cells // width, cells % width), -1)


def _biased(query: Tensor, key: Tensor, weight: Tensor, index: Tensor) -> Placed:
    if query.shape[-3] != len(weight):
        raise AttentionError(
            f"a bias of {len(weight)} heads was given a query of {query.shape[-3]} heads; make it with as many."
        )
    return Placed(query, key, weight[:, index])
