import pytest
import torch

from attention_core import AttentionError, MultiHeadAttention, StreamedMap, attend, collect_received


def inputs(key_heads=4, width=8, keys=9, dtype=torch.float32):
    random = torch.Generator().manual_seed(0)
    query = torch.randn(2, 4, 7, 8, generator=random, dtype=dtype).requires_grad_()
    key = torch.randn(2, key_heads, keys, 8, generator=random, dtype=dtype).requires_grad_()
    value = torch.randn(2, key_heads, keys, width, generator=random, dtype=dtype).requires_grad_()
    return query, key, value


CALLS = {
    "plain": {},
    "causal": {"causal": True},
    "masked": {"mask": torch.rand(2, 1, 1, 9, generator=torch.Generator().manual_seed(1)) < 0.6},
    "biased": {"bias": torch.randn(4, 7, 9, generator=torch.Generator().manual_seed(2))},
    "empty rows": {"mask": torch.eye(7, 9, dtype=torch.bool) & (torch.arange(7) < 4)[:, None]},
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("key_heads", [4, 2])
def test_received_attention_is_that_of_the_map_and_gradients_are_the_same_bits(call, key_heads):
    leaves = inputs(key_heads)
    values, attention = attend(*leaves, **call)
    sent = torch.randn(values.shape, generator=torch.Generator().manual_seed(3))
    expected = torch.autograd.grad(values, leaves, sent)
    with collect_received():
        collected = attend(*leaves, **call)
    assert torch.equal(collected.values, values)
    for got, plain in zip(torch.autograd.grad(collected.values, leaves, sent), expected, strict=True):
        assert torch.equal(got, plain)
    torch.testing.assert_close(collected.attention.received(), attention.received(), rtol=1e-5, atol=1e-6)


def test_values_may_have_another_width():
    query, key, value = inputs(width=3)
    with collect_received():
        values, attention = attend(query, key, value)
    torch.testing.assert_close(values, attend(query, key, value).values)
    values.sum().backward()
    torch.testing.assert_close(attention.received(), StreamedMap(query, key).received().detach())


def test_asking_before_the_backward_pass_is_an_error():
    with collect_received():
        attention = attend(*inputs()).attention
    with pytest.raises(
        AttentionError, match=r"backward pass, which has not reached .*\n.*call backward\(\) first"
    ):
        attention.received()
    assert attention.summary()["received"].shape == (2, 4, 9)


def test_a_model_collects_in_its_own_forward_only():
    model, other = MultiHeadAttention(8, 2), MultiHeadAttention(8, 2)
    tokens = torch.randn(2, 5, 8)
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
    assert attention.received().shape == (2, 4, 9)
