"""What a map of query and key computes on torch's fused kernels."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from attention_core import blocked, kernels
from attention_core.kernels import Scoring
from attention_core.row_blocks import ask_rows
from attention_core.row_statistics import Rows

if TYPE_CHECKING:
    from attention_core.streaming import StreamedMap


def values(attention: "StreamedMap", value: Tensor, dropout: float = 0.0) -> Tensor:
    """P V for a value with as many heads as the key or the query has, without the matrix.

    What torch's kernels for a CPU do not take, dropout and a bias that learns, goes through blocks of rows
    that are made again for the gradient, unless the keys are few.
    """
    shape = attention.shape
    if _beyond_kernels(attention, dropout) and not attention.has_few_keys():
        return _in_blocks(attention, value, dropout)
    query, key, value = _within_reach(attention, value)
    if value.shape[-3] != key.shape[-3]:
        key = shared(key, value.shape[-3])
    found = _attention(attention, four_axes(query), four_axes(key), four_axes(value), dropout)
    return found.reshape(*shape[:-1], value.shape[-1])


def collecting_values(attention: "StreamedMap", value: Tensor, collect: Callable[[Tensor], None]) -> Tensor:
    """P V on the kernel that also finds received attention in its backward pass; heads share no keys."""
    query, key, value = _within_reach(attention, value)
    width, scoring = value.shape[-1], _scoring(attention).cut(key.shape[-2])
    query, key, value = kernels.widened(four_axes(query), four_axes(key), four_axes(value))
    found = kernels.collecting(query, key, value, scoring, collect)
    return found[..., :width].reshape(*attention.shape[:-1], width)


def entropy(attention: "StreamedMap") -> Tensor:
    """Entropy of every row, with a fused gradient; for maps without bias."""
    attention = attention.upcast()
    query, key = _operands(attention)
    found = kernels.row_entropy(query, key, _scoring(attention))
    return torch.where(attention.attending(), found.reshape(attention.shape[:-1]), 0.0)


def power_sum(attention: "StreamedMap", order: float) -> Tensor:
    """Σ p^order of every row, with a fused gradient; for maps without a bias that learns."""
    attention = attention.upcast()
    (query, key), scoring = _operands(attention), _scoring(attention)
    sharp = kernels.row_normaliser(query, key, scoring.sharpened(order))
    plain = kernels.row_normaliser(query, key, scoring)
    found = (sharp - order * plain).exp().reshape(attention.shape[:-1])
    return torch.where(attention.attending(), found, 0.0)


def transposed(attention: "StreamedMap", sent: Tensor) -> Tensor:
    """Pᵀ Y with a fused gradient; for maps without a bias that learns."""
    attention = attention.upcast()

    def passed(four: Tensor) -> Tensor:
        whole = four.reshape(sent.shape)
        return blocked.run(attention, [blocked.Statistic(blocked.Transposed(whole), by_key=True)])[0][0]

    query, key = _operands(attention)
    found = kernels.transposed(query, key, four_axes(sent), _scoring(attention), passed)
    return found.reshape(*attention.shape[:-2], attention.shape[-1], sent.shape[-1])


def four_axes(tensor: Tensor) -> Tensor:
    """One batch axis, which is what the fused kernels take."""
    return tensor.reshape(math.prod(tensor.shape[:-3]), *tensor.shape[-3:])


def shared(key: Tensor, heads: int) -> Tensor:
    """Each key head as many times as query heads share it."""
    return key.repeat_interleave(heads // key.shape[-3], -3)


def _within_reach(attention: "StreamedMap", value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Query, and of key and value what causal order lets any query attend."""
    (query, key), value = attention.silenced(), attention.attended(value)
    if attention.causal and query.shape[-2] < key.shape[-2]:
        key, value = (each[..., : query.shape[-2], :] for each in (key, value))
    return query, key, value


def _operands(attention: "StreamedMap") -> tuple[Tensor, Tensor]:
    query, key = attention.silenced()
    return four_axes(query), four_axes(shared(key, query.shape[-3]))


def _scoring(attention: "StreamedMap") -> Scoring:
    pairs = None if attention.mask is None and attention.bias is None else attention.pairs_but_for_order()
    added = kernels.additive(pairs, attention.bias, attention.dtype)
    mask = None if added is None else _mask_axes(added, attention.shape)
    return Scoring(mask, attention.causal, attention.scaling)


def _beyond_kernels(attention: "StreamedMap", dropout: float) -> bool:
    learns = attention.bias is not None and attention.bias.requires_grad and torch.is_grad_enabled()
    return attention.device.type == "cpu" and (dropout > 0 or learns)


def _in_blocks(attention: "StreamedMap", value: Tensor, dropout: float) -> Tensor:
    spread = shared(attention.attended(value), attention.shape[-3])

    def of(rows: Rows, spread: Tensor) -> tuple[Tensor]:
        return (F.dropout(rows.weights, dropout, training=dropout > 0).to(spread.dtype) @ spread,)

    return ask_rows(attention, of, spread, random=dropout > 0)[0]


def _attention(attention: "StreamedMap", query: Tensor, key: Tensor, value: Tensor, dropout: float) -> Tensor:
    """Torch's fused attention, in the form that keeps to it."""
    width, scale = value.shape[-1], attention.scaling
    if attention.device.type == "cpu" and width != query.shape[-1]:
        # The kernel wants one width; zeros change no score.
        query, key, value = kernels.widened(query, key, value)
    ordered = attention.causal and not attention.mask is attention.bias is None
    if ordered and not attention.has_few_keys() and dropout == 0 and kernels.orders_masked(query, key):
        scoring = _scoring(attention)
        return kernels.forward(query, key, value, scoring.cut(key.shape[-2]))[0][..., :width]
    found = _unwatched_attention(
        query,
        key,
        value,
        attn_mask=_sdpa_mask(attention, key.shape[-2]),
        dropout_p=dropout,
        is_causal=attention.causal and not ordered,
        scale=scale,
        enable_gqa=key.shape[-3] != query.shape[-3],
    )
    return found[..., :width]


def _in_a_closure(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function out of reach of `observe`, which reads the map itself and no product that a statistic takes."""
    return lambda *args, **options: function(*args, **options)


_unwatched_attention = _in_a_closure(F.scaled_dot_product_attention)


def _sdpa_mask(attention: "StreamedMap", keys: int) -> Tensor | None:
    pairs = None if attention.mask is None and attention.bias is None else attention.pairs()
    if pairs is None:
        return None
    mask = pairs if attention.bias is None else torch.where(pairs, attention.bias, -math.inf)
    mask = _mask_axes(mask, attention.shape)
    return mask if mask.shape[-1] == 1 else mask[..., :keys]


def _mask_axes(mask: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Four axes, with the batch spelled out where the mask has more than one of them."""
    mask = mask.reshape(*[1] * (len(shape) - mask.ndim), *mask.shape)
    if any(size > 1 for size in mask.shape[:-3]):
        mask = mask.expand(*shape[:-3], *mask.shape[-3:])
    return four_axes(mask)
