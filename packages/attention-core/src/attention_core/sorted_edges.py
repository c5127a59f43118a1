"""The edges of a graph, sorted once for many calls."""

from collections.abc import Sequence
from functools import cached_property, partial

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from attention_core.edge_products import Links, Pattern
from attention_core.errors import AttentionError

Labels = Sequence[str] | None


class SortedEdges:
    """Which query attends which key: one column for each edge, the key in row 0 and the query in row 1.

    That is source and target, as in PyG. Orders and row pointers are found when first asked and kept, so that
    many calls on one graph sort it once. An edge may occur several times, and a node may have none. Whatever is
    given or returned for each edge follows the order of `edges`, which must not be changed in place.

    Args:
        edges: `[2, edges]`, in any order; sorted by query and key they need no reordering.
        queries: how many nodes may attend.
        keys: how many nodes may be attended; the queries themselves where not given.
        query_labels: names of the queries.
        key_labels: names of the keys; those of the queries where `keys` is not given.

    Raises:
        AttentionError: if edges are not integers `[2, edges]` or name a node that is not there, or if labels
            are not as many as their nodes.
    """

    def __init__(
        self,
        edges: Int[Tensor, "2 edges"],
        queries: int,
        keys: int | None = None,
        query_labels: Labels = None,
        key_labels: Labels = None,
    ):
        if keys is None:
            keys, key_labels = queries, query_labels if key_labels is None else key_labels
        _check_edges(edges, queries, keys)
        _check_labels("query_labels", query_labels, queries)
        _check_labels("key_labels", key_labels, keys)
        self.edges = edges
        self.queries, self.keys = queries, keys
        self.query_labels, self.key_labels = query_labels, key_labels
        self._links: dict[tuple[bool, int], Links] = {}

    def __len__(self) -> int:
        """How many edges there are."""
        return self.edges.shape[1]

    def __repr__(self) -> str:
        """Sides."""
        return f"SortedEdges(edges={len(self)}, queries={self.queries}, keys={self.keys})"

    def to(self, device: torch.device | str) -> "SortedEdges":
        """The same edges on a device."""
        moved = self.edges.to(device)
        if moved is self.edges:
            return self
        return SortedEdges(moved, self.queries, self.keys, self.query_labels, self.key_labels)

    @cached_property
    def order(self) -> Int[Tensor, " edges"] | None:
        """Edges by query, then by key, the earlier first among equals; None where they come so."""
        pairs = self._pairs
        return pairs.sort(stable=True).indices if (pairs.diff() < 0).any() else None

    @cached_property
    def key(self) -> Int[Tensor, " edges"]:
        """The key of each edge, sorted."""
        return self._sorted(self.edges[0].long())

    @cached_property
    def query(self) -> Int[Tensor, " edges"]:
        """The query of each edge, sorted."""
        return self._sorted(self.edges[1].long())

    @cached_property
    def degrees(self) -> tuple[Int[Tensor, " queries"], Int[Tensor, " keys"]]:
        """How many edges each query has, and each key."""
        return self.query.bincount(minlength=self.queries), self.key.bincount(minlength=self.keys)

    @cached_property
    def starts(self) -> Int[Tensor, " offsets"]:
        """Where the edges of each query start in the sorted order, and where the last ones end."""
        return _starts(self.degrees[0])

    @cached_property
    def linked(self) -> tuple[Bool[Tensor, " queries"] | None, Bool[Tensor, " keys"] | None]:
        """Which queries and which keys have an edge; None where all have."""
        queries, keys = (degree > 0 for degree in self.degrees)
        return None if queries.all() else queries, None if keys.all() else keys

    @cached_property
    def pair(self) -> Int[Tensor, " edges"] | None:
        """The pair that each sorted edge belongs to, counted from 0; None where no two edges are parallel."""
        differ = self._sorted(self._pairs).diff() > 0
        return None if differ.all() else torch.cat([differ.new_zeros(1), differ]).cumsum(0)

    @cached_property
    def distinct(self) -> "SortedEdges":
        """The same edges, sorted, each only once."""
        pairs = self._pairs.unique()
        edges = torch.stack([pairs % self.keys, pairs // self.keys])
        return SortedEdges(edges, self.queries, self.keys, self.query_labels, self.key_labels)

    def in_order(self, features: Shaped[Tensor, "edges dim"]) -> Shaped[Tensor, "edges dim"]:
        """Features of the edges, sorted."""
        return features if self.order is None else features.index_select(0, self.order)

    def arranged(
        self, per_edge: Shaped[Tensor, "*batch edges heads"]
    ) -> Shaped[Tensor, "*batch heads edges"]:
        """What is given for each edge, in the sorted order."""
        per_edge = per_edge.mT
        return per_edge if self.order is None else per_edge.index_select(-1, self.order)

    def restored(self, arranged: Float[Tensor, "*batch heads edges"]) -> Float[Tensor, "*batch edges heads"]:
        """What was found for each edge, in the order of `edges`."""
        return (arranged if self._rank is None else arranged.index_select(-1, self._rank)).mT

    def links(self, slabs: int) -> Links:
        """The entries of `slabs` matrices of queries × keys, one behind the other on a diagonal."""
        if (False, slabs) not in self._links:
            width = self._index_type(slabs)
            of_query, of_key = self.degrees
            pattern = _blocks(of_query, self.key, self.keys, slabs, width)
            transposed = partial(_blocks, of_key, self.query[self._by_key], self.queries, slabs, width)
            turn = partial(_shifted, self._by_key, len(self), slabs, width)
            self._links[False, slabs] = Links(pattern, transposed, turn)
        return self._links[False, slabs]

    def edge_links(self, slabs: int) -> Links:
        """The same entries where the sorted edges themselves are the columns, shared by all slabs."""
        if (True, slabs) not in self._links:
            width, count = self._index_type(slabs), len(self)
            numbers = torch.arange(count, dtype=width, device=self.edges.device)
            starts = _starts(self.degrees[0].repeat(slabs)).to(width)
            pattern = Pattern(starts, numbers.repeat(slabs), count)
            transposed = partial(_by_edge, self.query, self.queries, slabs, width)
            self._links[True, slabs] = Links(pattern, transposed, partial(_turned_blocks, numbers, slabs))
        return self._links[True, slabs]

    def _index_type(self, slabs: int) -> torch.dtype:
        # Kernels are several times faster on 32 bits.
        largest = slabs * max(len(self), self.queries, self.keys)
        return torch.int32 if largest < 2**31 else torch.int64

    @cached_property
    def _by_key(self) -> Tensor:
        """Places in the sorted order, by key and then by query."""
        return self.key.sort(stable=True).indices

    @property
    def _pairs(self) -> Tensor:
        return self.edges[1].long() * self.keys + self.edges[0].long()

    @cached_property
    def _rank(self) -> Tensor | None:
        return None if self.order is None else self.order.argsort()

    def _sorted(self, per_edge: Tensor) -> Tensor:
        return per_edge if self.order is None else per_edge[self.order]


def _starts(degrees: Tensor) -> Tensor:
    return torch.cat([degrees.new_zeros(1), degrees.cumsum(0)])


def _shifted(indices: Tensor, stride: int, slabs: int, width: torch.dtype) -> Tensor:
    """The indices of each slab behind those of the one before."""
    steps = stride * torch.arange(slabs, dtype=width, device=indices.device)
    return (indices.to(width) + steps.unsqueeze(-1)).flatten()


def _blocks(degrees: Tensor, columns: Tensor, stride: int, slabs: int, width: torch.dtype) -> Pattern:
    """The same block in every slab."""
    starts = _starts(degrees.repeat(slabs)).to(width)
    return Pattern(starts, _shifted(columns, stride, slabs, width), stride * slabs)


def _by_edge(query: Tensor, queries: int, slabs: int, width: torch.dtype) -> Pattern:
    """A row for each edge, which holds its query in every slab."""
    columns = _shifted(query, queries, slabs, width).view(slabs, -1).mT.flatten()
    starts = slabs * torch.arange(len(query) + 1, dtype=width, device=query.device)
    return Pattern(starts, columns, queries * slabs)


def _turned_blocks(numbers: Tensor, slabs: int) -> Tensor:
    """The places of each edge in all slabs."""
    return _shifted(numbers, len(numbers), slabs, numbers.dtype).view(slabs, -1).mT.flatten()


def _check_edges(edges: Tensor, queries: int, keys: int) -> None:
    integer = not (edges.is_floating_point() or edges.is_complex() or edges.dtype is torch.bool)
    if edges.ndim != 2 or edges.shape[0] != 2 or not integer:
        raise AttentionError(
            f"edges are {edges.dtype} of shape {list(edges.shape)}; expected integers [2, edges],"
            " keys in row 0 and queries in row 1."
        )
    for side, nodes, count in zip(("key", "query"), edges, (keys, queries), strict=True):
        outside = nodes[(nodes < 0) | (nodes >= count)]
        if len(outside):
            raise AttentionError(
                f"an edge names {side} {int(outside[0])} where there are {count}; they count from 0.\n"
                "  row 0 of the edges holds keys, row 1 queries"
            )


def _check_labels(name: str, labels: Labels, nodes: int) -> None:
    if labels is not None and len(labels) != nodes:
        raise AttentionError(f"there are {len(labels)} {name} for {nodes} nodes; give one for each.")
