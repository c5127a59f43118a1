"""What a cell sees in each direction."""

import torch
from jaxtyping import Int
from torch import Tensor

from arc_context.model.canvas import PAD
from arc_context.model.views import AROUND, moved


def rays(grid: Int[Tensor, "batch height width"]) -> Int[Tensor, "batch height width directions"]:
    """The first colour other than its own that a cell meets in each of the eight directions; `PAD` at the edge.

    A run of equal cells hands on what its last cell meets, in jumps twice as long each time (pointer jumping, Wyllie
    1979), so that 30 cells take five.
    """
    batch, height, width = grid.shape
    beyond = height * width
    places = torch.arange(beyond, device=grid.device).view(1, height, width).expand_as(grid)
    # One more cell stands for all that is beyond.
    colours = torch.cat([grid.flatten(1), grid.new_full((batch, 1), PAD)], 1)
    found = []
    for step in AROUND:
        at = moved(places, *step, beyond=beyond).flatten(1)
        at = torch.cat([at, at.new_full((batch, 1), beyond)], 1)
        for _ in range(max(height, width).bit_length()):
            at = torch.where(colours.gather(1, at) == colours, at.gather(1, at), at)
        found.append(colours.gather(1, at)[:, :-1].view_as(grid))
    return torch.stack(found, -1)
