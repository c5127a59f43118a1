"""Truth values of a grid as a whole."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from arc_context.model.pooling import masked_mean


class Judged(NamedTuple):
    """What holds of each grid."""

    predicates: Float[Tensor, "batch predicates"]
    cells: Float[Tensor, "batch dim 1 1"]
    """What every cell hears of it."""


class SymbolicPredicateHeads(nn.Module):
    """Soft predicates of a grid, told to all of its cells.

        p = σ(MLP [mean_hw x; std_hw x]),   y = W p

    Nothing says what a predicate means; training finds which are of use.

    Args:
        dim: channels.
        predicates: how many.
    """

    def __init__(self, dim: int, predicates: int):
        super().__init__()
        self.judge = nn.Sequential(nn.Linear(2 * dim, dim), nn.GELU(), nn.Linear(dim, predicates))
        self.tell = nn.Linear(predicates, dim)

    def forward(
        self, features: Float[Tensor, "batch dim height width"], mask: Bool[Tensor, "batch height width"]
    ) -> Judged:
        """Judge grids by the cells of the mask."""
        mean = masked_mean(features, mask)
        spread = masked_mean((features - mean[..., None, None]).square(), mask).add(1e-6).sqrt()
        predicates = self.judge(torch.cat([mean, spread], -1)).sigmoid()
        return Judged(predicates, self.tell(predicates)[..., None, None])
