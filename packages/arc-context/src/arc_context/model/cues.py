"""What is known of every cell before anything is learned: of its neighbours, its colour and its object."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from arc_context.model.canvas import PAD
from arc_context.model.components import components
from arc_context.model.views import AROUND, colour_counts, moved

BINS = (1, 2, 4, 8, 16)
"""Least number of cells of each bin; the last one is open."""
CUES = 2 * len(AROUND) + 2 * len(BINS) + 6


def cues(grid: Int[Tensor, "batch height width"]) -> Float[Tensor, "batch height width cues"]:
    """Zeros and ones that say nothing of which colour a cell has; zeros outside the grid.

    Which of the eight neighbours have the cell's colour, and which another; how many cells of its grid have it (1,
    2–3, 4–7, 8–15, more), whether it is the commonest or the rarest; how many its object has, whether the object
    touches the edge, is all that has its colour, and is largest or smallest among those that are not of the commonest
    colour. An object is a set of cells of one colour joined along rows and columns: that there are objects, and that
    they can be counted, is taken to be known (core knowledge, Chollet 2019), and which of it matters is not.
    """
    inside = grid != PAD
    neighbours = torch.stack([moved(grid, *step, beyond=PAD) for step in AROUND], -1)
    same = neighbours == grid.unsqueeze(-1)
    told = torch.cat([same, ~same & (neighbours != PAD), _of_colours(grid), _of_objects(grid, inside)], -1)
    return (told & inside.unsqueeze(-1)).to(torch.get_default_dtype())


def _of_colours(grid: Tensor) -> Bool[Tensor, "batch height width facts"]:
    own, most, fewest = _counts(grid)
    return torch.cat([_binned(own), torch.stack([own == most, own == fewest], -1)], -1)


def _of_objects(grid: Tensor, inside: Tensor) -> Bool[Tensor, "batch height width facts"]:
    labels = components(grid)
    size = _total(labels, torch.ones_like(labels)).view_as(grid)
    touches = _total(labels, edge(grid).flatten(1).long()).view_as(grid) > 0
    own, most, _ = _counts(grid)
    thing = inside & (own != most)
    largest = size.where(thing, 0).flatten(1).amax(1)[:, None, None]
    smallest = size.where(thing, grid.shape[1:].numel() + 1).flatten(1).amin(1)[:, None, None]
    facts = [touches, size == own, thing & (size == largest), thing & (size == smallest)]
    return torch.cat([_binned(size), torch.stack(facts, -1)], -1)


def edge(grid: Int[Tensor, "batch height width"]) -> Bool[Tensor, "batch height width"]:
    """The outermost cells of each grid."""
    inner = torch.stack([moved(grid, *step, beyond=PAD) != PAD for step in AROUND]).all(0)
    return (grid != PAD) & ~inner


def _counts(grid: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Cells of each cell's colour, of the commonest colour, and of the rarest."""
    flat = grid.flatten(1)
    counts = colour_counts(grid)
    most = counts.amax(1)[:, None, None]
    fewest = counts.where(counts > 0, grid.shape[1:].numel() + 1).amin(1)[:, None, None]
    return counts.gather(1, flat).view_as(grid), most, fewest


def _total(labels: Tensor, values: Tensor) -> Tensor:
    """The sum over each cell's component."""
    return torch.zeros_like(labels).scatter_add(1, labels, values).gather(1, labels)


def _binned(count: Tensor) -> Bool[Tensor, "batch height width bins"]:
    ends = (*BINS[1:], torch.iinfo(torch.int64).max)
    return torch.stack([(count >= low) & (count < end) for low, end in zip(BINS, ends, strict=True)], -1)
