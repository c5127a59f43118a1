"""What differs between two conditions."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn


class Compared(NamedTuple):
    """For every ordered pair of conditions and every node."""

    difference: Float[Tensor, "*batch conditions others nodes"]
    """How much more there is in the first condition than in the other; antisymmetric, 0 on the diagonal."""
    differs: Float[Tensor, "*batch conditions others nodes"]
    """Logit that the two differ at the node; symmetric, the same on all of the diagonal."""


class ConditionComparisonHead(nn.Module):
    """Compare all conditions in pairs, at every node.

        difference_abn = u · (h_an − h_bn),   differs_abn = w · |h_an − h_bn| + w_0,   h = GELU(W norm(x) + b)

    Antisymmetric and symmetric by construction: to exchange two conditions changes the sign of the first and
    nothing of the second.
    """

    def __init__(self, dim: int, hidden: int | None = None):
        super().__init__()
        hidden = dim if hidden is None else hidden
        self.enter = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, hidden), nn.GELU())
        self.difference = nn.Linear(hidden, 1, bias=False)
        self.differs = nn.Linear(hidden, 1)

    def forward(self, conditions: Float[Tensor, "*batch conditions nodes dim"]) -> Compared:
        """Both answers for each pair, in memory of pairs × nodes × hidden."""
        hidden = self.enter(conditions)
        apart = hidden.unsqueeze(-3) - hidden.unsqueeze(-4)
        return Compared(self.difference(apart).squeeze(-1), self.differs(apart.abs()).squeeze(-1))
