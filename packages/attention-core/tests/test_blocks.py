import pytest
import torch
from torch import nn

from attention_core import CrossAttentionBlock, SelfAttentionBlock
from attention_core.testing import as_cross_attention, assert_attention_contract


def test_self_attention_is_torchs_pre_norm_encoder_layer():
    theirs = nn.TransformerEncoderLayer(
        8, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    ours = SelfAttentionBlock(8, 2, hidden=16)
    ours.attention.load_state_dict(theirs.self_attn.state_dict())
    pairs = {
        "norm1": ours.norm,
        "norm2": ours.feed_forward[0],
        "linear1": ours.feed_forward[1],
        "linear2": ours.feed_forward[-1],
    }
    for name, own in pairs.items():
        nn.init.normal_(getattr(theirs, name).bias)
        own.load_state_dict(getattr(theirs, name).state_dict())
    tokens = torch.randn(2, 5, 8)
    mask = torch.ones(5, 5, dtype=torch.bool).tril()
    torch.testing.assert_close(ours(tokens, mask=mask).values, theirs(tokens, src_mask=~mask))
    torch.testing.assert_close(ours(tokens, causal=True).values, theirs(tokens, src_mask=~mask))


def test_cross_attention_is_its_formula():
    block = CrossAttentionBlock(8, 2)
    tokens, context = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    values, attention = block(tokens, context)
    found = block.attention(block.norm(tokens), block.context_norm(context))
    residual = tokens + found.values
    torch.testing.assert_close(values, residual + block.feed_forward(residual))
    assert torch.equal(attention.dense(), found.attention.dense())


def test_self_attention_keeps_the_contract():
    block = SelfAttentionBlock(8, 2)
    assert_attention_contract(
        as_cross_attention(lambda tokens, mask: block.to(tokens.dtype)(tokens, mask=mask[:, None]))
    )


def test_cross_attention_keeps_the_contract():
    block = CrossAttentionBlock(8, 2)

    def layer(query, key, mask):
        return block.to(query.dtype)(query, key, mask=None if mask is None else mask[:, None])

    assert_attention_contract(layer)


@pytest.mark.parametrize("kind", [SelfAttentionBlock, CrossAttentionBlock])
def test_padding_leaves_the_gradients_of_the_parameters_alone(kind):
    block, tokens = kind(8, 2), torch.randn(2, 4, 8)
    held = torch.arange(6) < 4

    def gradients(tokens, mask):
        block.zero_grad()
        given = (tokens,) if kind is SelfAttentionBlock else (tokens[:, :4], tokens)
        block(*given, mask=mask).values[:, :4].square().sum().backward()
        return [parameter.grad.clone() for parameter in block.parameters()]

    padded = torch.cat([tokens, torch.full((2, 2, 8), float("nan"))], 1)
    mask = held[:, None] & held if kind is SelfAttentionBlock else held
    for got, clean in zip(gradients(padded, mask), gradients(tokens, None), strict=True):
        torch.testing.assert_close(got, clean)


@pytest.mark.parametrize("kind", [SelfAttentionBlock, CrossAttentionBlock])
def test_every_parameter_gets_a_gradient(kind):
    block, tokens = kind(8, 2, dropout=0.1), torch.randn(2, 4, 8)
    values = block(tokens) if kind is SelfAttentionBlock else block(tokens, torch.randn(2, 5, 8))
    values.values.square().sum().backward()
    assert all(parameter.grad.isfinite().all() and parameter.grad.any() for parameter in block.parameters())
