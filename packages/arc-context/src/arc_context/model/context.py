"""The support set as features, of every cell or pooled."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from arc_context.model.alignment import Alignment, laid
from arc_context.model.anchoring import Anchoring
from arc_context.model.canvas import PAD
from arc_context.model.encoders import GridEncoder
from arc_context.model.pair_encoders import (
    PairEncoder,
    SpatialPairEncoder,
    pair_area,
    views_of_pairs,
)
from arc_context.model.pooling import masked_mean
from arc_context.model.views import explained
from attention_core import CrossAttentionBlock


class Support(NamedTuple):
    """An encoded support set, and which of it there is."""

    features: Float[Tensor, "batch pairs dim height width"] | Float[Tensor, "batch dim"]
    mask: Bool[Tensor, "batch pairs height width"]
    """True where a pair has a cell that may be attended."""
    keys: Float[Tensor, "batch pairs dim height width"] | None = None
    """What each cell is recognised by, its input alone; None where the support is pooled."""
    explained: Float[Tensor, "batch views"] | None = None
    """How well each view of the inputs explains the outputs."""
    aligned: Float[Tensor, "batch views"] | None = None
    """The weights of views with which inputs are laid upon outputs; None where they are taken as they stand."""


class ContextEncoder(nn.Module):
    """Encode a support set once, for however many looks at it.

        spatial:  y_n = pair_n + W mean_hw pair_n     [batch, pairs, dim, height, width]
        pooled:   c = Block(query, {v_n})             [batch, dim]

    An index would give a pair other features wherever it stands, and answers could not stay the same when pairs change
    places. The mean of its pair tells a cell from those of other pairs instead, and means the same in any order; only
    pairs that are alike are not told apart. Masked pairs and padding count for nothing.

    Args:
        encoder: of grids, shared with the test input.
        dim: channels.
        heads: with which the pooled vector looks at the pairs.
        use_spatial_features: whether cells are kept.
        anchoring: of train inputs, where test inputs are anchored.
        alignment: which lays inputs upon outputs; without it they are taken as they stand.
    """

    def __init__(
        self,
        encoder: GridEncoder,
        dim: int,
        heads: int = 4,
        use_spatial_features: bool = True,
        anchoring: Anchoring | None = None,
        alignment: Alignment | None = None,
    ):
        super().__init__()
        self.alignment = alignment
        self.use_spatial_features = use_spatial_features
        if use_spatial_features:
            self.pair = SpatialPairEncoder(encoder, dim, anchoring)
            self.whole = nn.Linear(dim, dim, bias=False)
        else:
            self.pair = PairEncoder(encoder, dim, anchoring)
            self.query = nn.Parameter(torch.randn(1, dim) * dim**-0.5)
            self.pool = CrossAttentionBlock(dim, heads, 2 * dim)

    def forward(
        self,
        train_inputs: Int[Tensor, "batch pairs height width"],
        train_outputs: Int[Tensor, "batch pairs height width"],
        pair_mask: Bool[Tensor, "batch pairs"] | None = None,
        support_mask: Bool[Tensor, "batch pairs height width"] | None = None,
    ) -> Support:
        """Encode support sets.

        Args:
            train_inputs: colours, `PAD` beyond a grid.
            train_outputs: likewise.
            pair_mask: True where there is a pair; everywhere where none is given.
            support_mask: False closes cells besides: they are neither attended nor pooled.
        """
        mask = pair_area(train_inputs, train_outputs)
        mask = mask if pair_mask is None else mask & pair_mask[..., None, None]
        mask = mask if support_mask is None else mask & support_mask
        # A masked pair is padding: what its grids hold reaches nothing.
        there = mask.flatten(2).any(-1)[..., None, None]
        inputs, outputs = (torch.where(there, grids, PAD) for grids in (train_inputs, train_outputs))
        seen = views_of_pairs(inputs, outputs)
        aligned = None if self.alignment is None else self.alignment(seen, outputs, mask)
        standing = None if aligned is None else laid(seen, aligned).flatten(0, 1)
        flat = inputs.flatten(0, 1), outputs.flatten(0, 1), standing
        encoded = (
            self._cells(self.pair, *flat, mask)
            if isinstance(self.pair, SpatialPairEncoder)
            else self._pooled(self.pair, *flat, mask)
        )
        return encoded._replace(explained=explained(seen, outputs, mask), aligned=aligned)

    def _cells(
        self,
        pair: SpatialPairEncoder,
        inputs: Tensor,
        outputs: Tensor,
        standing: Tensor | None,
        mask: Tensor,
    ) -> Support:
        cells, keys = (each.unflatten(0, mask.shape[:2]) for each in pair.cells(inputs, outputs, standing))
        whole = self.whole(masked_mean(cells, mask))[..., None, None]
        return Support((cells + whole) * mask.unsqueeze(2), mask, keys)

    def _pooled(
        self, pair: PairEncoder, inputs: Tensor, outputs: Tensor, standing: Tensor | None, mask: Tensor
    ) -> Support:
        pairs = pair(inputs, outputs, mask.flatten(0, 1), standing)
        pairs, there = pairs.unflatten(0, mask.shape[:2]), mask.flatten(2).any(-1)
        query = self.query.expand(len(mask), -1, -1)
        return Support(self.pool(query, pairs, mask=there[:, None, None]).values.squeeze(1), mask)
