"""What the layers of a network attend to together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from attention_core.attention_map import AttentionMap
from attention_core.checks import check_same
from attention_core.errors import AttentionError
from attention_core.row_statistics import Rows


def rollout(maps: Sequence[AttentionMap], residual: float = 0.5) -> "Rollout":
    """The product of the layers' maps, the first layer's map first, each mixed with the residual path.

        R = Â_L ⋯ Â_1,   Â = (residual · I + (1 − residual) · mean_h P_h) with rows scaled to sum to one

    Attention rollout, Abnar and Zuidema 2020. No product of matrices is formed.

    Raises:
        AttentionError: if there is no map, a map is not square or of other sides, dtype or device than the
            rest, or the residual is not in [0, 1).
    """
    if not maps:
        raise AttentionError("rollout of no maps; give those of the layers, the first layer's first.")
    if not 0 <= residual < 1:
        raise AttentionError(f"rollout: residual is {residual}; expected a share in [0, 1).")
    sides = {(tuple(each.shape[:-3]), *each.shape[-2:]) for each in maps}
    if len(sides) > 1 or maps[0].shape[-1] != maps[0].shape[-2]:
        shapes = ", ".join(str(list(each.shape)) for each in maps)
        raise AttentionError(
            f"rollout of maps {shapes}; expected the same batch, and as many queries as keys."
        )
    for each in maps[1:]:
        check_same("a map", each.dtype, "another", maps[0].dtype)
        check_same("a map", each.device, "another", maps[0].device)
    return Rollout(tuple((each,) for each in maps), residual)


@dataclass(frozen=True, eq=False, repr=False)
class Rollout(AttentionMap):
    """The map `[*batch, 1, tokens, tokens]` from the last layer's tokens to the first layer's.

    A layer is one map or more, whose heads are averaged together.
    """

    layers: tuple[tuple[AttentionMap, ...], ...]
    residual: float

    @property
    def shape(self) -> torch.Size:
        """`[*batch, 1, tokens, tokens]`."""
        first = self.layers[0][0].shape
        return torch.Size([*first[:-3], 1, *first[-2:]])

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the first layer's weights."""
        return self.layers[0][0].dtype

    @property
    def device(self) -> torch.device:
        """Where the first layer's weights are."""
        return self.layers[0][0].device

    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Which tokens reach which: those with a weight."""
        return self.dense() > 0

    def apply(self, values: Float[Tensor, "*values keys dim"]) -> Float[Tensor, "*batch heads queries dim"]:
        """R X, one layer after the other."""
        found = self._spread(values, "keys")
        for layer in self.layers:
            attended = _mean_of_heads([each.apply(found) for each in layer])
            found = self._scale(layer) * (self.residual * found + (1 - self.residual) * attended)
        return found

    def apply_transposed(
        self, values: Float[Tensor, "*values queries dim"]
    ) -> Float[Tensor, "*batch heads keys dim"]:
        """Rᵀ Y, from the last layer back to the first."""
        sent = self._spread(values, "queries")
        for layer in reversed(self.layers):
            sent = self._scale(layer) * sent
            back = _mean_of_heads([each.apply_transposed(sent) for each in layer])
            sent = self.residual * sent + (1 - self.residual) * back
        return sent

    def _spread(self, values: Tensor, axis: str) -> Tensor:
        values = self._per_head(values, self.shape[-1], axis).to(self.dtype)
        return values.expand(*self.shape[:-2], *values.shape[-2:])

    def _scale(self, layer: Sequence[AttentionMap]) -> Tensor:
        """What makes rows sum to one where some heads attend nothing."""
        attending = _mean_of_heads([each.attending().unsqueeze(-1).to(self.dtype) for each in layer])
        total = self.residual + (1 - self.residual) * attending
        return torch.where(total > 0, 1 / torch.where(total > 0, total, 1.0), 0.0)

    def _some_rows(self, queries: slice | Tensor) -> Rows:
        chosen = torch.arange(self.shape[-2], device=self.device)[queries]
        ends = torch.zeros(self.shape[-2], len(chosen), dtype=self.dtype, device=self.device)
        ends[chosen, torch.arange(len(chosen), device=self.device)] = 1
        weights = self.apply_transposed(ends).mT
        return Rows(weights, weights > 0, queries)

    def _one_head(self, batch: tuple[int, ...], head: int) -> AttentionMap:
        return self._with(lambda each: [each._one_head(batch, one) for one in range(each.shape[-3])])

    def _converted(self, convert: Callable[[Tensor], Tensor]) -> "Rollout":
        return self._with(lambda each: [each._converted(convert)])

    def _with(self, parts: Callable[[AttentionMap], list[AttentionMap]]) -> "Rollout":
        return replace(
            self, layers=tuple(tuple(p for each in layer for p in parts(each)) for layer in self.layers)
        )

    def _traits(self) -> list[str]:
        return [f"layers={len(self.layers)}", f"residual={self.residual}", str(self.dtype), str(self.device)]


def _mean_of_heads(products: list[Tensor]) -> Tensor:
    return torch.cat(products, -3).mean(-3, keepdim=True)
