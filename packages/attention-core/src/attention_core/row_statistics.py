"""Statistics of some rows of an attention matrix, when their weights are at hand."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

# Torch finds the largest of so few values fastest.
GROUPS = 128
FAR_APART = 64


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
    # At zero the term is zero, but its gradients would not be finite.
    none = rows.weights < torch.finfo(rows.weights.dtype).tiny
    # Not the logarithm of 1 / p, whose gradient overflows on its way; 0 − ln 1 is not −0.
    return (rows.weights * (0.0 - rows.weights.masked_fill(none, 1.0).log())).sum(-1)


def power_sum(rows: Rows, order: float) -> Float[Tensor, "*batch rows"]:
    """Σ_j p_ij^order over the allowed keys."""
    if order == 0:
        return rows.allowed.sum(-1).to(rows.weights.dtype)
    # Below order 1 the power of zero has no finite gradient, below order 2 no second one.
    none = rows.weights < torch.finfo(rows.weights.dtype).tiny
    return rows.weights.masked_fill(none, 1.0).pow(order).masked_fill(none, 0.0).sum(-1)


def largest(rows: Rows) -> Float[Tensor, "*batch rows"]:
    """max_j p_ij."""
    return rows.weights.amax(-1) if rows.weights.shape[-1] else rows.weights.sum(-1)


def above(rows: Rows, threshold: float) -> Int[Tensor, "*batch rows"]:
    """How many allowed keys weigh more than the threshold."""
    return ((rows.weights > threshold) & rows.allowed).sum(-1)


def distance(
    rows: Rows, query_positions: Float[Tensor, "*queries axes"], key_positions: Float[Tensor, "*keys axes"]
) -> Float[Tensor, "*batch rows"]:
    """Σ_j p_ij |x_i − y_j|."""
    here = query_positions[..., rows.queries, :].to(rows.weights.dtype)
    far = torch.cdist(here, key_positions.to(rows.weights.dtype), compute_mode="donot_use_mm_for_euclid_dist")
    return (rows.weights * far).sum(-1)


def topk(rows: Rows, k: int) -> TopK:
    """The k largest weights of each row, the earlier key first among equals."""
    comparable = rows.weights.detach().masked_fill(~rows.allowed, -1.0)
    indices = largest_places(comparable, k)
    left = rows.allowed.gather(-1, indices)
    weights = rows.weights.gather(-1, indices).masked_fill(~left, 0.0)
    return TopK(weights, indices.masked_fill(~left, -1))


def together(rows: Rows, k: int) -> tuple[Tensor, ...]:
    """Entropy, sum of squares, largest weight, whether there are keys, the k largest weights and their keys."""
    attending = rows.allowed.any(-1)
    return entropy(rows), power_sum(rows, 2.0), largest(rows), attending, *topk(rows, k)


def largest_places(values: Float[Tensor, "*batch keys"], k: int) -> Int[Tensor, "*batch k"]:
    """Where the k largest values of each row are, largest first, the earlier first among equals.

    A tournament reads most of a long row only once. Rows in which equals compete are sorted, and so are all
    rows in compiled and mapped functions, which cannot tell.
    """
    if k == 0:
        return values.new_zeros(*values.shape[:-1], 0, dtype=torch.long)
    if torch.compiler.is_compiling():
        return _sorted_places(values, k)
    rows = values.reshape(-1, values.shape[-1])
    places, doubtful = _tournament(rows, k)
    try:
        if bool(doubtful.any()):
            places[doubtful] = _sorted_places(rows[doubtful], k)
    except RuntimeError:  # a transformed tensor shows no numbers
        return _sorted_places(values, k)
    return places.reshape(*values.shape[:-1], k)


def _sorted_places(values: Tensor, k: int) -> Tensor:
    return values.sort(dim=-1, descending=True, stable=True).indices[..., :k]


def _tournament(rows: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Places of the k largest, and in which rows their choice or order is in doubt."""
    values, places, runner_up = _rounds(rows, k)
    equals = (values[:, 1:] == values[:, :-1]).any(-1)
    return places, equals | (runner_up >= values[:, -1])


def _rounds(rows: Tensor, k: int) -> tuple[Tensor, Tensor, Tensor]:
    """The k largest values, their places, and the largest value that may have lost to an equal.

    The k largest lie in the k groups whose best are largest: only these go to the next round.
    """
    groups, keys = max(GROUPS, 4 * k), rows.shape[-1]
    if keys <= 2 * groups:
        values, places = rows.topk(min(k + 1, keys))
        return values[:, :k], places[:, :k], _beyond(values, k)
    size = keys // groups
    whole = rows[:, : size * groups]
    # A maximum over the outer axis is the faster one, but what lies far apart is gathered slowly.
    if size < FAR_APART:
        best, chosen = whole.unflatten(-1, (size, groups)).amax(1).topk(k + 1)
        start, members = chosen, torch.arange(size, device=rows.device) * groups
    else:
        best, chosen = whole.unflatten(-1, (groups, size)).amax(-1).topk(k + 1)
        start, members = chosen * size, torch.arange(size, device=rows.device)
    going_on = (start[:, :k].unsqueeze(-1) + members).flatten(1)
    if size * groups < keys:
        left = torch.arange(size * groups, keys, device=rows.device).expand(len(rows), -1)
        going_on = torch.cat([going_on, left], 1)
    values, places, runner_up = _rounds(rows.gather(1, going_on), k)
    return values, going_on.gather(1, places), torch.maximum(runner_up, best[:, k])


def _beyond(values: Tensor, k: int) -> Tensor:
    return values[:, k] if values.shape[-1] > k else values.new_full((len(values),), -torch.inf)
