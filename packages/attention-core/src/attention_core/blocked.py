"""One pass over the rows of a map, in blocks that fit a processor's cache, for many statistics at once."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from attention_core import row_statistics
from attention_core.masking import rows_of
from attention_core.row_statistics import Rows, TopK

if TYPE_CHECKING:
    from attention_core.streaming import StreamedMap

BLOCK = 2**18
LEAST_ROWS = 16
# exp(x) is zero below it in every precision, and x · exp(x) is zero and not NaN.
LOWEST = -800.0


class Block:
    """Some queries of some heads of one batch item: shifted scores, their exponentials, and the sums of these.

    Both lie in scratch that the next block overwrites; `entropy` uses up the scores.
    """

    def __init__(self, scores: Tensor, exponentials: Tensor, allowed: Tensor | None, place: "Place"):
        peaks = scores.amax(-1, keepdim=True)
        if allowed is not None:
            peaks.masked_fill_(peaks == -torch.inf, 0.0)
        self.shifted = scores.sub_(peaks)
        self.exponentials = torch.exp(self.shifted, out=exponentials)
        self.total = self.exponentials.sum(-1)
        # The largest exponential is one. In a row without keys the total is zero, and so is all else.
        self.largest = self.total.reciprocal()
        if allowed is not None:
            self.largest.masked_fill_(self.total == 0, 0.0)
        self.allowed = allowed
        self.place = place

    def rows(self) -> Rows:
        """The weights, for statistics that are not of this pass alone."""
        weights = self.exponentials * self.largest.unsqueeze(-1)
        allowed = torch.ones_like(weights, dtype=torch.bool) if self.allowed is None else self.allowed
        return Rows(weights, allowed.expand_as(weights), self.place.queries)

    def topk(self, k: int) -> TopK:
        """The k largest weights and their keys."""
        if self.allowed is not None:
            return row_statistics.topk(self.rows(), k)
        places = row_statistics.largest_places(self.exponentials, k)
        return TopK(self.exponentials.gather(-1, places) * self.largest.unsqueeze(-1), places)

    def entropy(self) -> Tensor:
        """H = ln Z − Σ p (s − max s)."""
        if self.allowed is not None:
            self.shifted.clamp_min_(LOWEST)
        mean = torch.mul(self.exponentials, self.shifted, out=self.shifted).sum(-1).mul_(self.largest)
        logs = self.total.log() if self.allowed is None else self.total.clamp_min(1.0).log()
        return logs.sub_(mean).clamp_min_(0.0)

    def squares(self) -> Tensor:
        """Σ p²."""
        return torch.linalg.vector_norm(self.exponentials, dim=-1).mul_(self.largest).square_()

    def power_sum(self, order: float) -> Tensor:
        """Σ p^order = Σ exp(order · (s − max s)) · (max p)^order, for an order above 0."""
        return torch.exp(order * self.shifted).sum(-1).mul_(self.largest**order)

    def sent(self, values: Tensor) -> Tensor:
        """Pᵀ Y: what these queries send each key."""
        return self.exponentials.mT @ (values * self.largest.unsqueeze(-1))

    def received(self) -> Tensor:
        """What these queries give each key."""
        return torch.bmm(self.largest.unsqueeze(-2), self.exponentials).squeeze(-2)


class Place(NamedTuple):
    """Which part of the matrix a block is."""

    item: tuple[int, ...]
    heads: slice
    queries: slice
    keys: slice


@dataclass(frozen=True)
class Statistic:
    """What to ask of every block; answers are joined over queries, or summed over them where they are by key."""

    of: Callable[[Block], tuple[Tensor, ...]]
    by_key: bool = False


def entropies(block: Block) -> tuple[Tensor, ...]:
    """Entropy and sum of squares."""
    return block.entropy(), block.squares()


def largest(block: Block) -> tuple[Tensor, ...]:
    """Largest weight."""
    return (block.largest,)


def received(block: Block) -> tuple[Tensor, ...]:
    """Received attention."""
    return (block.received(),)


def entropy(block: Block) -> tuple[Tensor, ...]:
    """Entropy alone."""
    return (block.entropy(),)


@dataclass(frozen=True)
class PowerSum:
    """Σ p^order over the allowed keys."""

    order: float

    def __call__(self, block: Block) -> tuple[Tensor, ...]:
        """Squares by themselves, other powers from the scores, which hold what is too small for a weight."""
        if self.order == 0:
            return (row_statistics.power_sum(block.rows(), 0.0),)
        return (block.squares() if self.order == 2 else block.power_sum(self.order),)


@dataclass(frozen=True)
class Largest:
    """The k largest weights and their keys; where causal order leaves fewer keys, none for the rest."""

    k: int

    def __call__(self, block: Block) -> tuple[Tensor, ...]:
        """Weights and indices."""
        weights, indices = block.topk(min(self.k, block.exponentials.shape[-1]))
        missing = (0, self.k - weights.shape[-1])
        return F.pad(weights, missing), F.pad(indices, missing, value=-1)


@dataclass(frozen=True)
class Transposed:
    """Pᵀ Y for Y `[*batch, heads, queries, dim]`."""

    values: Tensor

    def __call__(self, block: Block) -> tuple[Tensor, ...]:
        """What these queries send each key."""
        place = block.place
        return (block.sent(self.values[(*place.item, place.heads, place.queries)]),)


@torch.no_grad()
def run(attention: "StreamedMap", statistics: Sequence[Statistic]) -> list[tuple[Tensor, ...]]:
    """The statistics of a map with at least one query and key, in one pass."""
    *batch, heads, queries, keys = attention.shape
    together = max(1, min(heads, BLOCK // (queries * keys)))
    step = max(LEAST_ROWS, min(queries, BLOCK // (keys * together)))
    scratch = Scratch(together * step * keys, attention)
    found: list[list[tuple[Tensor, ...]]] = [[] for _ in statistics]
    with torch.autocast(attention.device.type, enabled=False):
        for item in product(*map(range, batch)):
            for first in range(0, heads, together):
                plane = Plane(attention, item, slice(first, min(first + together, heads)), step)
                for answers, whole in zip(found, _answers(plane, statistics, scratch), strict=True):
                    answers.append(whole)
    lead = attention.shape[:-2]
    return [tuple(_gathered(parts, lead) for parts in zip(*answers, strict=True)) for answers in found]


def _gathered(parts: Sequence[Tensor], lead: tuple[int, ...]) -> Tensor:
    """Answers of all planes, which lie one behind the other in batch and heads."""
    whole = torch.cat(list(parts))
    return whole.reshape(*lead, *whole.shape[1:])


def _answers(plane: "Plane", statistics: Sequence[Statistic], scratch: "Scratch") -> list[tuple[Tensor, ...]]:
    found: list[list[tuple[Tensor, ...]]] = [[] for _ in statistics]
    for block in plane.blocks(scratch):
        for number, statistic in enumerate(statistics):
            parts = statistic.of(block)
            if statistic.by_key and found[number]:
                _add(found[number][0], parts)
            else:
                found[number].append(plane.whole(parts) if statistic.by_key else parts)
    return [
        answers[0] if each.by_key else tuple(torch.cat(parts, 1) for parts in zip(*answers, strict=True))
        for each, answers in zip(statistics, found, strict=True)
    ]


def _add(wholes: tuple[Tensor, ...], parts: tuple[Tensor, ...]) -> None:
    for whole, part in zip(wholes, parts, strict=True):
        whole[:, : part.shape[1]].add_(part)


class Plane:
    """The rows of some heads of one batch item."""

    def __init__(self, attention: "StreamedMap", item: tuple[int, ...], heads: slice, step: int):
        self.attention, self.item, self.heads, self.step = attention, item, heads, step
        self.query = attention.query[(*item, heads)].to(attention.dtype)
        self.key = self._scaled_keys()

    def blocks(self, scratch: "Scratch") -> Iterator[Block]:
        """All blocks; each is valid until the next is asked for."""
        queries, keys = self.attention.shape[-2:]
        for first in range(0, queries, self.step):
            rows = slice(first, min(first + self.step, queries))
            reach = min(keys, rows.stop) if self.attention.causal else keys
            yield self._block(Place(self.item, self.heads, rows, slice(reach)), scratch)

    def whole(self, parts: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The first answers by key, with zeros for the keys that they do not reach."""
        keys = self.key.shape[-1]
        wholes = tuple(part.new_zeros(len(part), keys, *part.shape[2:]) for part in parts)
        _add(wholes, parts)
        return wholes

    def _scaled_keys(self) -> Tensor:
        """Keys of these heads, laid out for the product that makes the scores."""
        group = self.attention.shape[-3] // self.attention.key.shape[-3]
        shared = torch.arange(self.heads.start, self.heads.stop, device=self.attention.device) // group
        key = self.attention.key[self.item]
        key = key[self.heads] if group == 1 else key[shared]
        return (self.attention.scaling * key.to(self.attention.dtype)).mT.contiguous()

    def _block(self, place: Place, scratch: "Scratch") -> Block:
        attention, query, reach = self.attention, self.query[:, place.queries], place.keys.stop
        scores, exponentials = scratch.views((*query.shape[:-1], reach))
        torch.bmm(query, self.key[..., place.keys], out=scores)
        if not attention.restricted:
            return Block(scores, exponentials, None, place)
        here = (*self.item, self.heads)
        sides = (*attention.shape[:-2], query.shape[-2], attention.shape[-1])
        if attention.bias is not None:
            scores.add_(rows_of(attention.bias, place.queries).expand(sides)[here][..., place.keys])
        allowed = attention.pairs(place.queries)
        assert allowed is not None
        allowed = allowed.expand(sides)[here][..., place.keys]
        scores.masked_fill_(~allowed, -torch.inf)
        return Block(scores, exponentials, allowed, place)


class Scratch:
    """Memory for two blocks, used again and again."""

    # Apart by more than their size: a processor confuses loads and stores whose addresses end alike.
    GAP = 1040

    def __init__(self, size: int, attention: "StreamedMap"):
        memory = torch.empty(2 * size + self.GAP, dtype=attention.dtype, device=attention.device)
        self.first, self.second = memory[:size], memory[size + self.GAP :]
        self.sides: tuple[int, ...] = ()

    def views(self, sides: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        """Both blocks in some shape."""
        if sides != self.sides:
            count, self.sides = math.prod(sides), sides
            self.last = self.first[:count].view(sides), self.second[:count].view(sides)
        return self.last
