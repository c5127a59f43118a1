"""Attention as a function."""

from jaxtyping import Bool, Float
from torch import Tensor

from attention_core import fused
from attention_core.checks import check_dropout, check_value
from attention_core.maps import Attended
from attention_core.received import attend_collecting, collects
from attention_core.streaming import StreamedMap


def attend(
    query: Float[Tensor, "*batch heads queries dim"],
    key: Float[Tensor, "*batch key_heads keys dim"],
    value: Float[Tensor, "*batch key_heads keys value_dim"],
    *,
    mask: Bool[Tensor, "..."] | None = None,
    bias: Float[Tensor, "..."] | None = None,
    causal: bool = False,
    dropout: float = 0.0,
    scale: float | None = None,
) -> Attended:
    """softmax(scale · Q Kᵀ + bias) V over the allowed keys, on torch's fused kernels, with a lazy map.

    Keys with fewer heads than queries are shared by groups of heads (Vaswani 2017; Ainslie 2023). The values
    are the same whether the map is looked at or not. A query that may attend no key gets zeros. Keys and
    values that no query may attend, and queries that may attend no key, may hold NaN or infinity; all others
    must be finite.

    Args:
        query: `[*batch, heads, queries, dim]`.
        key: as query, with as many heads or a number that divides them.
        value: as key, with any last axis.
        mask: True = may be attended, broadcastable to `[*batch, heads, queries, keys]`.
        bias: added to the scores, broadcastable likewise; −inf forbids a pair.
        causal: query i may attend the keys 0 … i only.
        dropout: share of the weights set to zero for the values, the rest scaled up; the map is of the
            undropped weights.
        scale: 1/√dim where none is given.

    On a CPU torch has no fused kernel for dropout, nor for a bias that needs a gradient. Beyond a few hundred
    keys these go through blocks of rows that are made again in the backward pass: slower than the kernel, but
    in memory that is linear in the tokens.

    Raises:
        AttentionError: if shapes, dtypes or devices do not belong together, or dropout is not in [0, 1).
    """
    attention = StreamedMap(query, key, mask, bias, causal, scale)
    check_value(key, value)
    check_dropout(dropout)
    return attended(attention, value, dropout)


def attended(attention: StreamedMap, value: Tensor, dropout: float) -> Attended:
    """Values beside the map of query and key, which is what `observe` reads of each attention of this house."""
    if collects(attention, value, dropout):
        return Attended(*attend_collecting(attention, value))
    return Attended(fused.values(attention, value, dropout), attention)
