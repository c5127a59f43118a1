"""Which queries may attend which keys, and a softmax that keeps to it."""

import math
from functools import reduce

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def allowed_pairs(
    queries: int, keys: int, mask: Tensor | None, bias: Tensor | None, causal: bool, device: torch.device
) -> Bool[Tensor, "..."] | None:
    """Pairs that mask, bias and causal order all allow, broadcastable to `[*batch, heads, queries, keys]`.

    A bias of −inf forbids a pair as a mask does. Causal order lets query i attend the keys 0 … i. None means
    that every pair is allowed.
    """
    parts = []
    if mask is not None:
        parts.append(mask)
    if bias is not None:
        parts.append(bias != -math.inf)
    if causal:
        parts.append(torch.ones(queries, keys, dtype=torch.bool, device=device).tril())
    return torch.atleast_2d(reduce(torch.logical_and, parts)) if parts else None


def used_queries(allowed: Bool[Tensor, "..."]) -> Bool[Tensor, "..."]:
    """Queries that may attend at least one key."""
    return allowed.any(-1)


def used_keys(allowed: Bool[Tensor, "..."], key_heads: int) -> Bool[Tensor, "..."]:
    """Keys that at least one query may attend, with the heads that share a key head taken together."""
    used = allowed.any(-2)
    if used.ndim > 1 and used.shape[-2] not in (1, key_heads):
        used = used.unflatten(-2, (key_heads, -1)).any(-2)
    return used


def used_tokens(
    queries: int, keys: int, mask: Tensor | None, bias: Tensor | None, causal: bool, device: torch.device
) -> tuple[Bool[Tensor, "..."], Bool[Tensor, "..."]] | None:
    """Tokens that attend, and tokens that are attended, in some head; None where all do and all are."""
    if mask is bias is None and (not causal or queries >= keys):
        return None
    pairs = allowed_pairs(queries, keys, mask, bias, causal, device)
    assert pairs is not None
    attending, attended = (used.any(-2) if used.ndim > 1 else used for used in (pairs.any(-1), pairs.any(-2)))
    return attending, attended


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
    # The lowest finite number, for −inf would make NaN of a row without keys, in the gradient as well.
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(~allowed, lowest).softmax(-1).masked_fill(~allowed, 0.0)
