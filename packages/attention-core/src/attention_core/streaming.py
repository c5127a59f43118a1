"""The map of an attention that was computed without its matrix."""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from attention_core import blocked, fused, kernels
from attention_core.attention_map import AttentionMap
from attention_core.blocked import Statistic
from attention_core.checks import Versions, check_bias, check_mask, check_order, check_pair
from attention_core.masking import (
    allowed_pairs,
    masked_softmax,
    may_spoil,
    rows_of,
    shared_heads,
    silence,
    used_in_pairs,
)
from attention_core.row_statistics import Rows, TopK
from attention_core.transformed import transformed

# With fewer keys the matrix is the cheapest way to any statistic.
FEW_KEYS = 512
FEW_WEIGHTS = 2**26


@dataclass(frozen=True, eq=False, repr=False)
class StreamedMap(AttentionMap):
    """P = softmax(scale · Q Kᵀ + bias) over the allowed keys, made from query and key when asked.

    Nothing is computed or copied when the map is built. `scale` is 1/√dim where none is given; query head h
    reads key head h // (heads / key_heads). With few keys a statistic comes from the matrix. With more, one
    pass over blocks of rows gives it in memory linear in the sides; where a gradient is asked for, or the map
    is on a GPU, entropy and sums of powers come from torch's fused kernels and their own gradients.

    Query, key, mask and bias must be as they were when a statistic is asked for.
    """

    query: Float[Tensor, "*batch heads queries dim"]
    key: Float[Tensor, "*batch key_heads keys dim"]
    mask: Bool[Tensor, "..."] | None = None
    bias: Float[Tensor, "..."] | None = None
    causal: bool = False
    scale: float | None = None
    versions: Versions | None = field(init=False)

    def __post_init__(self):
        """Check the sides, and remember the state of the tensors.

        Raises:
            AttentionError: if query, key, mask and bias do not belong together.
        """
        check_pair(self.query, self.key)
        if self.mask is not None:
            check_mask(self.mask, self.shape, self.query.device)
        if self.bias is not None:
            check_bias(self.bias, self.query, self.shape)
        # Dynamo can hand back no object of a class of ours but the map itself.
        versions = None if torch.compiler.is_compiling() else Versions(**self._tensors())
        object.__setattr__(self, "versions", versions)

    def __reduce__(self):
        """Copies start from the fields, for they hold other tensors."""
        return type(self), tuple(getattr(self, each.name) for each in fields(self) if each.init)

    @property
    def shape(self) -> torch.Size:
        """`[*batch, heads, queries, keys]`."""
        return torch.Size([*self.query.shape[:-1], self.key.shape[-2]])

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of query and key, float32 for half precision."""
        return torch.promote_types(self.query.dtype, torch.float32)

    @property
    def device(self) -> torch.device:
        """Where query and key are."""
        return self.query.device

    @property
    def scaling(self) -> float:
        """What scores are multiplied by."""
        return 1 / math.sqrt(self.query.shape[-1]) if self.scale is None else self.scale

    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Which keys each query may attend."""
        self._check_versions()
        pairs = self.pairs()
        if pairs is None:
            pairs = torch.ones((), dtype=torch.bool, device=self.query.device)
        return pairs.expand(self.shape)

    @property
    def restricted(self) -> bool:
        """Whether some pair may not be allowed."""
        return self.causal or self.mask is not None or self.bias is not None

    def pairs(self, chosen: slice | Tensor = slice(None)) -> Bool[Tensor, "..."] | None:
        """The allowed pairs of all or some queries, broadcastable to the map; None where all are."""
        queries, keys = self.shape[-2:]
        return allowed_pairs(queries, keys, self.mask, self.bias, self.causal, self.query.device, chosen)

    def pairs_but_for_order(self) -> Bool[Tensor, "..."] | None:
        """The pairs that mask and bias allow, whatever causal order says."""
        queries, keys = self.shape[-2:]
        return allowed_pairs(queries, keys, self.mask, self.bias, False, self.query.device)

    def attending(self) -> Bool[Tensor, "*batch heads queries"]:
        """Which queries may attend at least one key."""
        *lead, queries, keys = self.shape
        self._check_versions()
        if self.mask is self.bias is None:
            return torch.full((), keys > 0, device=self.device).expand(*lead, queries)
        used = self._used
        assert used is not None
        return used[0].expand(*lead, queries)

    def entropy(self) -> Float[Tensor, "*batch heads queries"]:
        """H_i = ln Z_i − Σ_j p_ij s_ij, in nats."""
        route = self._route(differentiable_kernel=self.bias is None)
        if route == "kernel":
            return fused.entropy(self)
        if route == "pass":
            return blocked.run(self, [Statistic(blocked.entropy)])[0][0]
        return super().entropy()

    def power_sum(self, order: float) -> Float[Tensor, "*batch heads queries"]:
        """Σ_j p_ij^order = Z(order · s) / Z(s)^order, over the allowed keys.

        Raises:
            AttentionError: if the order is negative or not finite.
        """
        check_order("power_sum", order, sys.float_info.max)
        route = self._route(differentiable_kernel=not self._learns_bias() and order > 0)
        if route == "kernel":
            return fused.power_sum(self, order)
        if route == "pass":
            return blocked.run(self, [Statistic(blocked.PowerSum(order))])[0][0]
        return self._small_power_sum(order) if 0 < order < 1 else super().power_sum(order)

    def largest(self) -> Float[Tensor, "*batch heads queries"]:
        """max_j p_ij = 1 / Σ_j exp(s_ij − max_j s_ij)."""
        if self._route() == "pass":
            return blocked.run(self, [Statistic(blocked.largest)])[0][0]
        return super().largest()

    def apply(self, values: Float[Tensor, "*values keys dim"]) -> Float[Tensor, "*batch heads queries dim"]:
        """P X, by torch's fused attention with X in the place of the value."""
        self._check_versions()
        values = self._per_head(values, self.shape[-1], "keys").to(self.dtype)
        with torch.autocast(self.device.type, enabled=False):
            return fused.values(self.upcast(), values.expand(*self.shape[:-2], *values.shape[-2:]))

    def apply_transposed(
        self, values: Float[Tensor, "*values queries dim"]
    ) -> Float[Tensor, "*batch heads keys dim"]:
        """Pᵀ Y, as the fused kernel's backward makes the gradient of its value."""
        self._check_versions()
        values = self._per_head(values, self.shape[-2], "queries").to(self.dtype)
        values = values.expand(*self.shape[:-2], *values.shape[-2:])
        values = silence(values, self.attending())
        route = self._route(differentiable_kernel=not self._learns_bias(), needed_by=values)
        if route == "kernel":
            return fused.transposed(self, values)
        if route == "pass":
            return blocked.run(self, [Statistic(blocked.Transposed(values), by_key=True)])[0][0]
        return super().apply_transposed(values)

    def silenced(self) -> tuple[Tensor, Tensor]:
        """Query and key, with zeros in place of tokens in no allowed pair where these could spoil others."""
        # Remembered, but for Dynamo, which does not trace cached properties of a frozen class.
        spoilt = self._find_spoilt() if torch.compiler.is_compiling() else self._spoilt
        if spoilt is None:
            return self.query, self.key
        attending, attended = spoilt
        return silence(self.query, attending), silence(self.key, shared_heads(attended, self.key.shape[-3]))

    def attended(self, value: Tensor) -> Tensor:
        """Values with zeros in place of those of keys that no query may attend, where these could spoil others."""
        if not self.restricted or not may_spoil(value):
            return value
        used = self._used
        return value if used is None else silence(value, shared_heads(used[1], value.shape[-3]))

    def has_few_keys(self) -> bool:
        """Whether the matrix is the cheapest way to any statistic."""
        return self.shape[-1] <= FEW_KEYS and math.prod(self.shape) <= FEW_WEIGHTS

    def upcast(self) -> "StreamedMap":
        """The same map in the precision of its statistics."""
        if self.query.dtype == self.dtype:
            return self
        return self._converted(lambda tensor: tensor.to(self.dtype) if tensor.is_floating_point() else tensor)

    def tensors(self) -> tuple[Tensor, ...]:
        """What the map refers to."""
        return tuple(self._tensors().values())

    def _check_versions(self) -> None:
        if self.versions is not None:
            self.versions.check()

    def _tensors(self) -> dict[str, Tensor]:
        named = {"query": self.query, "key": self.key, "mask": self.mask, "bias": self.bias}
        return {name: tensor for name, tensor in named.items() if tensor is not None}

    @property
    def _used(self) -> tuple[Tensor, Tensor] | None:
        queries, keys = self.shape[-2:]
        return used_in_pairs(queries, keys, self.mask, self.bias, self.causal, self.device)

    @cached_property
    def _spoilt(self) -> tuple[Tensor, Tensor] | None:
        return self._find_spoilt()

    def _find_spoilt(self) -> tuple[Tensor, Tensor] | None:
        return self._used if self.restricted and may_spoil(self.query, self.key) else None

    def _learns_bias(self) -> bool:
        return self.bias is not None and self.bias.requires_grad

    def _route(self, differentiable_kernel: bool = False, needed_by: Tensor | None = None) -> str:
        """The cheapest exact way: the matrix (in blocks of rows), the blocked pass, or the fused kernel."""
        self._check_versions()
        tensors = self.tensors() if needed_by is None else (*self.tensors(), needed_by)
        if self.has_few_keys() or not math.prod(self.shape) or transformed(*tensors):
            return "matrix"
        wanted = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)
        if (
            differentiable_kernel
            and (wanted or self.query.is_cuda)
            and kernels.available(self.query, self.key)
        ):
            return "kernel"
        return "matrix" if wanted else "pass"

    def _statistics(self, k: int) -> dict[str, Tensor]:
        if self._route() != "pass":
            return super()._statistics(k)
        asked = [blocked.largest, blocked.received, blocked.entropies, *[blocked.Largest(k)] * (k > 0)]
        statistics = [Statistic(of, by_key=of is blocked.received) for of in asked]
        (largest,), (received,), (entropy, squares), *top = blocked.run(self, statistics)
        weights, indices = top[0] if top else super()._topk(0)
        attending = largest > 0
        return {
            "entropy": entropy,
            "effective_keys": entropy.exp() * attending,
            "participation": torch.where(attending, 1 / squares, 0.0),
            "largest": largest,
            "received": received,
            "topk_weights": weights,
            "topk_indices": indices,
        }

    def _small_power_sum(self, order: float) -> Tensor:
        """(max_j p_ij)^order / max_j q_ij for q = softmax(order · s): of weights too small for their dtype as well."""
        attention, largest = self.upcast(), self.largest()
        bias = None if attention.bias is None else order * attention.bias
        softer = replace(attention, bias=bias, scale=order * self.scaling).largest()
        some = largest > 0
        found = torch.where(some, largest, 1.0).pow(order) / torch.where(some, softer, 1.0)
        return torch.where(some, found, 0.0)

    def _topk(self, k: int) -> TopK:
        if self._route() == "pass":
            return TopK(*blocked.run(self, [Statistic(blocked.Largest(k))])[0])
        return super()._topk(k)

    def _some_rows(self, queries: slice | Tensor) -> Rows:
        self._check_versions()
        pairs = self.pairs(queries)
        query, key = (tokens.to(self.dtype) for tokens in self.silenced())
        key = key.repeat_interleave(self.shape[-3] // key.shape[-3], -3)
        with torch.autocast(query.device.type, enabled=False):
            scores = self.scaling * query[..., queries, :] @ key.mT
        if self.bias is not None:
            scores = scores + rows_of(self.bias, queries)
        weights = masked_softmax(scores, pairs)
        allowed = torch.ones((), dtype=torch.bool, device=self.device) if pairs is None else pairs
        return Rows(weights, allowed.expand(weights.shape), queries)

    def _one_head(self, batch: tuple[int, ...], head: int) -> AttentionMap:
        group = self.shape[-3] // self.key.shape[-3]
        here = (*batch, slice(head, head + 1))
        there = (*batch, slice(head // group, head // group + 1))
        mask, bias = (
            None if each is None else each.expand(self.shape)[here] for each in (self.mask, self.bias)
        )
        return StreamedMap(self.query[here], self.key[there], mask, bias, self.causal, self.scaling)

    def _converted(self, convert: Callable[[Tensor], Tensor]) -> "StreamedMap":
        self._check_versions()
        return replace(self, **{name: convert(tensor) for name, tensor in self._tensors().items()})

    def _traits(self) -> list[str]:
        flags = {"masked": self.mask is not None, "biased": self.bias is not None, "causal": self.causal}
        return [name for name, holds in flags.items() if holds] + [
            str(self.query.dtype),
            str(self.query.device),
        ]
