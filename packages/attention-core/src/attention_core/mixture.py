"""The map of several attentions that were joined."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from attention_core.attention_map import AttentionMap
from attention_core.checks import check_floating, check_same
from attention_core.errors import AttentionError
from attention_core.row_statistics import Rows


@dataclass(frozen=True, eq=False, repr=False)
class MixtureMap(AttentionMap):
    """P = Σ_k diag(a_k) P_k: what tokens attend to through attentions that they weigh by a.

    `importance` is `[*batch, queries, attentions]`, such as the dense map of `AttentionAggregator` without its
    head axis. Nothing is computed when the map is built, and no matrix is formed where the maps form none. A
    row sums to the importance of the attentions in which it has keys.
    """

    maps: tuple[AttentionMap, ...]
    importance: Float[Tensor, "*batch queries attentions"]

    def __post_init__(self):
        """Check the sides.

        Raises:
            AttentionError: if the maps differ in shape, dtype or device, or the importance does not fit them.
        """
        shapes = [list(each.shape) for each in self.maps]
        if not shapes or any(shape != shapes[0] for shape in shapes):
            raise AttentionError(
                f"maps of shapes {shapes} cannot be mixed; expected at least one, all alike."
            )
        for each in self.maps[1:]:
            check_same("a map to be mixed", each.dtype, "another", self.dtype)
            check_same("a map to be mixed", each.device, "another", self.device)
        check_floating("importance", self.importance)
        check_same("importance", self.importance.device, "the maps", self.device)
        expected = [*shapes[0][:-3], shapes[0][-2], len(shapes)]
        if list(self.importance.shape) != expected:
            raise AttentionError(
                f"importance has shape {list(self.importance.shape)};"
                f" expected [*batch, queries, attentions] = {expected}."
            )

    @property
    def shape(self) -> torch.Size:
        """`[*batch, heads, queries, keys]`."""
        return self.maps[0].shape

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the maps."""
        return self.maps[0].dtype

    @property
    def device(self) -> torch.device:
        """Where the maps are."""
        return self.maps[0].device

    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Keys that a query may attend in an attention that counts for it."""
        parts = [each.allowed() & counts for each, counts in zip(self.maps, self._counts(), strict=True)]
        return reduce(torch.logical_or, parts)

    def apply(self, values: Float[Tensor, "*values keys dim"]) -> Float[Tensor, "*batch heads queries dim"]:
        """P X = Σ_k diag(a_k) P_k X."""
        parts = zip(self._shares(), self.maps, strict=True)
        return reduce(torch.add, [share * each.apply(values) for share, each in parts])

    def apply_transposed(
        self, values: Float[Tensor, "*values queries dim"]
    ) -> Float[Tensor, "*batch heads keys dim"]:
        """Pᵀ Y = Σ_k P_kᵀ diag(a_k) Y."""
        values = self._per_head(values, self.shape[-2], "queries").to(self.dtype)
        parts = zip(self._shares(), self.maps, strict=True)
        return reduce(torch.add, [each.apply_transposed(share * values) for share, each in parts])

    def _some_rows(self, queries: slice | Tensor) -> Rows:
        found = [each._some_rows(queries) for each in self.maps]
        weights = [
            share[..., queries, :] * rows.weights for share, rows in zip(self._shares(), found, strict=True)
        ]
        allowed = [
            rows.allowed & counts[..., queries, :] for counts, rows in zip(self._counts(), found, strict=True)
        ]
        return Rows(reduce(torch.add, weights), reduce(torch.logical_or, allowed), queries)

    def _one_head(self, batch: tuple[int, ...], head: int) -> AttentionMap:
        return MixtureMap(tuple(each._one_head(batch, head) for each in self.maps), self.importance[batch])

    def _converted(self, convert: Callable[[Tensor], Tensor]) -> AttentionMap:
        return MixtureMap(tuple(each._converted(convert) for each in self.maps), convert(self.importance))

    def _traits(self) -> list[str]:
        return [f"of {len(self.maps)} attentions", str(self.dtype), str(self.device)]

    def _shares(self) -> list[Tensor]:
        """a_k as `[*batch, 1, queries, 1]`, for each attention k."""
        importance = self.importance.to(self.dtype)
        return [share.unsqueeze(-2).unsqueeze(-1) for share in importance.unbind(-1)]

    def _counts(self) -> list[Tensor]:
        return [share > 0 for share in self._shares()]
