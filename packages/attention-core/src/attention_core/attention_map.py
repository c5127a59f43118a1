"""What every attention map answers, and the few things a kind of map must know."""

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from attention_core import row_order, row_statistics
from attention_core.checks import (
    broadcasts_to,
    check_dense_size,
    check_edges,
    check_order,
    check_positions,
    check_same,
    check_shares,
    check_size,
    check_topk,
)
from attention_core.errors import AttentionError
from attention_core.groups import Groups, membership
from attention_core.row_blocks import ask_rows, sent_to_keys, sum_rows
from attention_core.row_statistics import Rows, TopK

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

RowIndex = int | slice | Sequence[int] | Tensor


class AttentionMap(ABC):
    """The matrix P `[*batch, heads, queries, keys]` of attention weights, asked and not stored.

    Every row sums to one over the keys it may attend; a row that may attend none is zero, and so are all its
    statistics. Statistics of half-precision inputs are float32. A map keeps the graph of the tensors it
    refers to until it is detached.

    A kind of map gives its shape, dtype and device, some of its rows, its product with values from either
    side, and one head of it. All else follows; what is not a product goes through the rows in blocks, in
    memory linear in the keys. A kind that knows better overrides.
    """

    @property
    @abstractmethod
    def shape(self) -> torch.Size:
        """`[*batch, heads, queries, keys]`."""

    @property
    @abstractmethod
    def dtype(self) -> torch.dtype:
        """The dtype of weights and statistics."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where weights and statistics are computed."""

    @abstractmethod
    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Which keys each query may attend."""

    @abstractmethod
    def apply(self, values: Float[Tensor, "*values keys dim"]) -> Float[Tensor, "*batch heads queries dim"]:
        """P X: the attended mean of values, broadcast over batch and heads, shared by groups of heads.

        Raises:
            AttentionError: if the values do not fit the keys.
        """

    def apply_transposed(
        self, values: Float[Tensor, "*values queries dim"]
    ) -> Float[Tensor, "*batch heads keys dim"]:
        """Pᵀ Y: what each key receives of the values of the queries.

        Raises:
            AttentionError: if the values do not fit the queries.
        """
        values = self._per_head(values, self.shape[-2], "queries").to(self.dtype)
        used = self.attending().unsqueeze(-1)
        with torch.autocast(self.device.type, enabled=False):
            return sum_rows(self, sent_to_keys, torch.where(used, values, 0.0))[0]

    @abstractmethod
    def _some_rows(self, queries: slice | Tensor) -> Rows:
        """The rows of a run of queries, or of those at some indices, of all batch items and heads."""

    @abstractmethod
    def _one_head(self, batch: tuple[int, ...], head: int) -> "AttentionMap":
        """The map `[1, queries, keys]` of one head of one batch item."""

    @abstractmethod
    def _converted(self, convert: Callable[[Tensor], Tensor]) -> "AttentionMap":
        """The same map of converted tensors."""

    @abstractmethod
    def _traits(self) -> list[str]:
        """What bears on the weights, in words."""

    def dense(self) -> Float[Tensor, "*batch heads queries keys"]:
        """All weights.

        Raises:
            AttentionError: if they would take more than `checks.DENSE_LIMIT` bytes.
        """
        check_dense_size(tuple(self.shape), self.dtype)
        return self._some_rows(slice(None)).weights

    def rows(self, index: RowIndex) -> Float[Tensor, "*batch heads rows keys"]:
        """The weights of some queries; the axis stays, also for a single index.

        Raises:
            AttentionError: if the index is none, or out of range.
        """
        try:
            chosen = torch.arange(self.shape[-2])[_index(index)].reshape(-1)
        except (IndexError, TypeError, ValueError, RuntimeError) as error:
            raise AttentionError(
                f"rows({index!r}) of a map with {self.shape[-2]} queries: {error}."
            ) from error
        return self._some_rows(chosen.to(self.device)).weights

    def attending(self) -> Bool[Tensor, "*batch heads queries"]:
        """Which queries may attend at least one key."""
        return self._by_rows(lambda rows: rows.allowed.any(-1))

    def entropy(self) -> Float[Tensor, "*batch heads queries"]:
        """H_i = Σ_j p_ij ln (1 / p_ij), in nats."""
        return self._by_rows(row_statistics.entropy)

    def effective_keys(self) -> Float[Tensor, "*batch heads queries"]:
        """exp(H_i): how many keys, equally attended, have the same entropy; 0 in a row without."""
        return self.entropy().exp() * self.attending()

    def power_sum(self, order: float) -> Float[Tensor, "*batch heads queries"]:
        """Σ_j p_ij^order over the allowed keys; 0 in a row without.

        Raises:
            AttentionError: if the order is negative or not finite.
        """
        check_order("power_sum", order, sys.float_info.max)
        return self._by_rows(partial(row_statistics.power_sum, order=order))

    def participation(self) -> Float[Tensor, "*batch heads queries"]:
        """1 / Σ_j p_ij²: how many keys, equally attended, have the same sum of squares; 0 in a row without."""
        squares = self.power_sum(2.0)
        return torch.where(squares > 0, 1 / torch.where(squares > 0, squares, 1.0), 0.0)

    def renyi_entropy(self, order: float) -> Float[Tensor, "*batch heads queries"]:
        """H_i = ln Σ_j p_ij^order / (1 − order), in nats; entropy at order 1, −ln max_j p_ij at infinity.

        Rényi 1961. 0 in a row without keys.

        Raises:
            AttentionError: if the order is negative.
        """
        check_order("renyi_entropy", order, math.inf)
        if order == 1:
            return self.entropy()
        power = self.largest() if order == float("inf") else self.power_sum(order)
        divisor = -1.0 if order == float("inf") else 1 - order
        return torch.where(power > 0, power, 1.0).log() / divisor

    def largest(self) -> Float[Tensor, "*batch heads queries"]:
        """max_j p_ij."""
        return self._by_rows(row_statistics.largest)

    def margin(self) -> Float[Tensor, "*batch heads queries"]:
        """p_i(1) − p_i(2): by how much the largest weight exceeds the second; a single key's is its weight."""
        weights = self.topk(min(2, self.shape[-1])).weights
        return weights[..., :1].sum(-1) - weights[..., 1:].sum(-1)

    def above(self, threshold: float) -> Int[Tensor, "*batch heads queries"]:
        """How many keys each query gives more than a threshold."""
        return self._by_rows(partial(row_statistics.above, threshold=threshold))

    def quantiles(
        self, shares: Float[Tensor, " shares"] | Sequence[float]
    ) -> Float[Tensor, "*batch heads queries shares"]:
        """Quantiles of the weights that each query gives to the keys it may attend, linearly interpolated.

        Raises:
            AttentionError: if a share is not from 0 to 1.
        """
        shares = torch.as_tensor(shares, dtype=self.dtype, device=self.device)
        check_shares(shares)
        return self._by_rows(partial(row_order.quantiles, shares=shares))

    def histogram(
        self, edges: Float[Tensor, " edges"] | Sequence[float]
    ) -> Int[Tensor, "*batch heads queries bins"]:
        """How many of its keys each query gives a weight from one edge to the next, as NumPy counts.

        Raises:
            AttentionError: if there are fewer than two edges or they do not rise.
        """
        edges = torch.as_tensor(edges, dtype=self.dtype, device=self.device)
        check_edges(edges)
        return self._by_rows(partial(row_order.histogram, edges=edges))

    def topk(self, k: int) -> TopK:
        """The k largest weights of each row, largest first, the earlier key first among equals.

        Raises:
            AttentionError: if k is no integer, negative or larger than the number of keys.
        """
        check_topk(k, self.shape[-1])
        return self._topk(k)

    def received(self) -> Float[Tensor, "*batch heads keys"]:
        """c_j = Σ_i p_ij: how much attention each key gets from all queries."""
        ones = torch.ones(self.shape[-2], 1, dtype=self.dtype, device=self.device)
        return self.apply_transposed(ones).squeeze(-1)

    def mass(self, groups: Groups) -> Float[Tensor, "*batch heads queries groups"]:
        """The weight that each query puts on each group of keys.

        Args:
            groups: integer labels `[keys]` or `[*batch, keys]`, or boolean membership `[keys, groups]` or
                `[*batch, keys, groups]`, where a key may belong to several groups or to none.

        Raises:
            AttentionError: if the groups do not fit the keys, a label is far out of range, or the answer would
                take more than `checks.DENSE_LIMIT` bytes.
        """
        member = membership(groups, (*self.shape[:-3], self.shape[-1]), self.device)
        check_size("mass on groups", (*self.shape[:-1], member.shape[-1]), self.dtype)
        return self.apply(member.unsqueeze(-3).to(self.dtype))

    def flow(
        self, query_groups: Groups, key_groups: Groups
    ) -> Float[Tensor, "*batch heads query_groups key_groups"]:
        """Σ_{i∈g} Σ_{j∈h} p_ij: the weight that flows from each group of queries to each group of keys.

        Raises:
            AttentionError: if the groups, which are given as for `mass`, do not fit queries and keys.
        """
        member = membership(query_groups, (*self.shape[:-3], self.shape[-2]), self.device, "queries")
        mass = self.mass(key_groups)
        with torch.autocast(self.device.type, enabled=False):
            return member.unsqueeze(-3).mT.to(self.dtype) @ mass

    def expected_distance(
        self,
        query_positions: Float[Tensor, "*queries axes"],
        key_positions: Float[Tensor, "*keys axes"] | None = None,
    ) -> Float[Tensor, "*batch heads queries"]:
        """Σ_j p_ij |x_i − y_j|: how far each query looks, in the Euclidean distance of positions.

        Positions are `[tokens, axes]`, those of the keys where none are given the queries' own
        (mean attention distance, Dosovitskiy et al. 2021).

        Raises:
            AttentionError: if the positions do not fit queries and keys.
        """
        key_positions = query_positions if key_positions is None else key_positions
        check_positions(query_positions, key_positions, tuple(self.shape))
        here, there = (each.to(self.device, self.dtype) for each in (query_positions, key_positions))
        return self._by_rows(partial(row_statistics.distance, query_positions=here, key_positions=there))

    def linear_operator(self, batch: int | tuple[int, ...] = 0, head: int = 0) -> "LinearOperator":
        """One head as a `scipy.sparse.linalg.LinearOperator`, whose products form no matrix.

        Raises:
            AttentionError: if the map has no such batch item or head.
        """
        from attention_core.operator import as_linear_operator

        return as_linear_operator(self, batch, head)

    def centrality(
        self, damping: float = 0.85, tolerance: float | None = None, iterations: int = 200
    ) -> Float[Tensor, "*batch heads keys"]:
        """PageRank of the tokens, from whose queries a walker goes to keys with probability p_ij.

            r = damping (Pᵀ r + (mass of queries without keys) / tokens) + (1 − damping) / tokens

        Brin and Page 1998, by power iteration until r, which sums to one, changes in no head by more than the
        tolerance, summed over tokens; without one by 1e-6, in float64 by 1e-10.

        Raises:
            AttentionError: if queries and keys are not as many, the damping is not in [0, 1), or the iteration
                does not converge.
        """
        from attention_core.operator import page_rank

        return page_rank(self, damping, tolerance, iterations)

    def detach(self) -> "AttentionMap":
        """The same map without its graph."""
        return self._converted(Tensor.detach)

    def cpu(self) -> "AttentionMap":
        """The same map in main memory."""
        return self._converted(Tensor.cpu)

    def summary(self, groups: Groups | None = None, k: int | None = None) -> dict[str, np.ndarray]:
        """All statistics as plain arrays, made to be stored.

        Args:
            groups: as for `mass`; adds `group_mass`.
            k: how many of the largest weights; 8, or the number of keys where there are fewer.

        Raises:
            AttentionError: if k is no integer from 0 to the number of keys, or the groups do not fit them.
        """
        k = min(8, self.shape[-1]) if k is None else k
        check_topk(k, self.shape[-1])
        with torch.no_grad():
            statistics = self._statistics(k)
            if groups is not None:
                statistics["group_mass"] = self.mass(groups)
        return {name: statistic.cpu().numpy() for name, statistic in statistics.items()}

    def __repr__(self) -> str:
        """Kind, sides, and what bears on the weights."""
        *batch, heads, queries, keys = self.shape
        sides = [f"batch={batch}", f"heads={heads}", f"queries={queries}", f"keys={keys}"]
        return f"{type(self).__name__}({', '.join(sides + self._traits())})"

    def _repr_html_(self) -> str:
        """The same for a notebook; no weight is computed."""
        *batch, heads, queries, keys = self.shape
        sides = {
            "batch": batch,
            "heads": heads,
            "queries": queries,
            "keys": keys,
            "of": ", ".join(self._traits()),
        }
        rows = "".join(
            f"<tr><th>{name}</th><td>{escape(str(side))}</td></tr>" for name, side in sides.items()
        )
        return f"<table><caption>{type(self).__name__}</caption>{rows}</table>"

    def _statistics(self, k: int) -> dict[str, Tensor]:
        """What a summary holds whatever the groups, from one pass over the rows and a product."""
        found = ask_rows(self, partial(row_statistics.together, k=k))
        entropy, squares, largest, attending, weights, indices = found
        return {
            "entropy": entropy,
            "effective_keys": entropy.exp() * attending,
            "participation": torch.where(squares > 0, 1 / squares, 0.0),
            "largest": largest,
            "received": self.received(),
            "topk_weights": weights,
            "topk_indices": indices,
        }

    def _topk(self, k: int) -> TopK:
        if k == 0:
            weights = torch.zeros(*self.shape[:-1], 0, dtype=self.dtype, device=self.device)
            return TopK(weights, weights.long())
        return TopK(*ask_rows(self, partial(row_statistics.topk, k=k)))

    def _by_rows(self, statistic: Callable[[Rows], Tensor]) -> Tensor:
        return ask_rows(self, lambda rows: (statistic(rows),))[0]

    def _per_head(self, values: Tensor, tokens: int, axis: str) -> Tensor:
        heads = self.shape[-3]
        check_same("values", values.device, "the map", self.device)
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


def _index(index: RowIndex) -> slice | Tensor:
    """What torch would take for an index, but for numbers that it would round."""
    if isinstance(index, slice):
        return index
    found = torch.as_tensor(index).cpu()
    if found.is_floating_point() and found.numel():
        raise TypeError("an index is a whole number")
    return found if found.numel() else found.long()
