"""Objects: cells of one colour that hold together."""

import torch
from jaxtyping import Int
from torch import Tensor

from arc_context.model.views import moved

BESIDE = ((-1, 0), (1, 0), (0, -1), (0, 1))


def components(grid: Int[Tensor, "batch height width"]) -> Int[Tensor, "batch cells"]:
    """The component of every cell, read row by row: the highest index of a cell that a path of its colour leads to.

    Paths go along rows and columns. Every round passes the highest index on to neighbours and then jumps to the
    index that the cell of this index has (pointer jumping, Shiloach and Vishkin 1982), until nothing changes.
    """
    cells = torch.arange(grid.shape[1:].numel(), device=grid.device)
    labels = cells.expand(len(grid), -1).view_as(grid)
    joined = [(step, moved(grid, *step, beyond=-1) == grid) for step in BESIDE]
    while True:
        heard = labels
        for step, same in joined:
            heard = torch.where(same, torch.maximum(heard, moved(labels, *step, beyond=-1)), heard)
        flat = heard.flatten(1)
        heard = flat.gather(1, flat).view_as(grid)
        if torch.equal(heard, labels):
            return labels.flatten(1)
        labels = heard
