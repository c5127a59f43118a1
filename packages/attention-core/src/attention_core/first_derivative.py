"""Gradients that have no gradient of their own, and say so when one is asked for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch import Tensor

from attention_core.errors import AttentionError

Gradients = tuple[Tensor | None, ...]
Backward = Callable[..., Gradients]


def first_derivative_only(backward: Backward) -> Backward:
    """Let the backward of an autograd function compute without a graph, and refuse a derivative of what it finds.

    Torch's `once_differentiable` refuses where the gradient it is sent has a graph. Here what was saved may
    have one too: without it a penalty on gradients would silently be left out.
    """

    @wraps(backward)
    def guarded(ctx: Any, *sent: Tensor | None) -> Gradients:
        with torch.no_grad():
            found = backward(ctx, *sent)
        made_of = [each for each in (*ctx.saved_tensors, *sent) if each is not None and each.requires_grad]
        if not torch.is_grad_enabled() or not made_of:
            return found
        guarded_ones = iter(
            _Guarded.apply(_count(found), *(each for each in found if each is not None), *made_of)
        )
        return tuple(None if each is None else next(guarded_ones) for each in found)

    return guarded


def _count(found: Gradients) -> int:
    return sum(each is not None for each in found)


class _Guarded(torch.autograd.Function):
    """The first of the tensors, with a graph that leads to the others and that nobody can follow."""

    generate_vmap_rule = True

    @staticmethod
    def forward(count: int, *tensors: Tensor) -> tuple[Tensor, ...]:
        return tuple(tensor.clone() for tensor in tensors[:count])

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple, output: tuple[Tensor, ...]) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *sent: Tensor) -> Gradients:
        raise AttentionError(
            "a second derivative was asked for, and gradients on fused kernels or blocks of rows have none.\n"
            "  for a penalty on gradients, write the statistic out on attention.dense(), which has them"
        )
