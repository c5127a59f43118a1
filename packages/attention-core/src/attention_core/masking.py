"""Which queries may attend which keys, and a softmax that keeps to it."""

import math
from functools import reduce

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor


def allowed_pairs(
    queries: int,
    keys: int,
    mask: Tensor | None,
    bias: Tensor | None,
    causal: bool,
    device: torch.device,
    chosen: slice | Tensor = slice(None),
) -> Bool[Tensor, "..."] | None:
    """Pairs that mask, bias and causal order all allow, broadcastable to `[*batch, heads, queries, keys]`.

    A bias of −inf forbids a pair as a mask does. Causal order lets query i attend the keys 0 … i. None means
    that every pair is allowed. Only the rows of the chosen queries are made.
    """
    parts = []
    if mask is not None:
        parts.append(rows_of(mask, chosen))
    if bias is not None:
        parts.append(rows_of(bias, chosen) != -math.inf)
    if causal:
        places = torch.arange(queries, device=device)[chosen]
        parts.append(torch.arange(keys, device=device) <= places.unsqueeze(-1))
    return torch.atleast_2d(reduce(torch.logical_and, parts)) if parts else None


def rows_of(tensor: Shaped[Tensor, "..."], queries: slice | Tensor) -> Shaped[Tensor, "..."]:
    """Some rows of what is broadcast to a map; all of it where its rows are alike."""
    return tensor if tensor.ndim < 2 or tensor.shape[-2] == 1 else tensor[..., queries, :]


def used_queries(allowed: Bool[Tensor, "..."]) -> Bool[Tensor, "..."]:
    """Queries that may attend at least one key."""
    return allowed.any(-1)


def used_in_pairs(
    queries: int, keys: int, mask: Tensor | None, bias: Tensor | None, causal: bool, device: torch.device
) -> tuple[Bool[Tensor, "..."], Bool[Tensor, "..."]] | None:
    """Queries that attend and keys that are attended, with the leading axes of the mask; None where all are.

    Where every query has the same mask, as padding has, the pairs are not formed.
    """
    if mask is bias is None and (not causal or queries >= keys):
        return None
    if bias is None and (mask is None or mask.ndim < 2 or mask.shape[-2] == 1):
        return _used_in_padding(queries, keys, mask, causal, device)
    pairs = allowed_pairs(queries, keys, mask, bias, causal, device)
    assert pairs is not None
    return used_queries(pairs), pairs.any(-2)


def _used_in_padding(
    queries: int, keys: int, mask: Tensor | None, causal: bool, device: torch.device
) -> tuple[Tensor, Tensor]:
    used = (
        torch.ones(keys, dtype=torch.bool, device=device)
        if mask is None
        else mask.expand(*mask.shape[:-1], keys)
    )
    used = used.squeeze(-2) if used.ndim > 1 else used
    if not causal or not keys:
        return used.any(-1, keepdim=True).expand(*used.shape[:-1], queries), used
    seen = used.cumsum(-1) > 0
    last = torch.arange(queries, device=device).clamp_max(keys - 1)
    return seen[..., last], used & (torch.arange(keys, device=device) < queries)


def used_tokens(
    queries: int, keys: int, mask: Tensor | None, bias: Tensor | None, causal: bool, device: torch.device
) -> tuple[Bool[Tensor, "..."], Bool[Tensor, "..."]] | None:
    """Tokens that attend, and tokens that are attended, in some head; None where all do and all are."""
    used = used_in_pairs(queries, keys, mask, bias, causal, device)
    if used is None:
        return None
    attending, attended = (each.any(-2) if each.ndim > 1 else each for each in used)
    return attending, attended


def shared_heads(used: Bool[Tensor, "..."], key_heads: int) -> Bool[Tensor, "..."]:
    """Keys that are attended by any of the heads that share their head."""
    if used.ndim > 1 and used.shape[-2] not in (1, key_heads):
        return used.unflatten(-2, (key_heads, -1)).any(-2)
    return used


def may_spoil(*tensors: Float[Tensor, "..."]) -> bool:
    """Whether what the tensors hold could reach scores of pairs that are not allowed, as NaN or by overflow.

    Where that cannot be read, in a compiled or transformed function or without waiting for a GPU, it might.
    """
    if torch.compiler.is_compiling() or any(tensor.is_cuda for tensor in tensors):
        return True
    try:
        return not all(_moderate(tensor.detach()) for tensor in tensors if tensor.numel())
    except RuntimeError:
        return True


def _moderate(tensor: Tensor) -> bool:
    # Products of two such numbers, and sums of many products, are finite in float32.
    least, most = torch.aminmax(tensor)
    return bool((least > -1e15) & (most < 1e15))


def silence(
    tokens: Float[Tensor, "*batch tokens dim"], used: Bool[Tensor, "..."]
) -> Float[Tensor, "*batch tokens dim"]:
    """Zeros in place of tokens that are not used: what they hold, NaN included, reaches nothing."""
    return tokens.masked_fill(~used.unsqueeze(-1), 0.0)


def masked_softmax(
    scores: Float[Tensor, "*batch keys"], allowed: Bool[Tensor, "..."] | None
) -> Float[Tensor, "*batch keys"]:
    """Softmax over the allowed keys; a row without any is all zeros, and so is its gradient."""
    if allowed is None:
        return scores.softmax(-1)
    # −inf only beside a key that is allowed: a row of nothing else would make NaN, in the gradient as well.
    forbidden = ~allowed
    held_off = forbidden & allowed.any(-1, keepdim=True)
    return (
        scores.masked_fill(forbidden, 0.0)
        .masked_fill(held_off, -math.inf)
        .softmax(-1)
        .masked_fill(forbidden, 0.0)
    )
