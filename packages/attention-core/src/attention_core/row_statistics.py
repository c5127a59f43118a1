"""Statistics of some rows of an attention matrix, when their weights are at hand."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

# Shorter rows are not worth tiles; of longer ones a tile holds about as many keys as there are tiles chosen.
TILED_KEYS = 1536
TILE = 16


class TopK(NamedTuple):
    """The largest weights of each row and the keys they fall on; weight 0 and index −1 where none is left."""

    weights: Float[Tensor, "*batch heads queries k"]
    indices: Int[Tensor, "*batch heads queries k"]


class Rows(NamedTuple):
    """Some rows of a matrix: weights, which keys may be attended, and which queries these are."""

    weights: Float[Tensor, "*batch rows keys"]
    allowed: Bool[Tensor, "*batch rows keys"]
    queries: slice | Tensor


def entropy(rows: Rows) -> Float[Tensor, "*batch rows"]:
    """H_i = Σ_j p_ij ln (1 / p_ij)."""
    # At zero the term is zero, but its gradient would not be finite.
    least = torch.finfo(rows.weights.dtype).tiny
    return (rows.weights * rows.weights.clamp_min(least).reciprocal().log()).sum(-1)


def power_sum(rows: Rows, order: float) -> Float[Tensor, "*batch rows"]:
    """Σ_j p_ij^order over the allowed keys."""
    if order == 0:
        return rows.allowed.sum(-1).to(rows.weights.dtype)
    # Below order 1 the power of zero has no finite gradient.
    least = torch.finfo(rows.weights.dtype).tiny
    return rows.weights.clamp_min(least).pow(order).masked_fill(rows.weights < least, 0.0).sum(-1)


def largest(rows: Rows) -> Float[Tensor, "*batch rows"]:
    """max_j p_ij."""
    return rows.weights.amax(-1) if rows.weights.shape[-1] else rows.weights.sum(-1)


def above(rows: Rows, threshold: float) -> Int[Tensor, "*batch rows"]:
    """How many keys weigh more than the threshold."""
    return (rows.weights > threshold).sum(-1)


def distance(
    rows: Rows, query_positions: Float[Tensor, "*queries axes"], key_positions: Float[Tensor, "*keys axes"]
) -> Float[Tensor, "*batch rows"]:
    """Σ_j p_ij |x_i − y_j|."""
    here = query_positions[..., rows.queries, :].to(rows.weights.dtype)
    far = torch.cdist(here, key_positions.to(rows.weights.dtype), compute_mode="donot_use_mm_for_euclid_dist")
    return (rows.weights * far).sum(-1)


def histogram(rows: Rows, edges: Float[Tensor, " edges"]) -> Int[Tensor, "*batch rows bins"]:
    """How many allowed keys have a weight in each bin; a bin holds its lower edge, the last its upper too."""
    weights = rows.weights.detach()
    bins = torch.bucketize(weights, edges, right=True) - 1
    bins = torch.where(weights == edges[-1], len(edges) - 2, bins)
    inside = rows.allowed & (bins >= 0) & (bins < len(edges) - 1)
    counts = torch.zeros(*weights.shape[:-1], len(edges) - 1, dtype=torch.long, device=weights.device)
    return counts.scatter_add_(-1, bins.clamp(0, len(edges) - 2), inside.long())


def quantiles(rows: Rows, shares: Float[Tensor, " shares"]) -> Float[Tensor, "*batch rows shares"]:
    """Quantiles of the weights of the allowed keys, linear between neighbours; 0 in a row without."""
    if not rows.weights.shape[-1]:
        return rows.weights.new_zeros(*rows.weights.shape[:-1], len(shares))
    ordered = rows.weights.masked_fill(~rows.allowed, torch.inf).sort(-1).values
    ordered = ordered.masked_fill(ordered.isinf(), 0.0)
    place = shares.to(ordered.dtype) * (rows.allowed.sum(-1, keepdim=True) - 1).clamp_min(0)
    below, beyond = place.floor(), place.ceil()
    return torch.lerp(
        ordered.gather(-1, below.long()), ordered.gather(-1, beyond.long()), (place - below).to(ordered.dtype)
    )


def topk(rows: Rows, k: int) -> TopK:
    """The k largest weights of each row, the earlier key first among equals."""
    comparable = rows.weights.detach().masked_fill(~rows.allowed, -1.0)
    indices = largest_places(comparable, k)
    left = rows.allowed.gather(-1, indices)
    weights = rows.weights.gather(-1, indices).masked_fill(~left, 0.0)
    return TopK(weights, indices.masked_fill(~left, -1))


def largest_places(values: Float[Tensor, "*batch keys"], k: int) -> Int[Tensor, "*batch k"]:
    """Where the k largest values of each row are, largest first, the earlier first among equals.

    The k largest lie in the k tiles whose maxima are largest, so that most of a long row is read only once.
    A row in which equals compete for the last place is sorted.
    """
    keys = values.shape[-1]
    if k == 0:
        return values.new_zeros(*values.shape[:-1], 0, dtype=torch.long)
    rows = values.reshape(-1, keys)
    places, ambiguous = _by_tiles(rows, k) if keys >= max(TILED_KEYS, 4 * TILE * k) else _at_once(rows, k)
    if bool(ambiguous.any()):
        places[ambiguous] = rows[ambiguous].sort(dim=-1, descending=True, stable=True).indices[:, :k]
    return places.reshape(*values.shape[:-1], k)


def _at_once(rows: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Places of the k largest, and in which rows others are as large as the last of them."""
    values, places = rows.topk(min(k + 1, rows.shape[-1]))
    ambiguous = (
        values[:, k - 1] == values[:, k] if values.shape[-1] > k else torch.zeros_like(values[:, 0]).bool()
    )
    return _ordered(values[:, :k], places[:, :k]), ambiguous


def _by_tiles(rows: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The same, reading the tiles of largest maximum only."""
    tiles = rows.shape[-1] // TILE
    # Key j lies in tile j mod tiles: a maximum over the outer axis is the fastest one.
    tiled, rest = rows[:, : tiles * TILE].unflatten(-1, (TILE, tiles)), rows[:, tiles * TILE :]
    best, chosen = tiled.amax(1).topk(k + 1)
    offsets = torch.arange(TILE, device=rows.device) * tiles
    keys = (chosen[:, :k].unsqueeze(-1) + offsets).flatten(1)
    candidates = torch.cat([rows.gather(1, keys), rest], 1)
    values, picked = candidates.topk(k + 1)
    last = values[:, k - 1]
    ambiguous = (best[:, k] >= last) | (values[:, k] >= last)
    in_rest = picked + (tiles - k) * TILE
    places = torch.where(picked < k * TILE, keys.gather(1, picked.clamp_max(k * TILE - 1)), in_rest)
    return _ordered(values[:, :k], places[:, :k]), ambiguous


def _ordered(values: Tensor, places: Tensor) -> Tensor:
    """Places by falling value, earlier first among equals."""
    order = places.argsort(-1)
    values, places = values.gather(-1, order), places.gather(-1, order)
    return places.gather(-1, values.sort(dim=-1, descending=True, stable=True).indices)
