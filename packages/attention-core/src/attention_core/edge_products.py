"""Products and a softmax on the entries of a sparse matrix, with gradients of every order.

Each runs on torch's sparse kernels where they are, else by gathering and adding, which every device can.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd.function import Function
from torch.nn import functional as F


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where the entries of a sparse matrix are, in compressed rows."""

    starts: Int[Tensor, " offsets"]
    columns: Int[Tensor, " entries"]
    width: int

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    @property
    def rows(self) -> Int[Tensor, " entries"]:
        """The row of each entry."""
        # Dynamo cannot trace the lock of a cached property.
        return self._find_rows() if torch.compiler.is_compiling() else self._rows

    @cached_property
    def _rows(self) -> Tensor:
        return self._find_rows()

    def _find_rows(self) -> Tensor:
        numbers = torch.arange(self.height, dtype=self.starts.dtype, device=self.starts.device)
        return numbers.repeat_interleave(self.starts.diff(), output_size=len(self.columns))

    def matrix(self, entries: Float[Tensor, " entries"]) -> Tensor:
        """The matrix itself, in torch's layout."""
        size = (self.height, self.width)
        return torch.sparse_csr_tensor(self.starts, self.columns, entries, size, check_invariants=False)

    def product(
        self, entries: Float[Tensor, " entries"], right: Float[Tensor, "..."]
    ) -> Float[Tensor, "..."]:
        """The matrix times another or a vector, in the precision that they have."""
        with torch.autocast(entries.device.type, enabled=False):
            return self.matrix(entries.contiguous()) @ right


@dataclass(frozen=True, eq=False)
class Links:
    """A pattern, and what its transpose takes, which is found when first asked."""

    pattern: Pattern
    find_transposed: Callable[[], Pattern]
    find_turn: Callable[[], Int[Tensor, " entries"]]

    @cached_property
    def turn(self) -> Int[Tensor, " entries"]:
        """The entry found at each place of the transpose."""
        return self.find_turn()

    @cached_property
    def transposed(self) -> "Links":
        """The same links, seen from the columns."""
        return Links(self.find_transposed(), partial(_itself, self.pattern), partial(_inverse, self.turn))


def dots(
    left: Float[Tensor, "rows dim"], right: Float[Tensor, "columns dim"], links: Links
) -> Float[Tensor, " entries"]:
    """left_i · right_j for each entry (i, j)."""
    if _has_kernels(left):
        return _Dots.apply(left, right, links)
    pattern = links.pattern
    return (left.index_select(0, pattern.rows) * right.index_select(0, pattern.columns)).sum(-1)


def sums(
    entries: Float[Tensor, " entries"], right: Float[Tensor, "columns dim"], links: Links
) -> Float[Tensor, "rows dim"]:
    """Σ_j entry_ij right_j for each row i."""
    if _has_kernels(entries):
        return _Sums.apply(entries, right, links)
    pattern = links.pattern
    terms = entries.unsqueeze(-1) * right.index_select(0, pattern.columns)
    return right.new_zeros(pattern.height, right.shape[-1]).index_add(0, pattern.rows, terms)


def turned(entries: Float[Tensor, " entries"], links: Links) -> Float[Tensor, " entries"]:
    """The entries in the order of the transpose."""
    return _Turned.apply(entries, links)


def row_sums(entries: Float[Tensor, " entries"], pattern: Pattern) -> Float[Tensor, " rows"]:
    """Σ_j entry_ij."""
    return _RowSums.apply(entries, pattern)


def spread(per_row: Float[Tensor, " rows"], pattern: Pattern) -> Float[Tensor, " entries"]:
    """What each row holds, at each of its entries."""
    return _Spread.apply(per_row, pattern)


def row_softmax(scores: Float[Tensor, " entries"], pattern: Pattern) -> Float[Tensor, " entries"]:
    """w_ij = exp s_ij / Σ_j exp s_ij over the entries of each row; zero where a score is −inf, also in the gradient."""
    return _RowSoftmax.apply(scores, pattern)


class _Dots(Function):
    @staticmethod
    def forward(left: Tensor, right: Tensor, links: Links) -> Tensor:
        found = links.pattern.matrix(left.new_zeros(len(links.pattern.columns)))
        left, right = _filled(left), _filled(right)
        return torch.sparse.sampled_addmm(found, left, right.mT, beta=0.0, out=found).values()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Links], output: Tensor) -> None:
        *operands, ctx.links = inputs
        ctx.save_for_backward(*operands)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (by_entry,), (left, right), links = gradients, ctx.saved_tensors, ctx.links
        for_left, for_right, _ = ctx.needs_input_grad
        return (
            sums(by_entry, right, links) if for_left else None,
            sums(turned(by_entry, links), left, links.transposed) if for_right else None,
            None,
        )


class _Sums(Function):
    @staticmethod
    def forward(entries: Tensor, right: Tensor, links: Links) -> Tensor:
        return links.pattern.product(entries, right.contiguous())

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Links], output: Tensor) -> None:
        *operands, ctx.links = inputs
        ctx.save_for_backward(*operands)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (by_row,), (entries, right), links = gradients, ctx.saved_tensors, ctx.links
        for_entries, for_right, _ = ctx.needs_input_grad
        return (
            dots(by_row, right, links) if for_entries else None,
            sums(turned(entries, links), by_row, links.transposed) if for_right else None,
            None,
        )


class _Turned(Function):
    @staticmethod
    def forward(entries: Tensor, links: Links) -> Tensor:
        return entries.index_select(0, links.turn)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Links], output: Tensor) -> None:
        ctx.links = inputs[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return turned(gradients[0], ctx.links.transposed), None


class _RowSums(Function):
    @staticmethod
    def forward(entries: Tensor, pattern: Pattern) -> Tensor:
        if _has_kernels(entries):
            return pattern.product(entries, entries.new_ones(pattern.width))
        return entries.new_zeros(pattern.height).index_add_(0, pattern.rows, entries)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Pattern], output: Tensor) -> None:
        ctx.pattern = inputs[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return spread(gradients[0], ctx.pattern), None


class _Spread(Function):
    @staticmethod
    def forward(per_row: Tensor, pattern: Pattern) -> Tensor:
        return per_row.index_select(0, pattern.rows)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Pattern], output: Tensor) -> None:
        ctx.pattern = inputs[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return row_sums(gradients[0], ctx.pattern), None


class _RowSoftmax(Function):
    @staticmethod
    def forward(scores: Tensor, pattern: Pattern) -> Tensor:
        peaks = _row_peaks(scores, pattern)
        exponents = (scores - spread(peaks, pattern)).exp_()
        # The peak itself adds 1, so that only a row without entries is below.
        total = row_sums(exponents, pattern).clamp_min_(1.0)
        return exponents.div_(spread(total, pattern))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Pattern], output: Tensor) -> None:
        ctx.pattern = inputs[1]
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (weights,), pattern = ctx.saved_tensors, ctx.pattern
        slopes = weights * gradients[0]
        return slopes - weights * spread(row_sums(slopes, pattern), pattern), None


def _row_peaks(scores: Tensor, pattern: Pattern) -> Tensor:
    """The largest score of each row, never below the lowest finite number."""
    lowest = torch.finfo(scores.dtype).min
    if _has_kernels(scores):
        return torch.segment_reduce(scores, "max", offsets=pattern.starts, initial=lowest, unsafe=True)
    peaks = scores.new_full((pattern.height,), lowest)
    return peaks.scatter_reduce_(0, pattern.rows.long(), scores, "amax")


def _itself(pattern: Pattern) -> Pattern:
    return pattern


def _inverse(order: Tensor) -> Tensor:
    places = torch.arange(len(order), dtype=order.dtype, device=order.device)
    return torch.empty_like(order).scatter_(0, order.long(), places)


def _filled(tokens: Tensor) -> Tensor:
    """Tokens as the kernel is fast on them: rows of two to seven numbers take it several times as long as eight."""
    width = tokens.shape[-1]
    if 1 < width < 8 and tokens.dtype is torch.float32:
        return F.pad(tokens, (0, 8 - width))
    return tokens.contiguous()


def _has_kernels(tensor: Tensor) -> bool:
    return not torch.compiler.is_compiling() and _kernels_work(tensor.device.type, tensor.dtype)


@cache
def _kernels_work(device: str, dtype: torch.dtype) -> bool:
    """Whether this torch multiplies compressed rows of this kind. GPUs gather."""
    if device != "cpu":
        return False
    one = torch.ones(1, 1, dtype=dtype)
    pattern = Pattern(torch.tensor([0, 1], dtype=torch.int32), torch.zeros(1, dtype=torch.int32), 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that compressed rows are in beta
            matrix = pattern.matrix(one[0])
            torch.sparse.sampled_addmm(matrix, one, one)
            return bool(matrix @ one == one)
    except (RuntimeError, NotImplementedError):
        return False
