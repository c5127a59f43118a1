"""The map of an attention along the edges of a graph."""

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from attention_core import edge_statistics, row_order, row_statistics
from attention_core.attention_map import AttentionMap
from attention_core.checks import broadcasts_to, check_dense_size, check_floating, check_mask, check_same
from attention_core.edge_products import Links, row_sums, sums, turned
from attention_core.edge_statistics import Entries
from attention_core.errors import AttentionError
from attention_core.row_statistics import Rows, TopK
from attention_core.sorted_edges import Labels, SortedEdges

if TYPE_CHECKING:
    from scipy.sparse import csr_array

EDGE_AXES = "[*batch, edges, heads]"
# The same statistics from entries as from rows.
FROM_ENTRIES: dict[Callable, Callable] = {
    row_statistics.entropy: edge_statistics.entropy,
    row_statistics.power_sum: edge_statistics.power_sum,
    row_statistics.largest: edge_statistics.largest,
    row_statistics.above: edge_statistics.above,
    row_statistics.distance: edge_statistics.distance,
    row_order.histogram: edge_statistics.histogram,
    row_order.quantiles: edge_statistics.quantiles,
}


class EdgeMap(AttentionMap):
    """A map that has weights on the edges of a graph only, one for each edge and head.

    It answers like the matrix, in time and memory linear in the edges. Weights of parallel edges, which join
    the same two nodes, add up to the weight of that pair.

    Args:
        weights: `[*batch, edges, heads]`, in the order of the edges.
        edges: `[2, edges]`, the key attended in row 0 and the query that attends in row 1; or `SortedEdges`,
            which know the rest.
        queries: how many nodes may attend.
        keys: how many nodes may be attended; the queries themselves where not given.
        mask: `[edges]`, or broadcastable to the weights; True = may be attended. Without it every edge may.
        query_labels: names of the queries.
        key_labels: names of the keys.

    Raises:
        AttentionError: if weights, edges, mask and labels do not belong together.
    """

    def __init__(
        self,
        weights: Float[Tensor, "*batch edges heads"],
        edges: Int[Tensor, "2 edges"] | SortedEdges,
        queries: int | None = None,
        keys: int | None = None,
        *,
        mask: Bool[Tensor, "..."] | None = None,
        query_labels: Labels = None,
        key_labels: Labels = None,
    ):
        if not isinstance(edges, SortedEdges):
            if queries is None:
                raise AttentionError("an EdgeMap of plain edges needs the number of queries, and of keys.")
            edges = SortedEdges(edges, queries, keys, query_labels, key_labels)
        check_floating("weights", weights)
        if weights.ndim < 2 or weights.shape[-2] != len(edges):
            raise AttentionError(
                f"weights of shape {list(weights.shape)} do not fit {len(edges)} edges; expected {EDGE_AXES}."
            )
        check_same("weights", weights.device, "the edges", edges.edges.device)
        self.weights = weights
        self.graph = edges
        self.mask = None if mask is None else edge_mask(mask, weights.shape, weights.device)

    @property
    def edges(self) -> Int[Tensor, "2 edges"]:
        """Keys and queries of the edges, in the order of the weights."""
        return self.graph.edges

    @property
    def query_labels(self) -> Labels:
        """Names of the queries."""
        return self.graph.query_labels

    @property
    def key_labels(self) -> Labels:
        """Names of the keys."""
        return self.graph.key_labels

    @property
    def shape(self) -> torch.Size:
        """`[*batch, heads, queries, keys]`."""
        *batch, _, heads = self.weights.shape
        return torch.Size([*batch, heads, self.graph.queries, self.graph.keys])

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the weights, float32 for half precision."""
        return torch.promote_types(self.weights.dtype, torch.float32)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.weights.device

    def allowed(self) -> Bool[Tensor, "*batch heads queries keys"]:
        """Which keys each query may attend.

        Raises:
            AttentionError: if they would take more than `checks.DENSE_LIMIT` bytes.
        """
        check_dense_size(tuple(self.shape), torch.bool)
        return self._some_allowed(torch.arange(self.graph.queries, device=self.device))

    def attending(self) -> Bool[Tensor, "*batch heads queries"]:
        """Which queries may attend at least one key."""
        return self._by_head(edge_statistics.attending(self._entries()))

    def apply(self, values: Float[Tensor, "*values keys dim"]) -> Float[Tensor, "*batch heads queries dim"]:
        """P X, from the edges."""
        return self._product(values, self.graph.keys, "keys", transposed=False)

    def apply_transposed(
        self, values: Float[Tensor, "*values queries dim"]
    ) -> Float[Tensor, "*batch heads keys dim"]:
        """Pᵀ Y, from the edges."""
        return self._product(values, self.graph.queries, "queries", transposed=True)

    def merged(self) -> "EdgeMap":
        """The same matrix with one edge for each pair; the map itself where no edges are parallel."""
        pair = self.graph.pair
        if pair is None:
            return self
        pairs = self.graph.distinct
        arranged = self.graph.arranged(self.weights.to(self.dtype))
        weights = arranged.new_zeros(*arranged.shape[:-1], len(pairs)).index_add(-1, pair, arranged)
        if self.mask is None:
            return EdgeMap(weights.mT, pairs)
        allowed = self.graph.arranged(self.mask)
        ways = torch.zeros(*allowed.shape[:-1], len(pairs), device=self.device)
        return EdgeMap(weights.mT, pairs, mask=ways.index_add(-1, pair, allowed.float()).mT > 0)

    def sparse(self, head: int = 0, batch: int | tuple[int, ...] = ()) -> "csr_array":
        """One head of one batch item as a SciPy sparse array `(queries, keys)`.

        Raises:
            AttentionError: if the map has no such batch item or head.
        """
        from scipy.sparse import csr_array

        try:
            weights = self.weights[(batch,) if isinstance(batch, int) else batch][..., head]
        except IndexError as error:
            raise AttentionError(f"sparse({head}, {batch}) of {self!r}: {error}.") from error
        if weights.ndim != 1:
            raise AttentionError(f"sparse({head}, {batch}) of {self!r}: say which batch item.")
        key, query = self.edges.cpu().numpy()
        weights = weights.detach().to(self.dtype).cpu().numpy()
        return csr_array((weights, (query, key)), shape=(self.graph.queries, self.graph.keys))

    def _some_rows(self, queries: slice | Tensor) -> Rows:
        chosen = torch.arange(self.graph.queries, device=self.device)[queries]
        place, edge = self._places(chosen)
        arranged = self.graph.arranged(self.weights.to(self.dtype))
        flat = arranged.new_zeros(*arranged.shape[:-1], len(chosen) * self.graph.keys)
        weights = flat.index_add(-1, place, arranged.index_select(-1, edge))
        return Rows(weights.unflatten(-1, (len(chosen), -1)), self._some_allowed(chosen), queries)

    def _some_allowed(self, chosen: Tensor) -> Tensor:
        place, edge = self._places(chosen)
        size, lead = len(chosen) * self.graph.keys, self.shape[:-2]
        found = torch.zeros(math.prod(lead), size, dtype=torch.bool, device=self.device)
        if self.mask is None:
            found[:, place] = True
        else:
            mask = self.graph.arranged(self.mask).expand(*lead, -1).reshape(len(found), -1)
            slab, at = mask.index_select(-1, edge).nonzero(as_tuple=True)
            found[slab, place[at]] = True
        return found.view(*lead, len(chosen), self.graph.keys)

    def _places(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """Where the edges of the chosen queries fall in those rows, and which edges these are, sorted."""
        degree = self.graph.degrees[0][chosen]
        row = torch.arange(len(chosen), device=self.device).repeat_interleave(degree)
        before = degree.cumsum(0) - degree
        edge = torch.arange(len(row), device=self.device) - before[row] + self.graph.starts[chosen][row]
        return row * self.graph.keys + self.graph.key[edge], edge

    def _one_head(self, batch: tuple[int, ...], head: int) -> AttentionMap:
        place = (*batch, slice(None), slice(head, head + 1))
        mask = None if self.mask is None else self.mask.expand(self.weights.shape)[place]
        return EdgeMap(self.weights[place], self.graph, mask=mask)

    def _converted(self, convert: Callable[[Tensor], Tensor]) -> AttentionMap:
        weights = convert(self.weights)
        mask = None if self.mask is None else convert(self.mask)
        return EdgeMap(weights, self.graph.to(weights.device), mask=mask)

    def _traits(self) -> list[str]:
        return [
            f"edges={len(self.graph)}",
            *(["masked"] if self.mask is not None else []),
            str(self.weights.dtype),
            str(self.weights.device),
        ]

    def _by_rows(self, statistic: Callable[[Rows], Tensor]) -> Tensor:
        given = statistic if isinstance(statistic, partial) else partial(statistic)
        if given.func not in FROM_ENTRIES:
            return super()._by_rows(statistic)
        return self._by_head(FROM_ENTRIES[given.func](self.merged()._entries(), **given.keywords))

    def _statistics(self, k: int) -> dict[str, Tensor]:
        attention = self.merged()
        top, entropy = attention.topk(k), attention.entropy()
        return {
            "entropy": entropy,
            "effective_keys": entropy.exp() * attention.attending(),
            "participation": attention.participation(),
            "largest": attention.largest(),
            "received": self.received(),
            "topk_weights": top.weights,
            "topk_indices": top.indices,
        }

    def _topk(self, k: int) -> TopK:
        found = edge_statistics.topk(self.merged()._entries(), k)
        return TopK(self._by_head(found.weights), self._by_head(found.indices))

    def _entries(self) -> Entries:
        slabs = math.prod(self.shape[:-2])
        weights = self.graph.arranged(self.weights.to(self.dtype)).reshape(-1)
        allowed = self.mask
        if allowed is not None:
            allowed = self.graph.arranged(allowed.expand(self.weights.shape)).reshape(-1)
        sides = (self.graph.queries, self.graph.keys)
        return Entries(weights, allowed, self.graph.links(slabs).pattern, sides)

    def _by_head(self, found: Tensor) -> Tensor:
        return found.view(*self.shape[:-1], *found.shape[1:])

    def _product(self, values: Tensor, tokens: int, axis: str, transposed: bool) -> Tensor:
        lead = self.shape[:-2]
        entries, links = self._entries(), self.graph.links(math.prod(lead))
        weights = turned(entries.weights, links) if transposed else entries.weights
        values = self._per_head(values, tokens, axis).to(self.dtype)
        values = values.expand(*lead, *values.shape[-2:]).reshape(-1, values.shape[-1])
        if entries.allowed is not None:
            used = self._used(entries.allowed.to(self.dtype), links, transposed)
            values = values.masked_fill(~used.unsqueeze(-1), 0.0)
        found = sums(weights, values, links.transposed if transposed else links)
        return found.view(*lead, self.shape[-1 if transposed else -2], values.shape[-1])

    def _used(self, allowed: Tensor, links: Links, queries: bool) -> Tensor:
        """Which queries, or keys, take part in an edge that may be attended."""
        if queries:
            return row_sums(allowed, links.pattern) > 0
        return row_sums(turned(allowed, links), links.transposed.pattern) > 0


def for_each_edge(
    given: Shaped[Tensor, "..."], shape: tuple[int, ...], name: str
) -> Shaped[Tensor, "*batch edges heads"]:
    """What is given as `[edges]`, or broadcastable to `[*batch, edges, heads]`, with all its edges.

    Raises:
        AttentionError: if it is neither.
    """
    found = given.unsqueeze(-1) if given.ndim == 1 else given
    if (given.ndim == 1 and len(given) != shape[-2]) or not broadcasts_to(found.shape, shape):
        raise AttentionError(
            f"{name} of shape {list(given.shape)} does not fit {EDGE_AXES} = {list(shape)}.\n"
            "  expected [edges], or what broadcasts to all three"
        )
    return found.expand(*found.shape[:-2], shape[-2], found.shape[-1])


def edge_mask(
    mask: Bool[Tensor, "..."], shape: tuple[int, ...], device: torch.device
) -> Bool[Tensor, "*batch edges heads"]:
    """A mask for each edge, checked.

    Raises:
        AttentionError: if it is not boolean, lies elsewhere or does not fit.
    """
    mask = for_each_edge(mask, shape, "mask")
    check_mask(mask, shape, device, EDGE_AXES)
    return mask


def edge_bias(
    bias: Float[Tensor, "..."], shape: tuple[int, ...], device: torch.device
) -> Float[Tensor, "*batch edges heads"]:
    """A bias for each edge, checked.

    Raises:
        AttentionError: if it is boolean, lies elsewhere or does not fit.
    """
    if bias.dtype is torch.bool:
        raise AttentionError(
            "bias is boolean; expected numbers to add to the scores.\n  a boolean is a mask: pass mask=…"
        )
    check_same("bias", bias.device, "the attention", device)
    return for_each_edge(bias, shape, "bias")
