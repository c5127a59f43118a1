"""Attention maps: lazy matrices that answer questions about what was attended."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from attention_core.checks import MAP_AXES, broadcasts_to, check_mask
from attention_core.errors import AttentionError
from attention_core.groups import membership

RowIndex = int | slice | Sequence[int] | Tensor


class TopK(NamedTuple):
    """The largest weights of each row and the keys they fall on; weight 0 and index −1 where none is left."""

    weights: Float[Tensor, "*batch heads queries k"]
    indices: Int[Tensor, "*batch heads queries k"]


class AttentionMap(ABC):
    """The matrix P `[*batch, heads, queries, keys]` of attention weights, asked and not stored.

    Every row sums to one over the keys it may attend; a row that may attend none is zero, and so are all its
    statistics. Statistics of half-precision inputs are float32. A map keeps the graph of the tensors it
    refers to until it is detached.
    """

    @property
    @abstractmethod
    def shape(self) -> torch.Size:
        """`[*batch, heads, queries, keys]`."""

    @abstractmethod
    def dense(self) -> Float[Tensor, "*batch heads queries keys"]:
        """All weights."""

    @abstractmethod
    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Which keys each query may attend."""

    @abstractmethod
    def _converted(self, convert: Callable[[Tensor], Tensor]) -> "AttentionMap": ...

    @abstractmethod
    def _traits(self) -> list[str]: ...

    def rows(self, index: RowIndex) -> Float[Tensor, "*batch heads rows keys"]:
        """The weights of some queries; the axis stays, also for a single index.

        Raises:
            AttentionError: if the index is out of range.
        """
        try:
            chosen = torch.arange(self.shape[-2])[index].reshape(-1)
        except IndexError as error:
            raise AttentionError(
                f"rows({index!r}) of a map with {self.shape[-2]} queries: {error}."
            ) from error
        weights = self.dense()
        return weights.index_select(-2, chosen.to(weights.device))

    def entropy(self) -> Float[Tensor, "*batch heads queries"]:
        """H_i = Σ_j p_ij ln (1 / p_ij), in nats."""
        weights = self.dense()
        # At zero the term is zero, but its gradient would not be finite.
        least = torch.finfo(weights.dtype).tiny
        return (weights * weights.clamp_min(least).reciprocal().log()).sum(-1)

    def effective_keys(self) -> Float[Tensor, "*batch heads queries"]:
        """exp(H_i): how many keys, equally attended, have the same entropy; 0 in a row without."""
        return self.entropy().exp() * self.allowed().any(-1)

    def largest(self) -> Float[Tensor, "*batch heads queries"]:
        """max_j p_ij."""
        weights = self.dense()
        return weights.amax(-1) if weights.shape[-1] else weights.sum(-1)

    def received(self) -> Float[Tensor, "*batch heads keys"]:
        """c_j = Σ_i p_ij: how much attention each key gets from all queries."""
        return self.dense().sum(-2)

    def topk(self, k: int) -> TopK:
        """The k largest weights of each row, largest first, the earlier key first among equals.

        Raises:
            AttentionError: if k is negative or larger than the number of keys.
        """
        keys = self.shape[-1]
        if not 0 <= k <= keys:
            raise AttentionError(f"topk({k}) of a map with {keys} keys; give a k from 0 to {keys}.")
        allowed = self.allowed()
        order = self.dense().masked_fill(~allowed, -1.0).sort(dim=-1, descending=True, stable=True)
        weights, indices = order.values[..., :k], order.indices[..., :k]
        left = allowed.gather(-1, indices)
        return TopK(weights.masked_fill(~left, 0.0), indices.masked_fill(~left, -1))

    def mass(self, groups: Shaped[Tensor, "..."]) -> Float[Tensor, "*batch heads queries groups"]:
        """The weight that each query puts on each group of keys.

        Args:
            groups: integer labels `[keys]` or `[*batch, keys]`, or boolean membership `[keys, groups]` or
                `[*batch, keys, groups]`, where a key may belong to several groups or to none.

        Raises:
            AttentionError: if the groups do not fit the keys.
        """
        member = membership(groups, tuple(self.shape[:-3]), self.shape[-1])
        return self.apply(member.unsqueeze(-3).float())

    def apply(self, values: Float[Tensor, "*values keys dim"]) -> Float[Tensor, "*batch heads queries dim"]:
        """P X: the attended mean of values, broadcast over batch and heads, shared by groups of heads.

        Raises:
            AttentionError: if the values do not fit the keys.
        """
        weights, used = self.dense(), self.allowed().any(-2)
        values = self._per_head(values, self.shape[-1], "keys").to(weights.dtype)
        return weights @ torch.where(used.unsqueeze(-1), values, 0.0)

    def apply_transposed(
        self, values: Float[Tensor, "*values queries dim"]
    ) -> Float[Tensor, "*batch heads keys dim"]:
        """Pᵀ Y: what each key receives of the values of the queries.

        Raises:
            AttentionError: if the values do not fit the queries.
        """
        weights, used = self.dense(), self.allowed().any(-1)
        values = self._per_head(values, self.shape[-2], "queries").to(weights.dtype)
        return weights.mT @ torch.where(used.unsqueeze(-1), values, 0.0)

    def detach(self) -> "AttentionMap":
        """The same map without its graph."""
        return self._converted(Tensor.detach)

    def cpu(self) -> "AttentionMap":
        """The same map in main memory."""
        return self._converted(Tensor.cpu)

    def summary(
        self, groups: Shaped[Tensor, "..."] | None = None, k: int | None = None
    ) -> dict[str, np.ndarray]:
        """All statistics as plain arrays, made to be stored.

        Args:
            groups: as for `mass`; adds `group_mass`.
            k: how many of the largest weights; 8, or the number of keys where there are fewer.
        """
        with torch.no_grad():
            matrix = DenseMap(self.dense(), self.allowed())
            top = matrix.topk(min(8, self.shape[-1]) if k is None else k)
            statistics = {
                "entropy": matrix.entropy(),
                "effective_keys": matrix.effective_keys(),
                "largest": matrix.largest(),
                "received": matrix.received(),
                "topk_weights": top.weights,
                "topk_indices": top.indices,
            }
            if groups is not None:
                statistics["group_mass"] = matrix.mass(groups)
        return {name: statistic.cpu().numpy() for name, statistic in statistics.items()}

    def __repr__(self) -> str:
        """Kind, sides, and what bears on the weights."""
        *batch, heads, queries, keys = self.shape
        sides = [f"batch={batch}", f"heads={heads}", f"queries={queries}", f"keys={keys}"]
        return f"{type(self).__name__}({', '.join(sides + self._traits())})"

    def _per_head(self, values: Tensor, tokens: int, axis: str) -> Tensor:
        heads = self.shape[-3]
        if values.ndim > 2 and values.shape[-3] and heads % values.shape[-3] == 0 and values.shape[-3] > 1:
            values = values.repeat_interleave(heads // values.shape[-3], -3)
        if (
            values.ndim < 2
            or values.shape[-2] != tokens
            or not broadcasts_to(values.shape[:-2], self.shape[:-2])
        ):
            raise AttentionError(
                f"values of shape {list(values.shape)} do not fit a map of shape {list(self.shape)};"
                f" expected [{axis}, dim] with {tokens} {axis}, or the same behind batch and head axes"
            )
        return values


class Attended(NamedTuple):
    """What every attention layer returns: a tensor, and the map of what it attended to."""

    values: Float[Tensor, "..."]
    attention: AttentionMap


@dataclass(frozen=True, eq=False, repr=False)
class DenseMap(AttentionMap):
    """A map whose weights are kept.

    `mask` says which keys may be attended, broadcastable to the weights; without it every key of non-zero
    weight may.
    """

    weights: Float[Tensor, "*batch heads queries keys"]
    mask: Bool[Tensor, "..."] | None = None

    def __post_init__(self):
        """Check the sides.

        Raises:
            AttentionError: if the weights have fewer than three axes or the mask does not fit them.
        """
        if self.weights.ndim < 3:
            raise AttentionError(
                f"weights of shape {list(self.weights.shape)} are no map; expected {MAP_AXES}."
            )
        if self.mask is not None:
            check_mask(self.mask, self.shape, self.weights.device)

    @property
    def shape(self) -> torch.Size:
        """`[*batch, heads, queries, keys]`."""
        return self.weights.shape

    def dense(self) -> Float[Tensor, "*batch heads queries keys"]:
        """All weights."""
        half = self.weights.dtype in (torch.float16, torch.bfloat16)
        return self.weights.float() if half else self.weights

    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Which keys each query may attend."""
        return self.weights > 0 if self.mask is None else self.mask.expand(self.shape)

    def _converted(self, convert: Callable[[Tensor], Tensor]) -> "AttentionMap":
        return type(self)(convert(self.weights), None if self.mask is None else convert(self.mask))

    def _traits(self) -> list[str]:
        return (["masked"] if self.mask is not None else []) + [
            str(self.weights.dtype),
            str(self.weights.device),
        ]
