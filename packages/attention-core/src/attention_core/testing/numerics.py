"""Clauses about precision, gradients, and what must make no difference to a computer."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from attention_core.errors import AttentionError
from attention_core.testing.case import Case, Layer, agree, gradients, leaf, run, same

# More than maps answer from the matrix.
MANY_KEYS = 640
Answer = Callable[[Tensor, Tensor], Tensor]


def looking_changes_nothing(layer: Layer, case: Case) -> None:
    """Values and gradients are bit for bit the same whether the map is asked or not."""
    for got, expected in zip(gradients(layer, case, look=True), gradients(layer, case), strict=True):
        assert torch.equal(got, expected), "the gradient differs when the map is looked at"
    first = layer(case.query, case.key, case.mask)
    second = layer(case.query, case.key, case.mask)
    second.attention.summary()
    assert torch.equal(first.values, second.values), "the values differ when the map is looked at"


def the_layout_of_tensors_does_not_matter(layer: Layer, case: Case) -> None:
    """Transposed, strided and expanded tensors are answered as contiguous ones are."""
    transposed = Case(*(tensor.mT.contiguous().mT for tensor in (case.query, case.key, case.mask)))
    same(layer, case, transposed, "transposed tensors are answered differently")
    strided = Case(*(torch.stack([each, each], -1)[..., 0] for each in (case.query, case.key, case.mask)))
    same(layer, case, strided, "strided tensors are answered differently")
    expanded = replace(case, key=case.key[:, :1].expand(case.key.shape))
    same(
        layer, replace(case, key=expanded.key.clone()), expanded, "expanded tensors are answered differently"
    )


def large_inputs_stay_finite(layer: Layer, case: Case) -> None:
    """Scores of 10⁴ and more give weights that sum to one, finite values and finite gradients."""
    large = replace(case, query=100 * case.query, key=100 * case.key)
    values, weights = run(layer, large)
    assert values.isfinite().all(), "large inputs give values that are not finite"
    filled = ~case.silent[:, None].expand(weights.shape[:-1])
    agree(weights.sum(-1), filled, "large inputs give rows that do not sum to one")
    assert all(each.isfinite().all() for each in gradients(layer, large)), (
        "large inputs have no finite gradient"
    )


def the_number_of_threads_does_not_matter(layer: Layer, case: Case) -> None:
    """One thread and two give the same answer."""
    before, answers = torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            answers.append(run(layer, case))
    finally:
        torch.set_num_threads(before)
    for got, expected in zip(*answers, strict=True):
        agree(got, expected, "another number of threads changes the answer", tolerance=1e-6)


def low_precision_agrees_with_double(layer: Layer, case: Case) -> None:
    """float32 within 10⁻⁴, half precision within sixteen of its steps, at the size of the answer.

    The lower precision is asked first: a module that follows its tokens has rounded its parameters by then.
    """
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        low = case.to(dtype)
        tolerance = 1e-4 if dtype == torch.float32 else 16 * torch.finfo(dtype).eps
        values, weights = run(layer, low)
        assert values.dtype == dtype, f"{dtype} tokens give {values.dtype}"
        for got, expected in zip((values, weights), run(layer, low.to(torch.float64)), strict=True):
            size = max(1.0, expected.abs().max().item())
            agree(got.double() / size, expected / size, f"{dtype} and float64 differ", tolerance)


def gradients_agree_with_finite_differences(layer: Layer, case: Case) -> None:
    """Values, weights and statistics are differentiable."""

    def answers(query: Tensor, key: Tensor) -> tuple[Tensor, ...]:
        values, attention = layer(query, key, case.mask)
        return values, attention.dense(), attention.entropy(), attention.received()

    assert torch.autograd.gradcheck(answers, (leaf(case.query), leaf(case.key)), fast_mode=True)


def second_derivatives_are_right_or_refused(layer: Layer, case: Case) -> None:
    """A gradient of a gradient agrees with finite differences, or is refused by name.

    The penalty is asked with a term beside it that has a second derivative in any case, so that a gradient
    without a graph cannot pass for one; once of the case, and once with so many keys that maps are streamed.
    """
    for asked in (case, case.many_keys(MANY_KEYS)):
        for answer in (_values, _statistics):
            try:
                _check_second_derivative(partial(answer, layer, asked.mask), asked)
            except (RuntimeError, NotImplementedError, AttentionError):
                continue


def _values(layer: Layer, mask: Tensor, query: Tensor, key: Tensor) -> Tensor:
    return layer(query, key, mask).values.square().sum()


def _statistics(layer: Layer, mask: Tensor, query: Tensor, key: Tensor) -> Tensor:
    attention = layer(query, key, mask).attention
    return attention.entropy().sum() + attention.received().square().sum()


def _check_second_derivative(answer: Answer, case: Case, step: float = 1e-6) -> None:
    """Compare that of a penalty on gradients with a difference of the penalty, along one direction."""

    def penalty(query: Tensor, key: Tensor) -> Tensor:
        by_query, by_key = torch.autograd.grad(
            answer(query, key), (query, key), None, None, True, materialize_grads=True
        )
        return by_query.square().sum() + by_key.square().sum() + query.square().sum()

    leaves = leaf(case.query), leaf(case.key)
    away = [torch.cos(torch.arange(each.numel())).reshape(each.shape).to(each.dtype) for each in leaves]
    found = torch.autograd.grad(penalty(*leaves), leaves, materialize_grads=True)
    slopes = [(each * direction).sum() for each, direction in zip(found, away, strict=True)]
    there, back = (
        penalty(*(leaf(each + sign * step * direction) for each, direction in zip(leaves, away, strict=True)))
        for sign in (1, -1)
    )
    agree(
        torch.stack(slopes).sum(),
        (there - back).detach() / (2 * step),
        "a second derivative is silently wrong",
        tolerance=1e-4,
    )


CLAUSES = (
    looking_changes_nothing,
    the_layout_of_tensors_does_not_matter,
    large_inputs_stay_finite,
    the_number_of_threads_does_not_matter,
    low_precision_agrees_with_double,
    gradients_agree_with_finite_differences,
    second_derivatives_are_right_or_refused,
)
