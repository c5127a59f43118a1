"""Torch's fused kernels with the logarithm of their normaliser, and what follows from it without a matrix.

The operators are private to torch: `available` tells whether this version has them for these tensors, and
whoever asks goes through blocks of rows where it has not. Tensors have four axes, and keys as many heads as
queries, or on a CPU in `forward` fewer.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from attention_core.first_derivative import first_derivative_only
from attention_core.transformed import transformed

Pass = Callable[[Tensor], Tensor]
Collect = Callable[[Tensor], None]
CPU_OPERATORS = (
    "_scaled_dot_product_flash_attention_for_cpu",
    "_scaled_dot_product_flash_attention_for_cpu_backward",
)
CUDA_OPERATORS = (
    "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_efficient_attention_backward",
)


@dataclass(frozen=True)
class Scoring:
    """How scores are made: an additive mask, causal order, a scale."""

    mask: Float[Tensor, "..."] | None
    causal: bool
    scale: float

    def sharpened(self, order: float) -> "Scoring":
        """Scores times a factor."""
        mask = self.mask if self.mask is None or order == 1 else order * self.mask
        return Scoring(mask, self.causal, order * self.scale)

    def cut(self, keys: int) -> "Scoring":
        """The same for the first keys."""
        if self.mask is None or self.mask.shape[-1] == 1:
            return self
        return Scoring(self.mask[..., :keys], self.causal, self.scale)


def available(query: Tensor, key: Tensor) -> bool:
    """Whether fused kernels that return the normaliser serve these tensors."""
    names = {"cpu": CPU_OPERATORS, "cuda": CUDA_OPERATORS}.get(query.device.type, ())
    served = query.device.type == "cpu" or query.dtype is not torch.float64
    offered = bool(names) and all(hasattr(torch.ops.aten, name) for name in names)
    return offered and served and min(query.numel(), key.numel()) > 0 and not transformed(query, key)


def orders_masked(query: Tensor, key: Tensor) -> bool:
    """Whether the kernel, unlike the public function, takes a mask and causal order together."""
    return query.device.type == "cpu" and available(query, key) and not torch.compiler.is_compiling()


def column_keeps_bits(query: Tensor, key: Tensor) -> bool:
    """Whether a column of zeros was found to change no bit of the gradients on one processor at least.

    The order of sums changes on every CPU in float64, where heads share keys, where threads share the only head, and
    in float32 where the kernel's blocks leave a single query or key over.
    """
    if query.shape[-3] != key.shape[-3] or query.dtype is torch.float64:
        return False
    if query.is_cuda:
        return True
    left_over = query.dtype is torch.float32 and 1 in (query.shape[-2] % 32, key.shape[-2] % 32)
    return not left_over and (query.shape[:-2].numel() > 1 or torch.get_num_threads() == 1)


def widened(*tensors: Tensor) -> list[Tensor]:
    """The tensors with zeros up to the width of the widest."""
    width = max(tensor.shape[-1] for tensor in tensors)
    return [F.pad(tensor, (0, width - tensor.shape[-1])) for tensor in tensors]


def forward(query: Tensor, key: Tensor, value: Tensor, scoring: Scoring) -> tuple[Tensor, ...]:
    """P V, ln Σ exp(scores) of each row, and what else backward needs.

    The logarithm has no meaning in a row without keys.
    """
    options = {"scale": scoring.scale}
    if query.is_cuda:
        return torch.ops.aten._scaled_dot_product_efficient_attention(
            query, key, value, _aligned(scoring.mask, query, key), True, 0.0, scoring.causal, **options
        )
    return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        query, key, value, 0.0, scoring.causal, attn_mask=scoring.mask, **options
    )


def backward(
    sent: Tensor, query: Tensor, key: Tensor, value: Tensor, found: tuple[Tensor, ...], scoring: Scoring
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of query, key and value for the gradient of P V."""
    options = {"scale": scoring.scale}
    if query.is_cuda:
        bias = _aligned(scoring.mask, query, key)
        return torch.ops.aten._scaled_dot_product_efficient_attention_backward(
            sent, query, key, value, bias, *found, 0.0, [True, True, True, False], scoring.causal, **options
        )[:3]
    return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward(
        sent, query, key, value, *found, 0.0, scoring.causal, attn_mask=scoring.mask, **options
    )


def _aligned(mask: Tensor | None, query: Tensor, key: Tensor) -> Tensor | None:
    """The mask on the full sides, with rows that start where the CUDA kernel wants them."""
    if mask is None:
        return None
    sides = (*query.shape[:-1], key.shape[-2])
    spare = -sides[-1] % 16
    padded = F.pad(mask.expand(*mask.shape[:-1], sides[-1]), (0, spare))
    return padded[..., : sides[-1]].expand(sides)


def row_entropy(query: Tensor, key: Tensor, scoring: Scoring) -> Tensor:
    """H = lse − E_P[s] of each row, where scores have no bias; its gradient takes one call of the kernel's backward."""
    return _RowEntropy.apply(query, key, scoring)[0]


def row_normaliser(query: Tensor, key: Tensor, scoring: Scoring) -> Tensor:
    """L = ln Σ_j exp s_ij of each row; no gradient reaches a bias."""
    return _RowNormaliser.apply(query, key, scoring)[0]


def transposed(query: Tensor, key: Tensor, sent: Tensor, scoring: Scoring, passed: Pass) -> Tensor:
    """Pᵀ Y, which `passed` computes where the kernel's backward is not the cheapest way to it."""
    return _Transposed.apply(query, key, sent, scoring, passed)


def collecting(query: Tensor, key: Tensor, value: Tensor, scoring: Scoring, collect: Collect) -> Tensor:
    """P V; the backward pass hands Pᵀ 1 to `collect`. Query, key and value are of one width."""
    return _Collecting.apply(query, key, value, scoring, collect)[0]


class _OfRows(torch.autograd.Function):
    """A number for each row, beside what the kernel found, which its backward takes up again."""

    @staticmethod
    def setup_context(ctx, inputs, output):
        query, key, ctx.scoring = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.save_for_backward(query, key, *output[1:])


class _RowEntropy(_OfRows):
    """H = lse − E_P[s], by the kernel with the key in the place of the value.

    As dH/ds = −P ∘ (s − E_P[s]), the gradient is the kernel's own for the value K and the gradient
    −scale · g ∘ Q of its output: the terms of lse, of Q in E_P[s] and of K as a value cancel.
    """

    @staticmethod
    def forward(query: Tensor, key: Tensor, scoring: Scoring) -> tuple[Tensor, ...]:
        found = forward(query, key, key, scoring)
        mean = scoring.scale * (query * found[0]).sum(-1)
        return ((_normaliser(found, query) - mean).clamp_min(0.0), *found)

    @staticmethod
    @first_derivative_only
    def backward(ctx, sent: Tensor, *_):
        query, key, *found = ctx.saved_tensors
        outward = (-ctx.scoring.scale * sent.unsqueeze(-1) * query).to(query.dtype)
        by_query, by_key, _ = backward(outward, query, key, key, tuple(found), ctx.scoring)
        return by_query, by_key, None


class _RowNormaliser(_OfRows):
    """ln Σ_j exp s_ij, whose gradient is P: scale · g ∘ (P K) for the query, scale · Pᵀ (g ∘ Q) for the key."""

    @staticmethod
    def forward(query: Tensor, key: Tensor, scoring: Scoring) -> tuple[Tensor, ...]:
        found = forward(query, key, key, scoring)
        return (_normaliser(found, query).clone(), *found)

    @staticmethod
    @first_derivative_only
    def backward(ctx, sent: Tensor, *_):
        query, key, *found = ctx.saved_tensors
        weighted = (ctx.scoring.scale * sent).unsqueeze(-1)
        by_query = (weighted * found[0]).to(query.dtype)
        outward = (weighted * query).to(query.dtype)
        return by_query, backward(outward, query, key, key, tuple(found), ctx.scoring)[2], None


class _Transposed(torch.autograd.Function):
    """Pᵀ Y, from a pass over blocks or the kernel's backward.

    For a gradient G of it, P G is that of Y, and those of query and key are the kernel's own for the value G
    and the gradient Y of its output.
    """

    @staticmethod
    def forward(query: Tensor, key: Tensor, sent: Tensor, scoring: Scoring, passed: Pass) -> Tensor:
        if not query.is_cuda:
            return passed(sent)
        query, key, sent, value = widened(query, key, sent, key)
        return backward(sent, query, key, value, forward(query, key, value, scoring), scoring)[2]

    @staticmethod
    def setup_context(ctx, inputs, output):
        query, key, sent, ctx.scoring, _ = inputs
        ctx.save_for_backward(query, key, sent)

    @staticmethod
    @first_derivative_only
    def backward(ctx, sent_back: Tensor):
        query, key, sent = ctx.saved_tensors
        width, dim = query.shape[-1], sent.shape[-1]
        query, key, sent, value = widened(query, key, sent, sent_back.reshape(*key.shape[:-1], dim))
        found = forward(query, key, value, ctx.scoring)
        by_query, by_key, _ = backward(sent, query, key, value, found, ctx.scoring)
        return by_query[..., :width], by_key[..., :width], found[0][..., :dim], None, None


class _Collecting(torch.autograd.Function):
    """P V, whose backward also finds Pᵀ 1: the gradient of a column of zeros beside V, seeded with ones.

    The column of zeros adds nothing to any product.
    """

    @staticmethod
    def forward(
        query: Tensor, key: Tensor, value: Tensor, scoring: Scoring, collect: Collect
    ) -> tuple[Tensor, ...]:
        return tuple(forward(query, key, value, scoring))

    @staticmethod
    def setup_context(ctx, inputs, output):
        query, key, value, ctx.scoring, ctx.collect = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.save_for_backward(query, key, value, *output)

    @staticmethod
    @first_derivative_only
    def backward(ctx, sent: Tensor, *_):
        query, key, value, out, *rest = ctx.saved_tensors
        width = query.shape[-1]
        query, key, value, out = (_with_column(each, 0.0) for each in (query, key, value, out))
        sent = _with_column(sent, 1.0)
        found = backward(sent, query, key, value, (out, *rest), ctx.scoring)
        ctx.collect(found[2][..., -1])
        return (*(each[..., :width] for each in found), None, None)


def _with_column(tensor: Tensor, content: float) -> Tensor:
    # Cheaper than F.pad, which fills all of it first.
    widened = tensor.new_empty(*tensor.shape[:-1], tensor.shape[-1] + 1)
    widened[..., :-1] = tensor
    widened[..., -1] = content
    return widened


def _normaliser(found: tuple[Tensor, ...], query: Tensor) -> Tensor:
    # CUDA's kernel rounds the number of rows up.
    return found[1][..., : query.shape[-2]]


def additive(pairs: Tensor | None, bias: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """Mask and bias as what is added to the scores, on the axes they have."""
    if pairs is None:
        return bias
    if bias is not None:
        return torch.where(pairs, bias, -math.inf)
    return torch.zeros(pairs.shape, dtype=dtype, device=pairs.device).masked_fill_(~pairs, -math.inf)
