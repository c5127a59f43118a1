"""What differs between two conditions."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from graph_attention.layers.condition_map import ConditionLabels, ConditionMap
from graph_attention.layers.conditions import ConditionCrossAttention


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


class Comparison(NamedTuple):
    """What differs between conditions, and who looked at whom to find it."""

    compared: Compared
    attention: ConditionMap


class ConditionComparator(nn.Module):
    """Conditions look at each other at every node, then are compared in pairs.

    Args:
        attention: the layer in which they look at each other.
        head: the comparison.
    """

    def __init__(self, attention: ConditionCrossAttention, head: ConditionComparisonHead):
        super().__init__()
        self.attention = attention
        self.head = head

    def forward(
        self,
        conditions: Float[Tensor, "*batch conditions nodes dim"],
        *,
        labels: ConditionLabels | None = None,
    ) -> Comparison:
        """Compare nodes of all conditions, such as those that a trained model made of some media."""
        values, attention = self.attention(conditions, labels=labels)
        return Comparison(self.head(values), attention)


def comparison_loss(
    compared: Compared, quantity: Float[Tensor, "*batch conditions nodes"], tolerance: float
) -> Float[Tensor, ""]:
    """Mean over pairs and nodes of (difference − Δ)² and of the cross-entropy that |Δ| exceeds the tolerance.

    Δ_abn = q_an − q_bn, of fluxes on whatever scale their differences should count. A condition is not compared
    with itself.
    """
    apart = quantity.unsqueeze(-2) - quantity.unsqueeze(-3)
    count = quantity.shape[-2]
    others = ~torch.eye(count, dtype=torch.bool, device=quantity.device)
    told = (compared.difference - apart).square()
    found = F.binary_cross_entropy_with_logits(
        compared.differs, (apart.abs() > tolerance).to(apart.dtype), reduction="none"
    )
    return (told + found)[..., others, :].mean()
