"""From the arguments of torch's attention functions to the map of what they attend to."""

from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from attention_core.errors import AttentionError
from attention_core.streaming import StreamedMap
from attention_core.transformed import transformed


def split_mask(
    given: Float[Tensor, "..."],
) -> tuple[Bool[Tensor, "..."] | None, Float[Tensor, "..."] | None]:
    """What a mask of numbers forbids, True = may be attended, and what it adds; None where nothing.

    Numbers at or below half of the lowest finite one forbid, as −inf does: many models write the lowest
    number for −inf, which in a row of nothing else gives all keys, forbidden as they are, the same weight.
    """
    allowed = ~(given <= torch.finfo(given.dtype).min / 2)
    added = given.masked_fill(~allowed, 0.0)
    adds = given.requires_grad or bool(added.any())
    return None if bool(allowed.all()) else allowed, added if adds else None


class FusedCalls:
    """Maps of calls of `F.scaled_dot_product_attention`, of the undropped weights.

    A mask of numbers is split once for all calls that share it, as the layers of a model do.
    """

    def __init__(self):
        self._shared: Tensor | None = None
        self._identity: tuple | None = None
        self._parts: tuple[Tensor | None, Tensor | None] = None, None

    def __call__(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        **options: Any,
    ) -> StreamedMap:
        """The map of one call; a call without a head axis has one head.

        Raises:
            AttentionError: for nested tensors, and for tensors that live in a transform of torch.func only.
        """
        _refuse_fleeting(query)
        query, key = _same_batch(*(_lowered(_with_heads(tokens, 2)) for tokens in (query, key)))
        mask, bias = self._split(attn_mask)
        mask = None if mask is None else _with_heads(mask, 3)
        bias = None if bias is None else _with_heads(bias, 3).to(query.dtype)
        scale = options.get("scale")
        return StreamedMap(query, key, mask, bias, is_causal, None if scale is None else float(scale))

    def _split(self, given: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
        if given is None or given.dtype is torch.bool:
            return given, None
        if given.is_inference() or given.requires_grad:  # one tells of no change in place, one has a graph
            return split_mask(given)
        identity = (given.data_ptr(), given._version, given.shape, given.stride(), given.dtype)
        if identity != self._identity:
            self._shared, self._identity, self._parts = given, identity, split_mask(given)
        return self._parts


def native_attention(*args: Any, **kwargs: Any) -> StreamedMap:
    """The map of a call of `torch._native_multi_head_attention`, the fast path of `nn.MultiheadAttention`."""
    given = _named(torch.ops.aten._native_multi_head_attention.default, args, kwargs)
    return _from_packed(given["query"], given["num_head"], given)


def native_layer(*args: Any, **kwargs: Any) -> StreamedMap:
    """The map of `torch._transformer_encoder_layer_fwd`, the fast path of `nn.TransformerEncoderLayer`."""
    given = _named(torch.ops.aten._transformer_encoder_layer_fwd.default, args, kwargs)
    tokens = given["src"]
    if given["norm_first"]:
        norm = given["norm_weight_1"], given["norm_bias_1"], given["eps"]
        tokens = F.layer_norm(tokens, norm[0].shape, *norm)
    return _from_packed(tokens, given["num_heads"], given)


def _named(operator: torch._ops.OpOverload, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    names = [argument.name for argument in operator._schema.arguments]
    return dict(zip(names, args, strict=False)) | kwargs


def _from_packed(tokens: Tensor, heads: int, given: dict[str, Any]) -> StreamedMap:
    """Query and key projected anew, and the mask of torch's fast paths, which is not zero where forbidden."""
    if tokens.is_nested:
        tokens, mask = _padded(tokens)
    else:
        mask = _native_mask(given.get("mask"), given.get("mask_type"))
    both = 2 * tokens.shape[-1]
    projected = F.linear(tokens, given["qkv_weight"][:both], given["qkv_bias"][:both])
    query, key = projected.unflatten(-1, (2, heads, -1)).permute(2, 0, 3, 1, 4).unbind()
    return StreamedMap(query, key, mask)


def _native_mask(given: Tensor | None, kind: int | None) -> Bool[Tensor, "..."] | None:
    """Kind 0 is of queries and keys, 1 of batch and keys, 2 of all four axes."""
    if given is None:
        return None
    allowed = given == 0
    return allowed[:, None, None] if kind == 1 else allowed


def _padded(tokens: Tensor) -> tuple[Tensor, Bool[Tensor, "batch 1 tokens tokens"]]:
    """Sequences side by side: as long as the longest, and where both query and key are tokens."""
    lengths = torch.tensor([len(sequence) for sequence in tokens.unbind()], device=tokens.device)
    padded = tokens.to_padded_tensor(0.0)
    real = torch.arange(padded.shape[1], device=tokens.device) < lengths[:, None]
    return padded, (real[:, :, None] & real[:, None])[:, None]


def _with_heads(tensor: Tensor, least: int) -> Tensor:
    """One head where there is no axis of heads; masks of queries and keys alone need none."""
    return tensor if tensor.ndim > 3 or tensor.ndim < least else tensor.unsqueeze(-3)


def _same_batch(query: Tensor, key: Tensor) -> tuple[Tensor, Tensor]:
    """Batches, and the one head of a query, repeated as the kernel repeats them."""
    batch = torch.broadcast_shapes(query.shape[:-3], key.shape[:-3])
    heads = key.shape[-3] if query.shape[-3] == 1 else query.shape[-3]
    return query.expand(*batch, heads, *query.shape[-2:]), key.expand(*batch, *key.shape[-3:])


def _lowered(tokens: Tensor) -> Tensor:
    """In the precision in which autocast has the kernel compute."""
    device = tokens.device.type
    lowered = torch.is_autocast_enabled(device) and tokens.dtype is not torch.float64
    return tokens.to(torch.get_autocast_dtype(device)) if lowered else tokens


def _refuse_fleeting(query: Tensor) -> None:
    if query.is_nested:
        raise AttentionError(
            "the query is a nested tensor, whose map has no sides; pad it, and mask the padding."
        )
    if transformed(query):
        raise AttentionError(
            "the query lives inside a transform of torch.func, and no longer than that.\n"
            "  observe the model outside vmap and grad"
        )
