"""A grid as it would stand turned and mirrored, cell by cell."""

import torch
from jaxtyping import Int
from torch import Tensor

from arc_context.model.canvas import PAD, sides

VIEWS = 8
"""The grid itself first, then the other symmetries of the square."""


def turned_views(grid: Int[Tensor, "batch height width"]) -> Int[Tensor, "batch height width views"]:
    """At each cell, the colour that each of the eight turned and mirrored grids has there.

        v_k(i, j) = grid[i', j'],   (i', j') ∈ {i, h − 1 − i} × {j, w − 1 − j},  or i and j exchanged

    Each view stands in the upper left corner, as tall as it is; `PAD` where it has no cell. That a task may be about
    symmetry is known beforehand, and which one, if any, is not.
    """
    height, width = grid.shape[1:]
    tall, wide = sides(grid)[:, :, None, None].unbind(1)
    rows, columns = (torch.arange(side, device=grid.device) for side in (height, width))
    rows, columns = rows[:, None], columns[None, :]
    flat, views = grid.flatten(1), []
    for number in range(VIEWS):
        row, column = (columns, rows) if number & 4 else (rows, columns)
        row = tall - 1 - row if number & 1 else row.expand(len(grid), height, width)
        column = wide - 1 - column if number & 2 else column.expand(len(grid), height, width)
        row, column = (each.expand(len(grid), height, width) for each in (row, column))
        there = (row >= 0) & (column >= 0) & (row < tall) & (column < wide)
        at = torch.where(there, row * width + column, 0).flatten(1)
        views.append(torch.where(there, flat.gather(1, at).view_as(grid), PAD))
    return torch.stack(views, -1)
