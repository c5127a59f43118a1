import pytest
import torch
from torch import nn

from attention_core import AttentionError, MultiHeadAttention
from attention_core.testing import as_cross_attention, assert_attention_contract


def twins(**options) -> tuple[nn.MultiheadAttention, MultiHeadAttention]:
    """Torch's module with all parameters drawn, and ours with its state dict."""
    theirs = nn.MultiheadAttention(12, 3, batch_first=True, **options)
    for parameter in theirs.parameters():
        nn.init.normal_(parameter, std=0.3)
    ours = MultiHeadAttention(12, 3, **options)
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


@pytest.mark.parametrize("bias", [True, False])
def test_it_equals_torch_with_the_same_state_dict(bias):
    theirs, ours = twins(bias=bias)
    query, key, value = torch.randn(2, 4, 12), torch.randn(2, 5, 12), torch.randn(2, 5, 12)
    expected, weights = theirs(query, key, value, average_attn_weights=False)
    values, attention = ours(query, key, value)
    torch.testing.assert_close(values, expected)
    torch.testing.assert_close(attention.dense(), weights)
    theirs.load_state_dict(ours.state_dict())


def test_masks_mean_the_opposite_of_torch():
    theirs, ours = twins()
    tokens, causal = torch.randn(2, 5, 12), torch.ones(5, 5, dtype=torch.bool).tril()
    padding = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    expected, weights = theirs(
        tokens, tokens, tokens, attn_mask=~causal, key_padding_mask=~padding, average_attn_weights=False
    )
    values, attention = ours(tokens, mask=padding[:, None, None], causal=True)
    torch.testing.assert_close(values, expected)
    torch.testing.assert_close(attention.dense(), weights)


def test_gradients_equal_those_of_torch():
    theirs, ours = twins()
    query, key = torch.randn(2, 4, 12), torch.randn(2, 5, 12)
    theirs(query, key, key)[0].square().sum().backward()
    ours(query, key)[0].square().sum().backward()
    for own, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(own.grad, other.grad, rtol=1e-4, atol=1e-5)


def test_initial_parameters_are_drawn_as_in_torch():
    torch.manual_seed(1)
    theirs = nn.MultiheadAttention(64, 4).state_dict()
    torch.manual_seed(2)
    ours = MultiHeadAttention(64, 4).state_dict()
    assert {name: tensor.shape for name, tensor in ours.items()} == {
        name: t.shape for name, t in theirs.items()
    }
    for name, tensor in ours.items():
        torch.testing.assert_close(tensor.std(), theirs[name].std(), rtol=0.05, atol=1e-6)


def test_the_value_is_the_key_where_none_is_given():
    ours = MultiHeadAttention(8, 2)
    query, key = torch.randn(3, 8), torch.randn(5, 8)
    assert torch.equal(ours(query, key).values, ours(query, key, key).values)
    assert torch.equal(ours(query).values, ours(query, query, query).values)


def test_cross_attention_keeps_the_contract():
    module = MultiHeadAttention(8, 2)

    def layer(query, key, mask):
        return module.to(query.dtype)(query, key, mask=None if mask is None else mask[:, None])

    assert_attention_contract(layer)


def test_self_attention_keeps_the_contract():
    module = MultiHeadAttention(8, 2)
    assert_attention_contract(
        as_cross_attention(lambda tokens, mask: module.to(tokens.dtype)(tokens, mask=mask[:, None]))
    )


def test_padding_leaves_the_gradients_of_the_parameters_alone():
    module = MultiHeadAttention(8, 2)
    query, key = torch.randn(2, 3, 8), torch.randn(2, 4, 8)

    def gradients(key, mask):
        module.zero_grad()
        module(query, key, mask=mask).values.square().sum().backward()
        return [parameter.grad.clone() for parameter in module.parameters()]

    padded = torch.cat([key, torch.full((2, 2, 8), float("nan"))], 1)
    expected = gradients(key, None)
    for got, clean in zip(gradients(padded, torch.arange(6) < 4), expected, strict=True):
        torch.testing.assert_close(got, clean)


def test_dropout_acts_in_training_only():
    module = MultiHeadAttention(8, 2, dropout=0.5)
    tokens = torch.randn(1, 6, 8)
    training = module(tokens)
    module.eval()
    assert not torch.allclose(training.values, module(tokens).values)
    assert torch.equal(training.attention.dense(), module(tokens).attention.dense())
    assert torch.equal(module(tokens).values, module(tokens).values)


def test_autocast_lowers_the_values_and_not_the_statistics():
    module, tokens, bias = MultiHeadAttention(8, 2), torch.randn(2, 6, 8), torch.randn(6, 6)
    with torch.autocast("cpu", torch.bfloat16):
        values, attention = module(tokens, bias=bias)
        inside = attention.entropy()
    assert values.dtype == torch.bfloat16
    assert attention.query.dtype == torch.bfloat16
    assert inside.dtype == torch.float32
    assert torch.equal(inside, attention.entropy())
    torch.testing.assert_close(values.float(), module(tokens, bias=bias).values, rtol=0.05, atol=0.05)


def test_it_prints_its_sides():
    assert repr(MultiHeadAttention(8, 2)).startswith("MultiHeadAttention(\n  dim=8, heads=2, dropout=0.0")


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    with pytest.raises(AttentionError, match="dim 8 cannot be split over 3 heads"):
        MultiHeadAttention(8, 3)
    with pytest.raises(AttentionError, match="dropout is 1"):
        MultiHeadAttention(8, 2, dropout=1)
    module = MultiHeadAttention(8, 2)
    with pytest.raises(
        AttentionError, match=r"key has shape \[2, 3, 6\]; expected \[\*batch, tokens, dim\] with dim 8"
    ):
        module(torch.zeros(2, 3, 8), torch.zeros(2, 3, 6))
    with pytest.raises(AttentionError, match=r"mask of shape \[4\]"):
        module(torch.zeros(2, 3, 8), mask=torch.ones(4, dtype=torch.bool))
    with pytest.raises(AttentionError, match=r"bias of shape \[4\]"):
        module(torch.zeros(2, 3, 8), bias=torch.zeros(4))
    with pytest.raises(AttentionError, match=r"key \[2, 2, 4, 4\] and value \[2, 2, 5, 4\]"):
        module(torch.zeros(2, 3, 8), torch.zeros(2, 4, 8), torch.zeros(2, 5, 8))
