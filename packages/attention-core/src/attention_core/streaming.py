"""The map of an attention that was computed without its matrix."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from attention_core.attention_map import AttentionMap
from attention_core.checks import check_bias, check_mask, check_pair
from attention_core.maps import DenseMap
from attention_core.masking import allowed_pairs, masked_softmax, silence, used_keys, used_queries
from attention_core.row_statistics import Rows


@dataclass(frozen=True, eq=False, repr=False)
class StreamedMap(AttentionMap):
    """P = softmax(scale · Q Kᵀ + bias) over the allowed keys, made from query and key when asked.

    Nothing is computed or copied when the map is built. Changing query or key in place changes the map.
    `scale` is 1/√dim where none is given; query head h reads key head h // (heads / key_heads).
    """

    query: Float[Tensor, "*batch heads queries dim"]
    key: Float[Tensor, "*batch key_heads keys dim"]
    mask: Bool[Tensor, "..."] | None = None
    bias: Float[Tensor, "..."] | None = None
    causal: bool = False
    scale: float | None = None

    def __post_init__(self):
        """Check the sides.

        Raises:
            AttentionError: if query, key, mask and bias do not belong together.
        """
        check_pair(self.query, self.key)
        if self.mask is not None:
            check_mask(self.mask, self.shape, self.query.device)
        if self.bias is not None:
            check_bias(self.bias, self.query, self.shape)

    @property
    def shape(self) -> torch.Size:
        """`[*batch, heads, queries, keys]`."""
        return torch.Size([*self.query.shape[:-1], self.key.shape[-2]])

    @property
    def scaling(self) -> float:
        """What scores are multiplied by."""
        return 1 / math.sqrt(self.query.shape[-1]) if self.scale is None else self.scale

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of query and key, float32 for half precision."""
        half = self.query.dtype in (torch.float16, torch.bfloat16)
        return torch.float32 if half else self.query.dtype

    @property
    def device(self) -> torch.device:
        """Where query and key are."""
        return self.query.device

    def apply(self, values: Float[Tensor, "*values keys dim"]) -> Float[Tensor, "*batch heads queries dim"]:
        """P X."""
        return self._matrix().apply(values)

    def apply_transposed(
        self, values: Float[Tensor, "*values queries dim"]
    ) -> Float[Tensor, "*batch heads keys dim"]:
        """Pᵀ Y."""
        return self._matrix().apply_transposed(values)

    def _matrix(self) -> DenseMap:
        return DenseMap(self.dense(), self.allowed())

    def _some_rows(self, queries: slice | Tensor) -> Rows:
        pairs = self.pairs()
        query, key = (tokens.to(self.dtype) for tokens in self.operands(pairs))
        key = key.repeat_interleave(self.shape[-3] // key.shape[-3], -3)
        with torch.autocast(query.device.type, enabled=False):
            scores = self.scaling * query @ key.mT
        weights = masked_softmax(scores if self.bias is None else scores + self.bias, pairs)
        return Rows(weights[..., queries, :], self.allowed()[..., queries, :], queries)

    def _one_head(self, batch: tuple[int, ...], head: int) -> AttentionMap:
        group = self.shape[-3] // self.key.shape[-3]
        here = (*batch, slice(head, head + 1))
        there = (*batch, slice(head // group, head // group + 1))
        mask, bias = (
            None if each is None else each.expand(self.shape)[here] for each in (self.mask, self.bias)
        )
        return StreamedMap(self.query[here], self.key[there], mask, bias, self.causal, self.scaling)

    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Which keys each query may attend."""
        pairs = self.pairs()
        if pairs is None:
            pairs = torch.ones((), dtype=torch.bool, device=self.query.device)
        return pairs.expand(self.shape)

    def pairs(self) -> Bool[Tensor, "..."] | None:
        """The allowed pairs, broadcastable to the map; None where all are."""
        queries, keys = self.shape[-2:]
        return allowed_pairs(queries, keys, self.mask, self.bias, self.causal, self.query.device)

    def operands(self, pairs: Bool[Tensor, "..."] | None) -> tuple[Tensor, Tensor]:
        """Query and key with zeros in place of tokens that take part in no allowed pair."""
        if pairs is None:
            return self.query, self.key
        return silence(self.query, used_queries(pairs)), silence(
            self.key, used_keys(pairs, self.key.shape[-3])
        )

    def _converted(self, convert: Callable[[Tensor], Tensor]) -> "AttentionMap":
        tensors = {"query": self.query, "key": self.key, "mask": self.mask, "bias": self.bias}
        return replace(
            self, **{name: convert(tensor) for name, tensor in tensors.items() if tensor is not None}
        )

    def _traits(self) -> list[str]:
        flags = {"masked": self.mask is not None, "biased": self.bias is not None, "causal": self.causal}
        return [name for name, holds in flags.items() if holds] + [
            str(self.query.dtype),
            str(self.query.device),
        ]
