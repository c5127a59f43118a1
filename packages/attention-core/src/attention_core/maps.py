"""A map whose weights are kept, and what attention layers return."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from attention_core.attention_map import AttentionMap as AttentionMap
from attention_core.checks import MAP_AXES, check_floating, check_mask
from attention_core.errors import AttentionError
from attention_core.row_statistics import Rows
from attention_core.row_statistics import TopK as TopK


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
            AttentionError: if the weights are no real numbers, have fewer than three axes, or the mask does
                not fit them.
        """
        check_floating("weights", self.weights)
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

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the weights, float32 for half precision."""
        return torch.promote_types(self.weights.dtype, torch.float32)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.weights.device

    def dense(self) -> Float[Tensor, "*batch heads queries keys"]:
        """All weights, which exist already."""
        return self.weights.to(self.dtype)

    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Which keys each query may attend."""
        return self.weights > 0 if self.mask is None else self.mask.expand(self.shape)

    def apply(self, values: Float[Tensor, "*values keys dim"]) -> Float[Tensor, "*batch heads queries dim"]:
        """P X, as a product of matrices."""
        used = self.allowed().any(-2)
        values = self._per_head(values, self.shape[-1], "keys").to(self.dtype)
        with torch.autocast(self.device.type, enabled=False):
            return self.dense() @ torch.where(used.unsqueeze(-1), values, 0.0)

    def apply_transposed(
        self, values: Float[Tensor, "*values queries dim"]
    ) -> Float[Tensor, "*batch heads keys dim"]:
        """Pᵀ Y, as a product of matrices."""
        used = self.allowed().any(-1)
        values = self._per_head(values, self.shape[-2], "queries").to(self.dtype)
        with torch.autocast(self.device.type, enabled=False):
            return self.dense().mT @ torch.where(used.unsqueeze(-1), values, 0.0)

    def _some_rows(self, queries: slice | Tensor) -> Rows:
        weights = self.weights[..., queries, :].to(self.dtype)
        if self.mask is None:
            return Rows(weights, weights > 0, queries)
        return Rows(weights, self.mask.expand(self.shape)[..., queries, :], queries)

    def _one_head(self, batch: tuple[int, ...], head: int) -> AttentionMap:
        mask = None if self.mask is None else self.mask.expand(self.shape)[(*batch, slice(head, head + 1))]
        return DenseMap(self.weights[(*batch, slice(head, head + 1))], mask)

    def _converted(self, convert: Callable[[Tensor], Tensor]) -> "AttentionMap":
        return type(self)(convert(self.weights), None if self.mask is None else convert(self.mask))

    def _traits(self) -> list[str]:
        return (["masked"] if self.mask is not None else []) + [
            str(self.weights.dtype),
            str(self.weights.device),
        ]
