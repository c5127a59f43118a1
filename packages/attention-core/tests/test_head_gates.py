import pytest
import torch

from attention_core import AttentionError, HeadGates, MultiHeadAttention, TokenHeadGates


def heads_of(module, tokens):
    """What each head found, from the map and the parameters."""
    value = (tokens @ module.in_proj_weight.chunk(3)[2].T).unflatten(-1, (module.heads, -1)).transpose(-2, -3)
    return module(tokens).attention.dense() @ value


def joined(module, heads):
    return module.out_proj(heads.transpose(-2, -3).flatten(-2))


def test_gates_of_one_change_nothing():
    module, tokens = MultiHeadAttention(12, 3), torch.randn(2, 4, 12)
    before = module(tokens).values
    module.gates = HeadGates(3)
    assert torch.equal(module(tokens).values, before)


def test_a_head_counts_as_much_as_its_gate():
    module, tokens = MultiHeadAttention(12, 3), torch.randn(2, 4, 12)
    heads = heads_of(module, tokens)
    module.gates = HeadGates(3)
    torch.nn.init.normal_(module.gates.weight)
    expected = joined(module, torch.stack([g * heads[:, h] for h, g in enumerate(module.gates.weight)], 1))
    torch.testing.assert_close(module(tokens).values, expected)


def test_a_token_opens_the_gates_of_its_heads():
    module, tokens = MultiHeadAttention(12, 3), torch.randn(2, 4, 12)
    heads = heads_of(module, tokens)
    module.gates = TokenHeadGates(12, 3)
    torch.testing.assert_close(module(tokens).values, joined(module, heads / (1 + torch.tensor(-2.0).exp())))
    torch.nn.init.normal_(module.gates.gate.weight)
    gates = torch.sigmoid(torch.einsum("btd,hd->bht", tokens, module.gates.gate.weight) + 2.0)
    torch.testing.assert_close(module(tokens).values, joined(module, heads * gates[..., None]))


@pytest.mark.parametrize("kind", [HeadGates, TokenHeadGates])
def test_gates_learn_and_leave_the_map_alone(kind):
    gates = kind(3) if kind is HeadGates else kind(12, 3)
    module, tokens = MultiHeadAttention(12, 3), torch.randn(2, 4, 12)
    before = module(tokens).attention.dense()
    module.gates = gates
    values, attention = module(tokens)
    values.square().sum().backward()
    assert all(parameter.grad.any() for parameter in gates.parameters())
    assert torch.equal(attention.dense(), before)


@pytest.mark.usefixtures("as_shipped")
def test_another_number_of_heads_is_named():
    module = MultiHeadAttention(12, 3)
    for gates in (HeadGates(2), TokenHeadGates(12, 2)):
        module.gates = gates
        with pytest.raises(AttentionError, match="gates of 2 heads were given values of 3 heads"):
            module(torch.zeros(1, 2, 12))
