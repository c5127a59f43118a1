"""Which cells an answer may have, as far as test input and support tell."""

import torch
from jaxtyping import Bool, Int
from torch import Tensor
from torch.nn import functional as F

from arc_context.tasks.grid import LARGEST_SIDE

PAD = 10
"""What stands beyond a grid, where the colours are 0 to 9."""
SYMBOLS = PAD + 1
"""Ten colours, and what stands beyond a grid."""


def sides(grids: Int[Tensor, "*batch height width"]) -> Int[Tensor, "*batch 2"]:
    """Height and width of grids that stand in the upper left corner of their padding; 0 where there is no grid."""
    inside = grids != PAD
    return torch.stack([inside.any(-1).sum(-1), inside.any(-2).sum(-1)], -1)


def area(extent: Int[Tensor, "*batch 2"], height: int, width: int) -> Bool[Tensor, "*batch {height} {width}"]:
    """The cells of an upper left rectangle."""
    rows, columns = (torch.arange(side, device=extent.device) for side in (height, width))
    return (rows[:, None] < extent[..., :1, None]) & (columns < extent[..., 1:, None])


def canvas_sides(
    test: Int[Tensor, "batch 2"],
    inputs: Int[Tensor, "batch pairs 2"],
    outputs: Int[Tensor, "batch pairs 2"],
    pair_mask: Bool[Tensor, "batch pairs"],
) -> Int[Tensor, "batch 2"]:
    """How large an answer could be, from sides alone, the answer's never among them.

        max(test, max_n output_n, max_n ⌈test · output_n / input_n⌉),   at most 30, for each axis

    Args:
        test: sides of the test inputs.
        inputs: sides of the train inputs.
        outputs: sides of the train outputs.
        pair_mask: True where there is a pair.
    """
    shown = (outputs * pair_mask.unsqueeze(-1)).clamp_max(LARGEST_SIDE)
    scaled = scaled_sides(test, inputs, outputs, pair_mask)
    return torch.cat([shown, scaled.unsqueeze(1), test.unsqueeze(1)], 1).amax(1)


def scaled_sides(
    test: Int[Tensor, "batch 2"],
    inputs: Int[Tensor, "batch pairs 2"],
    outputs: Int[Tensor, "batch pairs 2"],
    pair_mask: Bool[Tensor, "batch pairs"],
) -> Int[Tensor, "batch 2"]:
    """How large an answer is that grows as the train outputs do: max_n ⌈test · output_n / input_n⌉, at most 30.

    As large as the test input where there is no pair.
    """
    scaled = (test.unsqueeze(1) * outputs + inputs - 1) // inputs.clamp_min(1)
    largest = F.pad(scaled * pair_mask.unsqueeze(-1), (0, 0, 1, 0)).amax(1).clamp_max(LARGEST_SIDE)
    return torch.where(largest > 0, largest, test)


def canvas_of(
    test: Int[Tensor, "batch height width"],
    train_inputs: Int[Tensor, "batch pairs height width"],
    train_outputs: Int[Tensor, "batch pairs height width"],
    pair_mask: Bool[Tensor, "batch pairs"],
) -> Bool[Tensor, "batch height width"]:
    """The cells that an answer may have, as far as the padded grids reach."""
    extent = canvas_sides(sides(test), sides(train_inputs), sides(train_outputs), pair_mask)
    return area(extent, *test.shape[-2:])
