"""A pair as features: what stands in the input, what in the output, and what changed."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.canvas import PAD
from arc_context.model.encoders import GridEncoder


def masked_mean(
    features: Float[Tensor, "*batch dim height width"], mask: Bool[Tensor, "*batch height width"]
) -> Float[Tensor, "*batch dim"]:
    """The mean over the cells of a mask; zeros where there is none."""
    weight = mask.unsqueeze(-3).to(features.dtype)
    return (features * weight).sum((-2, -1)) / weight.sum((-2, -1)).clamp_min(1)


def pair_area(
    inputs: Int[Tensor, "*batch height width"], outputs: Int[Tensor, "*batch height width"]
) -> Bool[Tensor, "*batch height width"]:
    """The cells that input or output have."""
    return (inputs != PAD) | (outputs != PAD)


class SpatialPairEncoder(nn.Module):
    """Features of every cell of a pair, not pooled.

        h = W [i; o; o − i],   y = h + W' GELU(norm(h))

    i and o are the encoded input and output at the same cell; their columns of W are their roles. A cell thus carries
    its colour before and after, which is what a test cell can look up.

    Args:
        encoder: of grids, shared with the test input.
        dim: channels.
    """

    def __init__(self, encoder: GridEncoder, dim: int):
        super().__init__()
        self.encoder = encoder
        self.fuse = nn.Linear(3 * dim, dim)
        self.norm = nn.LayerNorm(dim)
        self.refine = nn.Linear(dim, dim)

    def forward(
        self, inputs: Int[Tensor, "batch height width"], outputs: Int[Tensor, "batch height width"]
    ) -> Float[Tensor, "batch dim height width"]:
        """Encode pairs; zeros where neither grid has a cell."""
        area = pair_area(inputs, outputs)
        both = self.encoder(torch.cat([inputs, outputs]), torch.cat([area, area]))
        before, after = both.movedim(1, -1).chunk(2)
        fused = self.fuse(torch.cat([before, after, after - before], -1))
        cells = fused + self.refine(F.gelu(self.norm(fused)))
        return (cells * area.unsqueeze(-1)).movedim(-1, 1)


class PairEncoder(nn.Module):
    """A pair as one vector.

        v = W [mean_hw y; max_hw y]

    y are the features of the spatial encoder; mean and maximum are over the cells of the pair alone.
    """

    def __init__(self, encoder: GridEncoder, dim: int):
        super().__init__()
        self.spatial = SpatialPairEncoder(encoder, dim)
        self.pool = nn.Linear(2 * dim, dim)

    def forward(
        self,
        inputs: Int[Tensor, "batch height width"],
        outputs: Int[Tensor, "batch height width"],
        mask: Bool[Tensor, "batch height width"] | None = None,
    ) -> Float[Tensor, "batch dim"]:
        """Encode pairs, of which the mask may close cells; zeros for a pair without cells."""
        area = pair_area(inputs, outputs)
        mask = area if mask is None else area & mask
        cells = self.spatial(inputs, outputs)
        largest = cells.masked_fill(~mask.unsqueeze(1), -torch.inf).amax((-2, -1))
        there = mask.flatten(1).any(-1, keepdim=True)
        pooled = torch.cat([masked_mean(cells, mask), torch.where(there, largest, 0.0)], -1)
        return self.pool(pooled) * there
