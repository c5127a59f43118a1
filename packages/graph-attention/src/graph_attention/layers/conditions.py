"""Attention between conditions, at every node by itself."""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core import Attended, attend
from attention_core.checks import check_mask
from attention_core.functional import attended
from attention_core.masking import silence, used_tokens
from graph_attention.errors import MetabolicError
from graph_attention.layers.checks import check_heads
from graph_attention.layers.condition_map import ConditionLabels, ConditionMap, check_labels
from graph_attention.layers.feed_forward import FeedForward


class ConditionProjection(nn.Module):
    """W_c x for the nodes of condition c: each condition, known by its place, has weights of its own."""

    def __init__(self, conditions: int, dim: int, bias: bool):
        super().__init__()
        made = [nn.Linear(dim, dim, bias) for _ in range(conditions)]
        self.weight = nn.Parameter(torch.stack([each.weight.detach() for each in made]))
        self.bias = nn.Parameter(torch.stack([each.bias.detach() for each in made])) if bias else None

    def forward(
        self, tokens: Float[Tensor, "*batch conditions dim"]
    ) -> Float[Tensor, "*batch conditions dim"]:
        """Project each condition by its own weights.

        Raises:
            MetabolicError: if there are more or fewer conditions than weights.
        """
        if tokens.shape[-2] != len(self.weight):
            raise MetabolicError(
                f"expected {len(self.weight)} conditions, each with weights of its own; got {tokens.shape[-2]}"
            )
        projected = torch.einsum("...cd,ced->...ce", tokens, self.weight)
        return projected if self.bias is None else projected + self.bias


def shared_projection(dim: int, bias: bool) -> nn.Linear:
    """W x, the same for all conditions."""
    return nn.Linear(dim, dim, bias)


class ConditionCrossAttention(nn.Module):
    """At each node the conditions attend to each other, then each is transformed by itself.

        h_cn = x_cn + W_o Σ_d p_cdn V x_dn,   p_cdn = softmax_d( Q x_cn · K x_dn / sqrt(dim / heads) ),
        y = h + FeedForward(norm(h)),   x normalised before Q, K and V

    C × C weights for each node and head: which condition a reaction looks at can be asked, and the cost is linear
    in the nodes. Any number of conditions, in any order, unless they have projections of their own. A
    condition looks at itself too, so that one alone keeps its nodes' own values.

    Args:
        dim: features of a node.
        heads: how many heads.
        project: makes Q, K and V of `(dim, bias)`; shared by all conditions where not given, and
            `functools.partial(ConditionProjection, 3)` for three conditions with weights of their own.
        hidden: width of the feed-forward layer; 4 dim where not given.
        dropout: share of weights and of what is added to the nodes that is dropped in training.
    """

    def __init__(
        self,
        dim: int,
        heads: int = 8,
        *,
        project: Callable[[int, bool], nn.Module] = shared_projection,
        hidden: int | None = None,
        dropout: float = 0.0,
    ):
        super().__init__()
        check_heads(dim, heads)
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.query, self.value = project(dim, True), project(dim, True)
        self.key = project(dim, False)
        self.out = nn.Linear(dim, dim)
        self.feed_forward = FeedForward(dim, hidden, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        conditions: Float[Tensor, "*batch conditions nodes dim"],
        *,
        labels: ConditionLabels | None = None,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Attended:
        """Transform the nodes of all conditions; the map is a `ConditionMap`, named by labels where given.

        Mask is broadcastable to the map, `[*batch, nodes, heads, conditions, conditions]`. A condition that takes
        part in no allowed pair counts as zeros, and may hold NaN or infinity.

        Raises:
            MetabolicError: if the labels are not as many as conditions and nodes.
        """
        if conditions.ndim < 3 or conditions.shape[-1] != self.norm.normalized_shape[0]:
            raise MetabolicError(
                f"expected conditions [*batch, conditions, nodes, {self.norm.normalized_shape[0]}];"
                f" got {list(conditions.shape)}"
            )
        if labels is not None:
            check_labels(labels, *conditions.shape[-3:-1])
        tokens = conditions.transpose(-3, -2)
        if mask is not None:
            tokens = self._quiet(tokens, mask)
        found, attention = self._attend(self.norm(tokens), labels, mask)
        tokens = tokens + self.dropout(self.out(found))
        tokens = tokens + self.dropout(self.feed_forward(tokens))
        return Attended(tokens.transpose(-3, -2), attention)

    def extra_repr(self) -> str:
        """Heads, for the printed module."""
        return f"heads={self.heads}"

    def _attend(self, tokens: Tensor, labels: ConditionLabels | None, mask: Tensor | None) -> Attended:
        query, key, value = (
            project(tokens).unflatten(-1, (self.heads, -1)).transpose(-2, -3)
            for project in (self.query, self.key, self.value)
        )
        dropout = self.dropout.p if self.training else 0.0
        values, attention = attended(ConditionMap(query, key, mask, labels=labels), value, dropout)
        return Attended(values.transpose(-2, -3).flatten(-2), attention)

    def _quiet(self, tokens: Tensor, mask: Tensor) -> Tensor:
        count = tokens.shape[-2]
        check_mask(mask, (*tokens.shape[:-2], self.heads, count, count), tokens.device)
        used = used_tokens(count, count, mask, None, False, tokens.device)
        return tokens if used is None else silence(tokens, used[0] | used[1])


CrossAttention = ConditionCrossAttention
"""The older name."""


class ConditionPooling(nn.Module):
    """One value per node from all conditions: Σ_c a_cn V x_cn, a_n = softmax_c( q · K x_cn / sqrt(dim / heads) ).

    Attention of one learned query per head. The map is `[*batch, nodes, heads, 1, conditions]`.
    """

    def __init__(self, dim: int, heads: int = 8):
        super().__init__()
        check_heads(dim, heads)
        self.query = nn.Parameter(torch.randn(heads, 1, dim // heads) * (dim // heads) ** -0.5)
        self.key = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(dim, dim)

    def forward(
        self,
        conditions: Float[Tensor, "*batch conditions nodes dim"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Attended:
        """Nodes `[*batch, nodes, dim]`; mask is broadcastable to the map."""
        heads = len(self.query)
        tokens = conditions.transpose(-3, -2)
        if mask is not None:
            count = tokens.shape[-2]
            check_mask(mask, (*tokens.shape[:-2], heads, 1, count), tokens.device)
            used = used_tokens(1, count, mask, None, False, tokens.device)
            tokens = tokens if used is None else silence(tokens, used[1])
        key, value = (
            project(tokens).unflatten(-1, (heads, -1)).transpose(-2, -3) for project in (self.key, self.value)
        )
        query = self.query.expand(*tokens.shape[:-2], *self.query.shape)
        values, attention = attend(query, key, value, mask=mask)
        return Attended(values.squeeze(-2).flatten(-2), attention)
