"""A pair as features: what stands in the input, what in the output, and what changed."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.anchoring import Anchoring
from arc_context.model.attention import feed_forward
from arc_context.model.canvas import PAD, sides
from arc_context.model.encoders import GridEncoder
from arc_context.model.pooling import masked_mean
from arc_context.model.views import VIEWS, views


class Cells(NamedTuple):
    """The cells of pairs, zeros where neither grid has one."""

    features: Float[Tensor, "batch dim height width"]
    """Input and output together: what is read of a cell."""
    inputs: Float[Tensor, "batch dim height width"]
    """The input alone, encoded as a test input is: what a cell is recognised by."""


def pair_area(
    inputs: Int[Tensor, "*batch height width"], outputs: Int[Tensor, "*batch height width"]
) -> Bool[Tensor, "*batch height width"]:
    """The cells that input or output have."""
    return (inputs != PAD) | (outputs != PAD)


def views_of_pairs(
    inputs: Int[Tensor, "*batch height width"], outputs: Int[Tensor, "*batch height width"]
) -> Int[Tensor, "*batch height width views"]:
    """Views of train inputs, resized to the sides of their outputs."""
    flat = views(inputs.reshape(-1, *inputs.shape[-2:]), sides(outputs).reshape(-1, 2))
    return flat.reshape(*inputs.shape, VIEWS)


def kept(
    inputs: Int[Tensor, "batch height width"], outputs: Int[Tensor, "batch height width"]
) -> Float[Tensor, "batch height width flags"]:
    """Which views of the input have the output's colour at a cell, and whether the output has no cell there."""
    same = views_of_pairs(inputs, outputs) == outputs.unsqueeze(-1)
    return torch.cat([same, (outputs == PAD).unsqueeze(-1)], -1).to(torch.get_default_dtype())


class SpatialPairEncoder(nn.Module):
    """Features of every cell of a pair, not pooled.

        h = i + W E[output colour] + W' [v_k = output colour]_k,   y = h + FeedForward(norm(h))

    i is the input as the test input is encoded; E is the same table of colours, and W the output's role. A cell thus
    carries its colour before and after, and which of the views of the input explain it.

    Args:
        encoder: of grids, shared with the test input.
        dim: channels.
        anchoring: of inputs, where test inputs are anchored.
    """

    def __init__(self, encoder: GridEncoder, dim: int, anchoring: Anchoring | None = None):
        super().__init__()
        self.encoder, self.anchoring = encoder, anchoring
        self.after = nn.Linear(dim, dim)
        nn.init.orthogonal_(self.after.weight)
        self.kept = nn.Linear(VIEWS + 1, dim, bias=False)
        self.fuse = feed_forward(dim, 2 * dim)

    def cells(
        self,
        inputs: Int[Tensor, "batch height width"],
        outputs: Int[Tensor, "batch height width"],
        standing: Float[Tensor, "batch height width symbols"] | None = None,
    ) -> Cells:
        """Pairs, and their inputs alone; `standing` as the encoder has it."""
        area = pair_area(inputs, outputs)
        before = self.encoder(inputs, area, standing)
        if self.anchoring is not None:
            before, _ = self.anchoring(before, inputs != PAD, sides(inputs))
        after = F.embedding(outputs, self.after(self.encoder.colours.weight))
        cells = before.movedim(1, -1) + after + self.kept(kept(inputs, outputs))
        cells = cells + self.fuse(cells)
        return Cells((cells * area.unsqueeze(-1)).movedim(-1, 1), before)

    def forward(
        self, inputs: Int[Tensor, "batch height width"], outputs: Int[Tensor, "batch height width"]
    ) -> Float[Tensor, "batch dim height width"]:
        """Encode pairs; zeros where neither grid has a cell."""
        return self.cells(inputs, outputs).features


class PairEncoder(nn.Module):
    """A pair as one vector.

        v = W [mean_hw y; max_hw y]

    y are the features of the spatial encoder; mean and maximum are over the cells of the pair alone.
    """

    def __init__(self, encoder: GridEncoder, dim: int, anchoring: Anchoring | None = None):
        super().__init__()
        self.spatial = SpatialPairEncoder(encoder, dim, anchoring)
        self.pool = nn.Linear(2 * dim, dim)

    def forward(
        self,
        inputs: Int[Tensor, "batch height width"],
        outputs: Int[Tensor, "batch height width"],
        mask: Bool[Tensor, "batch height width"] | None = None,
        standing: Float[Tensor, "batch height width symbols"] | None = None,
    ) -> Float[Tensor, "batch dim"]:
        """Encode pairs, of which the mask may close cells; zeros for a pair without cells."""
        area = pair_area(inputs, outputs)
        mask = area if mask is None else area & mask
        cells = self.spatial.cells(inputs, outputs, standing).features
        largest = cells.masked_fill(~mask.unsqueeze(1), -torch.inf).amax((-2, -1))
        there = mask.flatten(1).any(-1, keepdim=True)
        pooled = torch.cat([masked_mean(cells, mask), torch.where(there, largest, 0.0)], -1)
        return self.pool(pooled) * there
