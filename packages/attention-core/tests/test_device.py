"""Maps beyond the size of a matrix, on each device, against explicit weights in float64 on the processor."""

import math

import pytest
import torch

from attention_core import attend, collect_received

TOKENS = 640
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]
CASES = {
    "plain": {},
    "causal": {"causal": True},
    "padding": {"mask": (torch.arange(TOKENS) < TOKENS - 40)[None, None, None]},
    "padding and causal": {"mask": (torch.arange(TOKENS) < TOKENS - 40)[None, None, None], "causal": True},
    "pairs": {"mask": (torch.arange(TOKENS)[:, None] + torch.arange(TOKENS)) % 7 > 0},
}
TOLERANCE = {torch.float32: 2e-4, torch.bfloat16: 3e-2}
STATISTICS = ("entropy", "participation", "largest", "received")


def operands(dtype: torch.dtype, key_heads: int = 4):
    generator = torch.Generator().manual_seed(0)
    shapes = [(2, 4, TOKENS, 32), *[(2, key_heads, TOKENS, 32)] * 2]
    return [torch.randn(shape, generator=generator).to(dtype) for shape in shapes]


def explicit(query, key, value, mask=None, causal=False):
    """Weights and values in float64."""
    query, key, value = (each.double() for each in (query, key, value))
    shared = query.shape[1] // key.shape[1]
    key, value = (each.repeat_interleave(shared, 1) for each in (key, value))
    allowed = torch.ones(TOKENS, TOKENS, dtype=torch.bool) if mask is None else mask.expand(TOKENS, TOKENS)
    allowed = allowed.tril() if causal else allowed
    scores = (query @ key.mT / math.sqrt(query.shape[-1])).masked_fill(~allowed, -math.inf)
    weights = scores.softmax(-1)
    return weights, weights @ value


def expected_statistics(weights):
    return {
        "entropy": torch.special.entr(weights).sum(-1),
        "participation": 1 / weights.square().sum(-1),
        "largest": weights.amax(-1),
        "received": weights.sum(-2),
    }


def on(device, options):
    return {
        name: value.reshape(-1, TOKENS).to(device) if name == "mask" else value
        for name, value in options.items()
    }


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("key_heads", [4, 2])
@pytest.mark.parametrize("case", CASES)
def test_values_and_statistics_are_those_of_explicit_weights(device, dtype, key_heads, case):
    tensors, options = operands(dtype, key_heads), CASES[case]
    options = {
        name: value.reshape(-1, TOKENS) if name == "mask" else value for name, value in options.items()
    }
    weights, values = explicit(*tensors, **options)
    attended = attend(*(each.to(device) for each in tensors), **on(device, CASES[case]))
    tolerance = TOLERANCE[dtype]
    torch.testing.assert_close(attended.values.cpu().double(), values, rtol=tolerance, atol=tolerance)
    for name, expected in expected_statistics(weights).items():
        found = getattr(attended.attention, name)().cpu().double()
        torch.testing.assert_close(found, expected, rtol=10 * tolerance, atol=tolerance, msg=name)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", STATISTICS)
def test_gradients_of_statistics_are_those_of_explicit_weights(device, name):
    query, key, value = operands(torch.float32)
    ours = [each.to(device).requires_grad_() for each in (query, key)]
    theirs = [each.double().requires_grad_() for each in (query, key)]
    weighting = torch.linspace(0.5, 1.5, TOKENS, dtype=torch.float64)
    found = (getattr(attend(*ours, value.to(device)).attention, name)() * weighting.float().to(device)).sum()
    expected = (expected_statistics(explicit(*theirs, value)[0])[name] * weighting).sum()
    for mine, other in zip(
        torch.autograd.grad(found, ours), torch.autograd.grad(expected, theirs), strict=True
    ):
        torch.testing.assert_close(mine.cpu().double(), other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("device", DEVICES)
def test_received_attention_is_collected_in_training(device):
    query, key, value = (each.to(device).requires_grad_() for each in operands(torch.float32))
    with collect_received():
        values, attention = attend(query, key, value)
    values.sum().backward()
    weights, _ = explicit(*(each.detach().cpu() for each in (query, key, value)))
    torch.testing.assert_close(attention.received().cpu().double(), weights.sum(-2), rtol=1e-3, atol=1e-3)
