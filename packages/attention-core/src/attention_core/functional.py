"""Attention as a function."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from attention_core.checks import check_dropout, check_value
from attention_core.maps import Attended
from attention_core.masking import silence, used_keys
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
        bias: added to the scores, broadcastable likewise; −inf forbids a pair. A bias that needs a gradient
        takes
            torch off its linear-memory kernels.
        causal: query i may attend the keys 0 … i only.
        dropout: share of the weights set to zero for the values, the rest scaled up; the map is of the
        undropped
            weights. On a CPU it takes torch off its fused kernel: slower, and quadratic in memory.
        scale: 1/√dim where none is given.

    Raises:
        AttentionError: if shapes, dtypes or devices do not belong together, or dropout is not in [0, 1).
    """
    attention = StreamedMap(query, key, mask, bias, causal, scale)
    check_value(key, value)
    check_dropout(dropout)
    return Attended(_fused(attention, value, dropout), attention)


def _fused(attention: StreamedMap, value: Tensor, dropout: float) -> Tensor:
    shape = attention.shape
    # With fewer queries than keys the last keys are unattended and must be silenced, which needs the pairs.
    only_causal = attention.causal and attention.mask is attention.bias is None and shape[-2] >= shape[-1]
    pairs = None if only_causal else attention.pairs()
    query, key = attention.operands(pairs)
    if pairs is not None:
        value = silence(value, used_keys(pairs, value.shape[-3]))
    values = F.scaled_dot_product_attention(
        _four_axes(query),
        _four_axes(key),
        _four_axes(value),
        attn_mask=_kernel_mask(pairs, attention.bias, shape),
        dropout_p=dropout,
        is_causal=only_causal,
        scale=attention.scale,
        enable_gqa=key.shape[-3] != query.shape[-3],
    )
    return values.reshape(*shape[:-1], value.shape[-1])


def _four_axes(tensor: Tensor) -> Tensor:
    """One batch axis, which is what the fused kernels take."""
    return tensor.reshape(math.prod(tensor.shape[:-3]), *tensor.shape[-3:])


def _kernel_mask(pairs: Tensor | None, bias: Tensor | None, shape: tuple[int, ...]) -> Tensor | None:
    if pairs is None:
        return None
    mask = pairs if bias is None else torch.where(pairs, bias, -math.inf)
    mask = mask.reshape(*[1] * (len(shape) - mask.ndim), *mask.shape)
    if any(size > 1 for size in mask.shape[:-3]):
        mask = mask.expand(*shape[:-3], *mask.shape[-3:])
    return _four_axes(mask)
