"""Statistics of the rows of a sparse attention matrix, from its entries."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from attention_core.edge_products import Pattern, row_sums
from attention_core.row_statistics import TopK


class Entries(NamedTuple):
    """The entries of one or more matrices of the given sides on a diagonal: weights, which may be attended, places.

    No place occurs twice, and the keys of a row rise.
    """

    weights: Float[Tensor, " entries"]
    allowed: Bool[Tensor, " entries"] | None
    pattern: Pattern
    sides: tuple[int, int]

    @property
    def query(self) -> Int[Tensor, " entries"]:
        """The query of each entry."""
        return self.pattern.rows.long() % self.sides[0]

    @property
    def key(self) -> Int[Tensor, " entries"]:
        """The key of each entry."""
        return self.pattern.columns.long() % self.sides[1]


def attending(entries: Entries) -> Bool[Tensor, " rows"]:
    """Which rows have an entry that may be attended."""
    return counts(entries) > 0


def counts(entries: Entries) -> Int[Tensor, " rows"]:
    """How many entries of each row may be attended."""
    if entries.allowed is None:
        return entries.pattern.starts.diff().long()
    return _count(entries.allowed, entries.pattern)


def entropy(entries: Entries) -> Float[Tensor, " rows"]:
    """H_i = Σ_j p_ij ln (1 / p_ij)."""
    # At zero the term is zero, but its gradients would not be finite.
    none = entries.weights < torch.finfo(entries.weights.dtype).tiny
    # Not the logarithm of 1 / p, whose gradient overflows on its way; 0 − ln 1 is not −0.
    terms = entries.weights * (0.0 - entries.weights.masked_fill(none, 1.0).log())
    return row_sums(terms, entries.pattern)


def power_sum(entries: Entries, order: float) -> Float[Tensor, " rows"]:
    """Σ_j p_ij^order over the allowed keys."""
    if order == 0:
        return counts(entries).to(entries.weights.dtype)
    # Below order 1 the power of zero has no finite gradient, below order 2 no second one.
    none = entries.weights < torch.finfo(entries.weights.dtype).tiny
    return row_sums(entries.weights.masked_fill(none, 1.0).pow(order).masked_fill(none, 0.0), entries.pattern)


def largest(entries: Entries) -> Float[Tensor, " rows"]:
    """max_j p_ij."""
    zeros = entries.weights.new_zeros(entries.pattern.height)
    return zeros.scatter_reduce(0, entries.pattern.rows.long(), entries.weights, "amax")


def above(entries: Entries, threshold: float) -> Int[Tensor, " rows"]:
    """How many entries that may be attended weigh more than a threshold."""
    over = entries.weights > threshold
    return _count(over if entries.allowed is None else over & entries.allowed, entries.pattern)


def distance(
    entries: Entries,
    query_positions: Float[Tensor, "queries axes"],
    key_positions: Float[Tensor, "keys axes"],
) -> Float[Tensor, " rows"]:
    """Σ_j p_ij |x_i − y_j|."""
    here, there = query_positions[entries.query], key_positions[entries.key]
    return row_sums(entries.weights * torch.linalg.vector_norm(here - there, dim=-1), entries.pattern)


def histogram(entries: Entries, edges: Float[Tensor, " edges"]) -> Int[Tensor, "rows bins"]:
    """How many allowed keys have a weight in each bin; a bin holds its lower edge, the last its upper too."""
    weights, bins = entries.weights.detach(), len(edges) - 1
    found = torch.bucketize(weights, edges, right=True) - 1
    found = torch.where(weights == edges[-1], bins - 1, found)
    inside = (found >= 0) & (found < bins)
    if entries.allowed is not None:
        inside &= entries.allowed
    places = entries.pattern.rows.long()[inside] * bins + found[inside]
    return places.bincount(minlength=entries.pattern.height * bins).view(-1, bins)


def quantiles(entries: Entries, shares: Float[Tensor, " shares"]) -> Float[Tensor, "rows shares"]:
    """Quantiles of the weights of the allowed keys, linear between neighbours; 0 in a row without."""
    if not len(entries.weights):
        return entries.weights.new_zeros(entries.pattern.height, len(shares))
    rising = entries.weights[_ranked(entries, descending=False)]
    count = counts(entries).unsqueeze(-1)
    place = shares * (count - 1).clamp_min(0)
    first = entries.pattern.starts[:-1].long().unsqueeze(-1).clamp_max(len(rising) - 1)
    below, beyond = rising[first + place.floor().long()], rising[first + place.ceil().long()]
    found = torch.lerp(below, beyond, (place - place.floor()).to(rising.dtype))
    return found.masked_fill(count == 0, 0.0)


def topk(entries: Entries, k: int) -> TopK:
    """The k largest weights of each row, the earlier key first among equals."""
    rows, order = entries.pattern.rows.long(), _ranked(entries, descending=True)
    rank = torch.arange(len(order), device=order.device) - entries.pattern.starts[rows]
    kept = rank < counts(entries).clamp_max(k)[rows]
    at, chosen = (rows[kept], rank[kept]), order[kept]
    weights = entries.weights.new_zeros(entries.pattern.height, k)
    keys = torch.full_like(weights, -1, dtype=torch.long)
    return TopK(weights.index_put(at, entries.weights[chosen]), keys.index_put(at, entries.key[chosen]))


def _ranked(entries: Entries, descending: bool) -> Int[Tensor, " entries"]:
    """Entries by weight within each row, those that may not be attended last, the earlier first among equals."""
    comparable = entries.weights.detach()
    if entries.allowed is not None:
        comparable = comparable.masked_fill(~entries.allowed, -1.0 if descending else torch.inf)
    by_weight = comparable.sort(stable=True, descending=descending).indices
    by_row = entries.pattern.rows[by_weight].sort(stable=True).indices
    return by_weight[by_row]


def _count(holds: Tensor, pattern: Pattern) -> Tensor:
    return pattern.rows.long()[holds].bincount(minlength=pattern.height)
