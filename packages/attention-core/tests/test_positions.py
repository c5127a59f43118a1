import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention_core import (
    AttentionError,
    MultiHeadAttention,
    RelativeBias,
    RelativeBiasGrid,
    Rotary,
    RotaryGrid,
)


def turned(tokens, angles):
    """Each pair of channels as a complex number, turned by its angle; in float64."""
    pairs = torch.view_as_complex(tokens.double().unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * torch.exp(1j * torch.as_tensor(angles))).flatten(-2)


def test_a_token_is_turned_by_its_place():
    query, key = torch.randn(2, 3, 5, 8), torch.randn(2, 3, 4, 8)
    placed = Rotary(base=50.0)(query, key)
    for given_tokens, got in ((query, placed.query), (key, placed.key)):
        angles = [[place * 50.0 ** (-2 * m / 8) for m in range(4)] for place in range(given_tokens.shape[-2])]
        torch.testing.assert_close(got.double(), turned(given_tokens, angles), rtol=1e-5, atol=1e-5)
    assert placed.bias is None


def test_a_cell_is_turned_by_its_row_and_its_column():
    tokens = torch.randn(1, 2, 6, 8)
    placed = RotaryGrid(width=3, base=50.0)(tokens, tokens)
    slow = [1.0, 50.0**-0.5]
    angles = [[(i // 3) * s for s in slow] + [(i % 3) * s for s in slow] for i in range(6)]
    torch.testing.assert_close(placed.key.double(), turned(tokens, angles), rtol=1e-5, atol=1e-5)


@given(st.integers(1, 6), st.integers(0, 40), st.sampled_from([4, 8]))
def test_rotated_scores_follow_differences_alone(tokens, shift, dim):
    query, key = torch.randn(2, 1, 1, 1, dim, dtype=torch.float64).expand(2, 1, 1, tokens + shift, dim)
    placed = Rotary()(query, key)
    scores = placed.query @ placed.key.mT
    torch.testing.assert_close(scores[..., shift:, shift:], scores[..., :tokens, :tokens])


@given(st.integers(1, 4), st.integers(1, 4))
def test_scores_on_a_grid_follow_differences_of_rows_and_columns(height, width):
    query, key = torch.randn(2, 1, 1, 1, 8, dtype=torch.float64).expand(2, 1, 1, height * width, 8)
    placed = RotaryGrid(width)(query, key)
    scores = (placed.query @ placed.key.mT)[0, 0].tolist()
    seen = {}
    for i in range(height * width):
        for j in range(height * width):
            offset = (i // width - j // width, i % width - j % width)
            assert scores[i][j] == pytest.approx(seen.setdefault(offset, scores[i][j]))


def test_half_precision_tells_far_places_apart():
    tokens = torch.randn(1, 1, 3000, 4)
    exact = Rotary()(tokens, tokens).query
    half = Rotary()(tokens.bfloat16(), tokens.bfloat16()).query
    assert half.dtype == torch.bfloat16
    assert (half - exact).abs().max() < 0.02 * exact.abs().max()


def test_a_bias_is_read_at_the_distance():
    part = RelativeBias(2, farthest=2)
    torch.nn.init.normal_(part.weight)
    query, key = torch.randn(1, 2, 5, 4), torch.randn(1, 2, 6, 4)
    placed = part(query, key)
    expected = [
        [[part.weight[h, max(-2, min(2, i - j)) + 2].item() for j in range(6)] for i in range(5)]
        for h in range(2)
    ]
    assert torch.equal(placed.bias, torch.tensor(expected))
    assert placed.query is query
    assert placed.key is key


def test_a_bias_on_a_grid_is_read_at_the_offset():
    part = RelativeBiasGrid(2, height=2, width=3)
    torch.nn.init.normal_(part.weight)
    tokens = torch.randn(1, 2, 6, 4)
    expected = [
        [[part.weight[h, i // 3 - j // 3 + 1, i % 3 - j % 3 + 2].item() for j in range(6)] for i in range(6)]
        for h in range(2)
    ]
    assert torch.equal(part(tokens, tokens).bias, torch.tensor(expected))


def by_hand(module, tokens, bias=0.0, turn=lambda tokens: tokens):
    """Softmax attention in float64 from the module's parameters."""
    parameters = {name: tensor.double() for name, tensor in module.state_dict().items()}
    projected = tokens.double() @ parameters["in_proj_weight"].T + parameters["in_proj_bias"]
    query, key, value = (
        part.unflatten(-1, (module.heads, -1)).transpose(-2, -3) for part in projected.chunk(3, -1)
    )
    scores = turn(query) @ turn(key).mT / math.sqrt(query.shape[-1]) + bias
    values = (scores.softmax(-1) @ value).transpose(-2, -3).flatten(-2)
    return values @ parameters["out_proj.weight"].T + parameters["out_proj.bias"], scores.softmax(-1)


def test_an_attention_uses_its_rotary_positions():
    module, tokens = MultiHeadAttention(16, 2), torch.randn(3, 5, 16)
    module.positions = Rotary()
    angles = [[place * 1e4 ** (-2 * m / 8) for m in range(4)] for place in range(5)]
    values, weights = by_hand(module, tokens, turn=lambda tokens: turned(tokens, angles))
    attended = module(tokens)
    torch.testing.assert_close(attended.values.double(), values, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(attended.attention.dense().double(), weights, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("given_bias", [None, torch.linspace(-1, 1, 36).reshape(6, 6)])
@pytest.mark.parametrize("kind", [RelativeBias, RelativeBiasGrid])
def test_an_attention_adds_its_learned_bias_to_the_given_one(kind, given_bias):
    module, tokens = MultiHeadAttention(16, 2), torch.randn(3, 6, 16)
    part = kind(2, 3) if kind is RelativeBias else kind(2, 2, 3)
    before = module(tokens, bias=given_bias)
    module.positions = part
    heads = torch.randn(1, 2, 6, 8)
    torch.testing.assert_close(module(tokens, bias=given_bias).values, before.values)  # which starts at zero
    torch.nn.init.normal_(part.weight)
    bias = part(heads, heads).bias.detach().double() + (0 if given_bias is None else given_bias)
    values, _ = by_hand(module, tokens, bias=bias)
    attended = module(tokens, bias=given_bias)
    torch.testing.assert_close(attended.values.double(), values, rtol=1e-5, atol=1e-5)
    attended.values.square().sum().backward()
    assert part.weight.grad.any()


def test_extra_keys_have_no_place():
    module = MultiHeadAttention(16, 2, add_bias_kv=True, add_zero_attn=True)
    tokens = torch.randn(3, 5, 16)
    unplaced = module(tokens).attention.key[..., 5:, :]
    for part in (Rotary(), RelativeBias(2, 3)):
        module.positions = part
        attention = module(tokens).attention
        assert torch.equal(attention.key[..., 5:, :], unplaced)
        assert attention.bias is None or (attention.bias[..., 5:] == 0).all()


@pytest.mark.usefixtures("as_shipped")
def test_bad_sides_are_named():
    tokens = torch.zeros(1, 2, 7, 6)
    with pytest.raises(AttentionError, match="dim 5 cannot be rotated along 1 axes"):
        Rotary()(tokens[..., :5], tokens[..., :5])
    with pytest.raises(
        AttentionError, match="dim 6 cannot be rotated along 2 axes; give a dim per head that 4"
    ):
        RotaryGrid(3)(tokens, tokens)
    with pytest.raises(AttentionError, match="a grid of width 0"):
        RotaryGrid(0)
    with pytest.raises(AttentionError, match="farthest is -1"):
        RelativeBias(2, -1)
    with pytest.raises(AttentionError, match="a bias of 3 heads was given a query of 2 heads"):
        RelativeBias(3, 1)(tokens, tokens)
    with pytest.raises(AttentionError, match="a grid of 0 × 2 cells"):
        RelativeBiasGrid(2, 0, 2)
    with pytest.raises(AttentionError, match="7 tokens do not fit a grid of 2 × 3 cells"):
        RelativeBiasGrid(2, 2, 3)(tokens, tokens)
