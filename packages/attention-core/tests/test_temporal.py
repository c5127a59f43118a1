import math

import pytest
import torch
from torch import nn

from attention_core import MultiHeadAttention, RelativeBias, Rotary, TemporalAttention
from attention_core.testing import as_cross_attention, assert_attention_contract


def test_a_state_attends_to_itself_and_to_what_was_before():
    module, states = TemporalAttention(8, 2), torch.randn(3, 5, 8)
    values, attention = module(states)
    assert attention.shape == (3, 2, 5, 5)
    assert torch.equal(attention.dense() > 0, torch.ones(5, 5).tril().bool().expand(3, 2, 5, 5))
    for time in range(5):
        alone = module.attention(states[:, time : time + 1], states[:, : time + 1])
        torch.testing.assert_close(values[:, time : time + 1], alone.values)


def test_it_equals_torch_with_a_causal_mask():
    module, states = TemporalAttention(8, 2), torch.randn(3, 5, 8)
    theirs = nn.MultiheadAttention(8, 2, batch_first=True)
    theirs.load_state_dict(module.attention.state_dict())
    expected, _ = theirs(states, states, states, attn_mask=torch.ones(5, 5).triu(1).bool())
    torch.testing.assert_close(module(states).values, expected)


def test_what_comes_later_changes_nothing():
    module, states = TemporalAttention(8), torch.randn(3, 5, 8)
    later = states.clone()
    later[:, 3:] = torch.randn(3, 2, 8)
    torch.testing.assert_close(module(later).values[:, :3], module(states).values[:, :3])


@pytest.mark.parametrize("kind", [Rotary, RelativeBias])
def test_positions_tell_how_long_ago_a_state_was(kind):
    positions = Rotary() if kind is Rotary else RelativeBias(2, 4)
    module = TemporalAttention(8, 2, positions=positions)
    for parameter in positions.parameters():
        nn.init.normal_(parameter)
    same = torch.randn(1, 1, 8).expand(1, 5, 8)
    row = module(same).attention.dense()[0, 0, -1]
    assert row.unique().numel() > 1
    assert TemporalAttention(8, 2)(same).attention.dense()[0, 0, -1].allclose(torch.tensor(0.2))


def test_it_keeps_the_contract():
    module = TemporalAttention(8, 2)
    assert_attention_contract(
        as_cross_attention(lambda tokens, mask: module.to(tokens.dtype)(tokens, mask=mask[:, None]))
    )


def test_a_single_head_is_its_formula():
    module, states = TemporalAttention(4), torch.randn(1, 3, 4)
    attention: MultiHeadAttention = module.attention
    query, key, value = (
        (states @ weight.T + bias)[0].double()
        for weight, bias in zip(
            attention.in_proj_weight.chunk(3), attention.in_proj_bias.chunk(3), strict=True
        )
    )
    found = [((query[t] @ key[: t + 1].T) / math.sqrt(4)).softmax(-1) @ value[: t + 1] for t in range(3)]
    expected = torch.stack(found) @ attention.out_proj.weight.double().T + attention.out_proj.bias
    torch.testing.assert_close(module(states).values[0].double(), expected, rtol=1e-5, atol=1e-6)
