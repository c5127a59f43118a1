import pytest
import torch
from hypothesis import Phase, given, settings
from torch import nn

from attention_core import (
    AttentionError,
    HeadGates,
    MultiHeadAttention,
    RelativeBias,
    Rotary,
    TokenHeadGates,
)
from attention_core.testing import Case, as_cross_attention, assert_attention_contract, cases

# A case is small already, and the contract too long to be shrunk.
few = settings(max_examples=4, phases=(Phase.explicit, Phase.reuse, Phase.generate))


WIDTHS = {
    "packed": ({}, 12, 12),
    "separate": ({"kdim": 7, "vdim": 5}, 7, 5),
    "separate_key": ({"kdim": 7}, 7, 12),
    "equal_but_named": ({"kdim": 12, "vdim": 12}, 12, 12),
}
EXTRAS = [
    {},
    {"add_bias_kv": True},
    {"add_zero_attn": True},
    {"add_bias_kv": True, "add_zero_attn": True},
]


def twins(**options) -> tuple[nn.MultiheadAttention, MultiHeadAttention]:
    """Torch's module with all parameters drawn, and ours with its state dict."""
    theirs = nn.MultiheadAttention(12, 3, batch_first=True, **options)
    for parameter in theirs.parameters():
        nn.init.normal_(parameter, std=0.3)
    ours = MultiHeadAttention(12, 3, **options)
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def tokens_of(kdim=12, vdim=12):
    return torch.randn(2, 4, 12), torch.randn(2, 5, kdim), torch.randn(2, 5, vdim)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("extras", EXTRAS)
@pytest.mark.parametrize("widths", WIDTHS)
def test_it_equals_torch_with_the_same_state_dict(widths, extras, bias):
    options, kdim, vdim = WIDTHS[widths]
    theirs, ours = twins(bias=bias, **options, **extras)
    tokens = tokens_of(kdim, vdim)
    expected, weights = theirs(*tokens, average_attn_weights=False)
    values, attention = ours(*tokens)
    torch.testing.assert_close(values, expected)
    torch.testing.assert_close(attention.dense(), weights)


@pytest.mark.parametrize("extras", EXTRAS)
@pytest.mark.parametrize("widths", WIDTHS)
def test_its_state_dict_loads_into_torch(widths, extras):
    options, kdim, vdim = WIDTHS[widths]
    ours = MultiHeadAttention(12, 3, **options, **extras)
    theirs = nn.MultiheadAttention(12, 3, batch_first=True, **options, **extras)
    theirs.load_state_dict(ours.state_dict())
    tokens = tokens_of(kdim, vdim)
    torch.testing.assert_close(theirs(*tokens)[0], ours(*tokens).values)
    names = [[name for name, _ in module.named_parameters()] for module in (theirs, ours)]
    assert names[0] == names[1]


@pytest.mark.parametrize("extras", EXTRAS)
@pytest.mark.parametrize("widths", WIDTHS)
def test_it_is_made_from_torchs_module(widths, extras):
    options, kdim, vdim = WIDTHS[widths]
    theirs = nn.MultiheadAttention(12, 3, 0.25, **options, **extras, dtype=torch.float64).eval()
    ours = MultiHeadAttention.from_torch(theirs)
    assert (ours.dropout, ours.training) == (0.25, False)
    tokens = [tensor.double() for tensor in tokens_of(kdim, vdim)]
    expected, _ = theirs(*(tensor.transpose(0, 1) for tensor in tokens))
    torch.testing.assert_close(ours(*tokens).values, expected.transpose(0, 1))


@pytest.mark.parametrize("extras", EXTRAS[1:])
@pytest.mark.parametrize("causal", [True, False])
def test_extra_keys_stand_behind_the_given_ones_and_no_mask_reaches_them(extras, causal):
    theirs, ours = twins(**extras)
    query, key, value = tokens_of()
    padding, bias = torch.tensor([[True] * 5, [False] * 5]), torch.randn(4, 5)
    order = torch.ones(4, 5, dtype=torch.bool).tril() if causal else torch.ones(4, 5, dtype=torch.bool)
    expected, weights = theirs(
        query,
        key,
        value,
        attn_mask=bias.masked_fill(~order, -torch.inf),
        key_padding_mask=torch.zeros(2, 5).masked_fill(~padding, -torch.inf),
        average_attn_weights=False,
    )
    values, attention = ours(query, key, value, mask=padding[:, None, None], bias=bias, causal=causal)
    torch.testing.assert_close(values, expected)
    torch.testing.assert_close(attention.dense(), weights)
    assert attention.shape[-1] == 5 + len(extras)
    assert (attention.dense()[1, ..., 5:].sum(-1) - 1).abs().max() < 1e-6
    if "add_zero_attn" in extras:
        assert (attention.key[..., -1, :] == 0).all()
    key[1] = value[1] = torch.nan
    assert torch.equal(
        ours(query, key, value, mask=padding[:, None, None], bias=bias, causal=causal)[0], values
    )


def test_it_lies_where_it_is_asked_to():
    module = MultiHeadAttention(8, 2, add_bias_kv=True, kdim=4, device="meta", dtype=torch.float16)
    assert {(str(p.device), p.dtype) for p in module.parameters()} == {("meta", torch.float16)}


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


def test_all_ways_to_forbid_a_pair_agree():
    """Padding and causal order, as masks of either shape and as a bias of −inf."""
    module, tokens = MultiHeadAttention(8, 2), torch.randn(2, 5, 8)
    order, held = torch.ones(5, 5, dtype=torch.bool).tril(), torch.arange(5) < torch.tensor([[5], [3]])
    pairs = order & held[:, None, None]
    expected = module(tokens, mask=pairs)
    for forbidding in (
        {"mask": held[:, None, None], "causal": True},
        {"mask": pairs.expand(2, 2, 5, 5)},
        {"bias": torch.zeros(pairs.shape).masked_fill(~pairs, -torch.inf)},
        {"mask": order, "bias": torch.zeros(2, 1, 1, 5).masked_fill(~held[:, None, None], -torch.inf)},
    ):
        values, attention = module(tokens, **forbidding)
        torch.testing.assert_close(values, expected.values)
        torch.testing.assert_close(attention.dense(), expected.attention.dense())
        torch.testing.assert_close(attention.entropy(), expected.attention.entropy())


def test_gradients_equal_those_of_torch():
    theirs, ours = twins()
    query, key = torch.randn(2, 4, 12), torch.randn(2, 5, 12)
    theirs(query, key, key)[0].square().sum().backward()
    ours(query, key)[0].square().sum().backward()
    for own, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(own.grad, other.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("extras", EXTRAS)
@pytest.mark.parametrize("widths", WIDTHS)
def test_a_seed_draws_the_parameters_that_it_draws_in_torch(widths, extras):
    options = {**WIDTHS[widths][0], **extras}
    torch.manual_seed(1)
    theirs = nn.MultiheadAttention(64, 4, **options).state_dict()
    torch.manual_seed(1)
    ours = MultiHeadAttention(64, 4, **options).state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def test_the_value_is_the_key_where_none_is_given():
    ours = MultiHeadAttention(8, 2)
    query, key = torch.randn(3, 8), torch.randn(5, 8)
    assert torch.equal(ours(query, key).values, ours(query, key, key).values)
    assert torch.equal(ours(query).values, ours(query, query, query).values)


def across(module):
    """Cross-attention as the contract asks it."""

    def layer(query, key, mask):
        return module.to(query.dtype)(query, key, mask=None if mask is None else mask[:, None])

    return layer


@few
@given(cases())
def test_cross_attention_keeps_the_contract(case):
    assert_attention_contract(across(MultiHeadAttention(8, 2)), case)


def test_it_keeps_the_contract_where_no_matrix_is_formed():
    query, key = (torch.randn(1, tokens, 8, dtype=torch.float64) for tokens in (3, 600))
    mask = torch.rand(1, 3, 600) < 0.5
    mask[:, 1] = False
    assert_attention_contract(across(MultiHeadAttention(8, 2)), Case(query, key, mask))


@pytest.mark.parametrize("kind", [HeadGates, TokenHeadGates])
def test_with_gates_it_keeps_the_contract(kind):
    module = MultiHeadAttention(8, 2)
    module.gates = kind(2) if kind is HeadGates else kind(8, 2)
    assert_attention_contract(across(module))


@pytest.mark.parametrize("kind", [Rotary, RelativeBias])
def test_with_positions_it_keeps_the_contract_but_where_places_count(kind):
    module = MultiHeadAttention(8, 2)
    module.positions = Rotary() if kind is Rotary else RelativeBias(2, 3)
    for parameter in module.positions.parameters():
        nn.init.normal_(parameter)
    places_count = [
        "the order of keys does not matter",
        "a repeated key shares its weight",
        "queries do not touch",
    ]
    assert_attention_contract(across(module), except_for=places_count)


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
