import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from attention_core import AttentionError, MultiHeadAttention, StreamedMap, attend, collect_received
from attention_core.received import CollectedMap

QUERIES, KEYS = 530, 600


def inputs(key_heads=4, width=8, dtype=torch.float32, queries=QUERIES, keys=KEYS, dim=8):
    random = torch.Generator().manual_seed(0)
    shapes = (4, queries, dim), (key_heads, keys, dim), (key_heads, keys, width)
    return [torch.randn(2, *shape, generator=random).to(dtype).requires_grad_() for shape in shapes]


def random(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


CALLS = {
    "plain": {},
    "causal": {"causal": True},
    "masked": {"mask": random(2, 1, 1, KEYS) < 0.3},
    "masked and causal": {"mask": torch.arange(KEYS) % 4 > 0, "causal": True},
    "biased": {"bias": random(4, QUERIES, KEYS)},
    "empty rows": {"mask": (random(QUERIES, KEYS) < 0.3) & (torch.arange(QUERIES) < 400)[:, None]},
}


def assert_the_same(leaves, tolerance=1e-5, collects=True, **call):
    """Values are those without collecting, gradients to their last bits, and received attention that of the map.

    Whether the last bits are the same too hangs on how a processor's matrix products group their sums.
    """
    values, attention = attend(*leaves, **call)
    sent = torch.randn(values.shape, generator=torch.Generator().manual_seed(3)).to(values.dtype)
    expected = torch.autograd.grad(values, leaves, sent)
    with collect_received():
        collected = attend(*leaves, **call)
    assert isinstance(collected.attention, CollectedMap) == collects
    assert torch.equal(collected.values, values)
    for got, plain in zip(torch.autograd.grad(collected.values, leaves, sent), expected, strict=True):
        rounding = 32 * torch.finfo(plain.dtype).eps * plain.abs().max()
        assert (got - plain).abs().max() <= rounding
    found, own = collected.attention.received(), attention.received()
    torch.testing.assert_close(found, own, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("key_heads", [4, 2, 1])
def test_received_attention_is_that_of_the_map_and_gradients_are_the_same(call, key_heads):
    assert_the_same(inputs(key_heads), collects=key_heads == 4, **call)


@pytest.mark.parametrize("dim", [8, 24, 33, 64])
@pytest.mark.parametrize(("queries", "keys"), [(1, 600), (33, 600), (577, 577), (514, 1000), (800, 513)])
def test_gradients_are_the_same_whatever_the_sides(dim, queries, keys):
    """A single query or key that blocks leave over makes an ordinary map."""
    left_over = 1 in (queries % 32, keys % 32)
    assert_the_same(inputs(queries=queries, keys=keys, dim=dim, width=dim), collects=not left_over)


@pytest.mark.parametrize("key_heads", [4, 2, 1])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_other_precisions_have_the_same_gradients_and_round_received_attention_as_gradients(dtype, key_heads):
    assert_the_same(
        inputs(key_heads, dtype=dtype), 0.02, collects=key_heads == 4 and dtype is not torch.float64
    )


@pytest.mark.parametrize("heads", [1, 2])
def test_gradients_of_two_threads_are_the_same(heads):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        leaves = [torch.randn(1, heads, 640, 8).requires_grad_() for _ in range(3)]
        assert_the_same(leaves, collects=heads > 1)
    finally:
        torch.set_num_threads(before)


def test_few_keys_make_ordinary_maps():
    assert_the_same(inputs(queries=7, keys=9), collects=False)


def test_values_may_have_another_width():
    assert_the_same(inputs(width=3))
    assert_the_same(inputs(width=11))


def test_asking_before_the_backward_pass_is_an_error():
    with collect_received():
        attention = attend(*inputs()).attention
    with pytest.raises(
        AttentionError, match=r"backward pass, which has not reached .*\n.*call backward\(\) first"
    ):
        attention.received()
    assert attention.summary()["received"].shape == (2, 4, KEYS)


def test_a_model_collects_in_its_own_forward_only():
    model, other = MultiHeadAttention(8, 2), MultiHeadAttention(8, 2)
    tokens = torch.randn(2, KEYS, 8)
    with collect_received(model):
        values, attention = model(tokens)
        outside = other(tokens).attention
    values.sum().backward()
    torch.testing.assert_close(attention.received(), attention.plain().received().detach())
    assert type(outside) is type(model(tokens).attention) is StreamedMap


def test_a_model_that_fails_leaves_nothing_behind():
    model = MultiHeadAttention(8, 2)
    with pytest.raises(AttentionError), collect_received(model):
        model(torch.randn(2, 5, 9))
    assert type(attend(*inputs()).attention) is StreamedMap


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_without_gradients_or_with_dropout_maps_are_ordinary(dropout):
    query, key, value = inputs()
    with collect_received(), torch.set_grad_enabled(dropout > 0):
        attention = attend(query, key, value, dropout=dropout).attention
    assert type(attention) is StreamedMap
    assert attention.received().shape == (2, 4, KEYS)


class Checkpointed(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = MultiHeadAttention(8, 2)

    def forward(self, tokens):
        return checkpoint(self.attention, tokens, use_reentrant=False)


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("of_model", [True, False])
def test_a_checkpointed_model_makes_ordinary_maps(of_model, inside):
    model, tokens = Checkpointed(), torch.randn(2, KEYS, 8)
    model(tokens).values.sum().backward()
    expected = [parameter.grad.clone() for parameter in model.parameters()]
    model.zero_grad()
    with collect_received(model if of_model else None):
        values, attention = model(tokens)
        if inside:
            values.sum().backward()
    if not inside:
        values.sum().backward()
    assert type(attention) is StreamedMap
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        assert torch.equal(parameter.grad, gradient)
