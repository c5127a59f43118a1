"""Going through the rows of a matrix in blocks, which are made again for the gradient and not kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from attention_core.first_derivative import first_derivative_only
from attention_core.row_statistics import Rows
from attention_core.transformed import transformed

if TYPE_CHECKING:
    from attention_core.attention_map import AttentionMap

# Weights that are held at once.
BLOCK = 2**19
Answers = tuple[Tensor, ...]
Ask = Callable[..., Answers]


@dataclass(frozen=True)
class Joined:
    """Answers by query, joined along the axis of the queries."""

    queries: int
    axis: int

    def combine(self, parts: Iterator[tuple[slice, Answers]]) -> Answers:
        """Copy each answer to its place at once: many small ones kept between blocks would break up memory."""
        wholes: Answers = ()
        for rows, answers in parts:
            if rows.stop - rows.start == self.queries:
                return answers
            if not wholes:
                wholes = tuple(self._like(part) for part in answers)
            for whole, part in zip(wholes, answers, strict=True):
                self.part(whole, rows).copy_(part)
        return wholes

    def part(self, whole: Tensor, rows: slice) -> Tensor:
        """The part of a whole that one block gives."""
        return whole[(slice(None),) * self.axis + (rows,)]

    def _like(self, part: Tensor) -> Tensor:
        return part.new_empty(*part.shape[: self.axis], self.queries, *part.shape[self.axis + 1 :])


class Summed:
    """Answers by key, summed over the queries."""

    def combine(self, parts: Iterator[tuple[slice, Answers]]) -> Answers:
        """Add one to another."""
        _, wholes = next(parts)
        for _, answers in parts:
            wholes = tuple(whole + part for whole, part in zip(wholes, answers, strict=True))
        return wholes

    def part(self, whole: Tensor, rows: slice) -> Tensor:
        """What one block gives has the sides of the whole."""
        return whole


@dataclass(frozen=True)
class Question:
    """What to ask of the rows of a map: a function of them and of other tensors, and how answers combine.

    `random` says that the function draws random numbers, which must be the same for the gradient.
    """

    attention: "AttentionMap"
    ask: Ask
    combine: Joined | Summed
    random: bool = False

    def answer(self, others: Sequence[Tensor] = ()) -> Answers:
        """Ask all blocks."""
        tensors = [*_tensors(self.attention), *others]
        if len(self.blocks()) > 1 and _learning(tensors):
            return _Recomputed.apply(self, *tensors)
        return self.combine.combine((rows, self.of(self.attention, rows, others)) for rows in self.blocks())

    def blocks(self) -> list[slice]:
        """The runs of queries."""
        queries = self.attention.shape[-2]
        step = max(1, BLOCK // max(1, self.attention.shape.numel() // max(1, queries)))
        return [slice(first, min(first + step, queries)) for first in range(0, max(queries, 1), step)]

    def of(self, attention: "AttentionMap", rows: slice, others: Sequence[Tensor]) -> Answers:
        """Ask one block."""
        return self.ask(attention._some_rows(rows), *others)


def _learning(tensors: Sequence[Tensor]) -> bool:
    # Compiled code and transforms of torch.func keep the blocks: their backward pass makes none again.
    if torch.compiler.is_compiling() or transformed(*tensors):
        return False
    return torch.is_grad_enabled() and any(each.requires_grad for each in tensors)


def _tensors(attention: "AttentionMap") -> list[Tensor]:
    """The tensors that a map refers to, in the order in which it converts them."""
    found: list[Tensor] = []
    attention._converted(lambda tensor: found.append(tensor) or tensor)
    return found


def _made_of(attention: "AttentionMap", tensors: Sequence[Tensor]) -> "AttentionMap":
    given = iter(tensors)
    return attention._converted(lambda _: next(given))


class _Recomputed(torch.autograd.Function):
    """Answers of all blocks; the backward pass makes one block after the other again."""

    @staticmethod
    def forward(ctx: Any, question: Question, *tensors: Tensor) -> Answers:
        ctx.question = question
        ctx.random_state = torch.get_rng_state() if question.random else None
        ctx.save_for_backward(*tensors)
        count = len(_tensors(question.attention))
        found = question.combine.combine(
            (rows, question.of(question.attention, rows, tensors[count:])) for rows in question.blocks()
        )
        ctx.mark_non_differentiable(*(each for each in found if not each.is_floating_point()))
        return found

    @staticmethod
    @first_derivative_only
    def backward(ctx: Any, *sent: Tensor) -> tuple[Tensor | None, ...]:
        wanted = ctx.needs_input_grad[1:]
        leaves = [
            each.detach().requires_grad_(want) for each, want in zip(ctx.saved_tensors, wanted, strict=True)
        ]
        with _same_numbers(ctx.random_state):
            _backward(ctx.question, leaves, sent)
        return None, *(leaf.grad for leaf in leaves)


def _backward(question: Question, leaves: list[Tensor], sent: tuple[Tensor, ...]) -> None:
    """Add to the gradients of the leaves, block after block."""
    count = len(_tensors(question.attention))
    for rows in question.blocks():
        with torch.enable_grad():
            attention = _made_of(question.attention, leaves[:count])
            answers = question.of(attention, rows, leaves[count:])
        learning = [n for n, answer in enumerate(answers) if answer.requires_grad]
        gradients = [question.combine.part(sent[n], rows) for n in learning]
        torch.autograd.backward([answers[n] for n in learning], gradients)


@contextmanager
def _same_numbers(state: Tensor | None) -> Iterator[None]:
    """The random numbers that followed an earlier state, while it lasts."""
    if state is None:
        yield
        return
    with torch.random.fork_rng(devices=()):
        torch.set_rng_state(state)
        yield


def ask_rows(attention: "AttentionMap", ask: Ask, *others: Tensor, random: bool = False) -> Answers:
    """What a function makes of the rows and of other tensors, joined over the queries."""
    joined = Joined(attention.shape[-2], len(attention.shape) - 2)
    return Question(attention, ask, joined, random).answer(others)


def sum_rows(attention: "AttentionMap", ask: Callable[..., Answers], *others: Tensor) -> Answers:
    """The same, summed over the queries."""
    return Question(attention, ask, Summed()).answer(others)


def sent_to_keys(rows: Rows, values: Tensor) -> Answers:
    """Pᵀ Y of some rows, for values of all queries."""
    return (rows.weights.mT @ values[..., rows.queries, :],)
