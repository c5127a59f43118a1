"""How a cell hears of others by where they stand: of its neighbours, and of its row and column."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

SHARE = 1 / 3
"""Scale of sums over a row, so that those of a few cells are of the order of one."""


class LocalMixing(nn.Module):
    """A cell hears of the eight around it.

        y = x + W GELU(dwconv₃ₓ₃(m ⊙ norm(x)))

    A depthwise convolution (Chollet 2017) that sees zeros where the mask is False, so that what is beyond a grid has
    no say; the norm is over channels, so that no other cell has one.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.around = nn.Conv2d(dim, dim, 3, padding=1, groups=dim)
        self.mix = nn.Linear(dim, dim)

    def forward(
        self, cells: Float[Tensor, "batch height width dim"], mask: Bool[Tensor, "batch height width"]
    ) -> Float[Tensor, "batch height width dim"]:
        """Cells, and what is around them."""
        seen = (self.norm(cells) * mask.unsqueeze(-1)).movedim(-1, 1)
        return cells + self.mix(F.gelu(self.around(seen).movedim(1, -1)))


class DirectionalMixing(nn.Module):
    """A cell hears what stands left of it, right of it, above it and below it, however far.

        y = x + W GELU([Σ_{j' < j} u; Σ_{j' > j} v; Σ_{i' < i} w; Σ_{i' > i} z] / 3),   [u; v; w; z] = m ⊙ W' norm(x)

    Sums over row and column, one quarter of the channels for each direction, in time linear in the cells: recurrence
    in four directions (ReNet, Visin et al. 2015; ION, Bell et al. 2016) without weights of its own.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.value = nn.Linear(dim, dim)
        self.mix = nn.Linear(dim, dim)

    def forward(
        self, cells: Float[Tensor, "batch height width dim"], mask: Bool[Tensor, "batch height width"]
    ) -> Float[Tensor, "batch height width dim"]:
        """Cells, and what is in their row and column."""
        values = SHARE * self.value(self.norm(cells)) * mask.unsqueeze(-1)
        left, right, above, below = values.chunk(4, -1)
        heard = torch.cat([_before(left, 2), _behind(right, 2), _before(above, 1), _behind(below, 1)], -1)
        return cells + self.mix(F.gelu(heard))


def _before(values: Tensor, axis: int) -> Tensor:
    return values.cumsum(axis) - values


def _behind(values: Tensor, axis: int) -> Tensor:
    return values.sum(axis, keepdim=True) - values.cumsum(axis)
