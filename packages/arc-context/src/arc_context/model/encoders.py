"""Cells of a grid as features: colour, place, and what stands around."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.attention import feed_forward
from arc_context.model.canvas import PAD, SYMBOLS, sides
from arc_context.model.cues import CUES, cues
from arc_context.model.mixing import DirectionalMixing, LocalMixing
from arc_context.model.rays import rays
from arc_context.model.views import AROUND, SYMMETRIES, is_commonest, turned_views

WAVES = (1.0, 0.45, 0.2, 0.09)
"""Radians per cell in which distances to the four sides are told; the slowest does not come round within 30 cells."""
NARROW = 16
"""Channels in which the colour of a view is told."""
COORDINATES = 4 * 2 * len(WAVES) + 4
LOUD = 3.0
"""By how much cues, and what is heard of other cells, are enlarged at first: else the long vectors of colours decide
alone which cells are alike."""


def coordinates(
    extent: Int[Tensor, "batch 2"], height: int, width: int
) -> Float[Tensor, "batch height width coordinates"]:
    """Where each cell of a grid stands: waves of its distances to the four sides, and its place relative to size.

        sin ω d, cos ω d   of d ∈ {i, h − 1 − i, j, w − 1 − j}
        2 i / (h − 1) − 1,   2 j / (w − 1) − 1,   1 / h,   1 / w

    Args:
        extent: height and width of each grid in cells.
        height: rows of the padded grid.
        width: columns of the padded grid.
    """
    size = extent.clamp_min(1).to(torch.get_default_dtype())[:, None, None]
    rows, columns = (
        torch.arange(side, device=extent.device).to(torch.get_default_dtype()) for side in (height, width)
    )
    near = torch.stack(torch.meshgrid(rows, columns, indexing="ij"), -1).expand(len(extent), -1, -1, -1)
    last = size - 1
    angles = torch.cat([near, last - near], -1).unsqueeze(-1) * near.new_tensor(WAVES)
    waves = torch.cat([angles.sin(), angles.cos()], -1).flatten(-2)
    relative = torch.where(last > 0, 2 * near / last.clamp_min(1) - 1, 0.0)
    return torch.cat([waves, relative, (1 / size).expand_as(near)], -1)


class GridEncoder(nn.Module):
    """Features of every cell of a grid.

        h = Eᵀ s + W coordinates + W' [S E[v_0]; …; S E[v_7]; S E[r_1]; …; S E[r_8]] + W'' cues
        x = h + FeedForward(mixing(h))

    One table of colours serves queries, keys and answers. It begins with vectors of equal length at right angles, so
    that no colour is special; training has to show all of them. s are the shares of the colours that stand at a cell:
    its own, unless the grid was laid otherwise (`Alignment`). v_k are the grid and its turned and mirrored views, r_k
    what a cell sees in the eight directions, told narrowly; mixing is that of neighbours, then of rows and columns.

    Args:
        dim: channels of a cell.
        views: whether a cell knows what the turned and mirrored grids have at its place, and what it sees.
        told: whether a cell is told its cues.
        background: whether a cell knows besides if its colour is the commonest of its grid.
    """

    def __init__(self, dim: int, views: bool = True, told: bool = True, background: bool = False):
        super().__init__()
        self.colours = nn.Embedding(SYMBOLS, dim)
        nn.init.orthogonal_(self.colours.weight, gain=dim**0.5)
        self.place = nn.Linear(COORDINATES, dim)
        self.narrow = nn.Linear(dim, NARROW, bias=False) if views else None
        self.turned = nn.Linear((SYMMETRIES + len(AROUND)) * NARROW, dim, bias=False) if views else None
        self.common = nn.Linear(1, dim, bias=False) if background else None
        self.cues = nn.Linear(CUES, dim, bias=False) if told else None
        self.around, self.along = LocalMixing(dim), DirectionalMixing(dim)
        self.feed_forward = feed_forward(dim, 2 * dim)
        self._begin_loud()

    def forward(
        self,
        grid: Int[Tensor, "batch height width"],
        area: Bool[Tensor, "batch height width"] | None = None,
        standing: Float[Tensor, "batch height width symbols"] | None = None,
    ) -> Float[Tensor, "batch dim height width"]:
        """Encode grids.

        Args:
            grid: colours, `PAD` beyond it.
            area: zeros outside of it; the grid itself where none is given.
            standing: the shares s; the grid's own colours where none are given.
        """
        area = grid != PAD if area is None else area
        colours = self.colours(grid) if standing is None else standing @ self.colours.weight
        cells = colours + self.place(coordinates(sides(grid), *grid.shape[-2:]))
        if self.narrow is not None and self.turned is not None:
            table = self.narrow(self.colours.weight)
            seen = torch.cat([turned_views(grid), rays(grid)], -1)
            cells = cells + self.turned(F.embedding(seen, table).flatten(-2))
        if self.cues is not None:
            cells = cells + self.cues(cues(grid))
        if self.common is not None:
            cells = cells + self.common(is_commonest(grid).unsqueeze(-1).to(cells.dtype))
        cells = self.along(self.around(cells, area), area)
        cells = (cells + self.feed_forward(cells)) * area.unsqueeze(-1)
        return cells.movedim(-1, 1)

    @torch.no_grad()
    def _begin_loud(self) -> None:
        layers = (self.cues, self.around.mix, self.along.mix, self.feed_forward[-1])
        for layer in (each for each in layers if isinstance(each, nn.Linear)):
            layer.weight.mul_(LOUD)
