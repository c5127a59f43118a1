"""A grid as it would stand turned, moved or resized, cell by cell."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from arc_context.model.canvas import PAD, SYMBOLS, area, sides

AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
"""Rows down and columns right to the eight neighbours."""
SYMMETRIES = 8
"""The grid itself first, then the other symmetries of the square."""
STEPS = (*AROUND, (-2, 0), (2, 0), (0, -2), (0, 2))
"""Where moved views look: at neighbours, and two cells away along an axis."""
FALLS = ((1, 1), (1, -1), (2, 1), (2, -1))
"""Axis and sense in which cells fall: down, up, right, left."""
VIEWS = SYMMETRIES + len(STEPS) + len(FALLS) + 3
"""All views: turned, moved, fallen, cropped, stretched and repeated."""
DRAWN = 8
"""Cells of the support that a view has to explain together."""


def views(
    grid: Int[Tensor, "batch height width"], target: Int[Tensor, "batch 2"]
) -> Int[Tensor, "batch height width views"]:
    """At each cell, the colour that the turned, moved, fallen, cropped and resized grids have there.

    `PAD` where they have no cell.

    A cell of an answer often has the colour of some cell of the input, and most often that of one of these. That an
    answer may be copied from one is known beforehand, and which one, if any, is not.

    Args:
        grid: in the upper left corner of its padding.
        target: sides to which the last two views are resized.
    """
    inside = grid != PAD
    shifted = [torch.where(inside, moved(grid, *step, beyond=PAD), PAD) for step in STEPS]
    things = inside & ~is_commonest(grid)
    single = torch.stack(
        [*shifted, *(fallen(grid, things, *fall) for fall in FALLS), cropped(grid, things)], -1
    )
    return torch.cat([turned_views(grid), single, resized_views(grid, target)], -1)


def turned_views(grid: Int[Tensor, "batch height width"]) -> Int[Tensor, "batch height width views"]:
    """The eight symmetries of the square.

        v_k(i, j) = grid[i', j'],   (i', j') ∈ {i, h − 1 − i} × {j, w − 1 − j},  or i and j exchanged

    Each view stands in the upper left corner, as tall as it is.
    """
    tall, wide = sides(grid)[:, :, None, None].unbind(1)
    rows, columns = _places(grid)
    turned = []
    for number in range(SYMMETRIES):
        row, column = (columns, rows) if number & 4 else (rows, columns)
        row = tall - 1 - row if number & 1 else row
        column = wide - 1 - column if number & 2 else column
        turned.append(_at(grid, row, column))
    return torch.stack(turned, -1)


def fallen(
    grid: Int[Tensor, "batch height width"],
    things: Bool[Tensor, "batch height width"],
    axis: int,
    sense: int,
) -> Int[Tensor, "batch height width"]:
    """The grid once all things have fallen to one side of it, in their order, through what is none.

    Args:
        grid: in the upper left corner of its padding.
        things: the cells that fall.
        axis: 1 along columns, 2 along rows.
        sense: 1 away from the first row or column, −1 towards it.
    """
    last = torch.where(grid == PAD, 2, sense * things)
    return grid.gather(axis, last.argsort(dim=axis, stable=True))


def cropped(
    grid: Int[Tensor, "batch height width"], things: Bool[Tensor, "batch height width"]
) -> Int[Tensor, "batch height width"]:
    """The rectangle around all things, in the upper left corner; nothing where there is none."""
    rows, columns = _places(grid)
    kept = _between(things.any(2, keepdim=True), 1) & _between(things.any(1, keepdim=True), 2)
    tall, wide = sides(torch.where(kept, grid, PAD)).unbind(-1)
    top, left = (kept.any(axis).int().argmax(1)[:, None, None] for axis in (2, 1))
    inside = (rows < tall[:, None, None]) & (columns < wide[:, None, None])
    return torch.where(inside, _at(grid, rows + top, columns + left), PAD)


def resized_views(
    grid: Int[Tensor, "batch height width"], target: Int[Tensor, "batch 2"]
) -> Int[Tensor, "batch height width views"]:
    """The grid stretched to the target, and repeated as often as it fits.

    v(i, j) = grid[⌊i h / h'⌋, ⌊j w / w'⌋]   and   grid[i mod h, j mod w],   for i < h', j < w'
    """
    tall, wide = sides(grid).clamp_min(1)[:, :, None, None].unbind(1)
    high, broad = target.clamp_min(1)[:, :, None, None].unbind(1)
    rows, columns = _places(grid)
    both = _at(grid, rows * tall // high, columns * wide // broad), _at(grid, rows % tall, columns % wide)
    inside = area(target, *grid.shape[1:]).unsqueeze(-1)
    return torch.where(inside, torch.stack(both, -1), PAD)


def moved(
    grid: Int[Tensor, "batch height width"], down: int, right: int, beyond: int = PAD
) -> Int[Tensor, "batch height width"]:
    """At each cell what stands that many rows below and columns to the right, and `beyond` past the edge."""
    height, width = grid.shape[1:]
    far = max(abs(down), abs(right))
    wide = F.pad(grid, (far, far, far, far), value=beyond)
    return wide[:, far + down : far + down + height, far + right : far + right + width]


def explained(
    seen: Int[Tensor, "batch pairs height width views"],
    outputs: Int[Tensor, "batch pairs height width"],
    mask: Bool[Tensor, "batch pairs height width"],
) -> Float[Tensor, "batch views"]:
    """How well each view of the train inputs explains the train outputs.

        (share of cells at which the view is the output)^8,   of the cells that both have

    The chance that eight cells drawn at random are all explained: 1 for a view that is the output, near 0 for one that
    is the output here and there; 0 for one that has no cell.

    Args:
        seen: the views of every train input.
        outputs: what they should be.
        mask: True where a support cell may be looked at.
    """
    asked = (mask & (outputs != PAD)).unsqueeze(-1) & (seen != PAD)
    right = asked & (seen == outputs.unsqueeze(-1))
    cells = asked.flatten(1, 3).sum(1).clamp_min(1)
    return (right.flatten(1, 3).sum(1) / cells) ** DRAWN


def colour_counts(grid: Int[Tensor, "batch height width"]) -> Int[Tensor, "batch symbols"]:
    """How many cells of each grid have each colour; none has `PAD`."""
    counts = F.one_hot(grid, SYMBOLS).flatten(1, 2).sum(1)
    counts[:, PAD] = 0
    return counts


def is_commonest(grid: Int[Tensor, "batch height width"]) -> Bool[Tensor, "batch height width"]:
    """Which cells have a colour that is as common as any in their grid."""
    counts = colour_counts(grid)
    commonest = (counts == counts.amax(-1, keepdim=True)) & (counts > 0)
    return commonest.gather(1, grid.flatten(1)).view_as(grid)


def _between(there: Tensor, axis: int) -> Tensor:
    """From the first to the last that is True along an axis."""
    return (there.cumsum(axis) > 0) & (there.flip(axis).cumsum(axis).flip(axis) > 0)


def _places(grid: Tensor) -> tuple[Tensor, Tensor]:
    rows, columns = (torch.arange(side, device=grid.device) for side in grid.shape[1:])
    return rows[:, None].expand_as(grid), columns.expand_as(grid)


def _at(grid: Tensor, row: Tensor, column: Tensor) -> Tensor:
    """What stands at these places; `PAD` at those that the grid does not have."""
    height, width = grid.shape[1:]
    row, column = row.expand_as(grid), column.expand_as(grid)
    there = (row >= 0) & (column >= 0) & (row < height) & (column < width)
    at = torch.where(there, row * width + column, 0).flatten(1)
    return torch.where(there, grid.flatten(1).gather(1, at).view_as(grid), PAD)
