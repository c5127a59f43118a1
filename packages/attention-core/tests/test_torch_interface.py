import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from attention_core import AttentionError, MultiHeadAttention, TorchInterface

KINDS = [
    {},
    {"add_bias_kv": True},
    {"add_zero_attn": True, "bias": False},
    {"kdim": 7, "vdim": 5},
    {"kdim": 7, "add_bias_kv": True, "add_zero_attn": True},
]


@st.composite
def calls(draw):
    """A module of torch's and one call of it, in which every query may attend at least its first key."""
    random = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    kind, batch_first, batched = draw(st.sampled_from(KINDS)), draw(st.booleans()), draw(st.booleans())
    torch.manual_seed(draw(st.integers(0, 10_000)))
    module = nn.MultiheadAttention(12, 3, batch_first=batch_first, **kind).train(draw(st.booleans()))
    batch, queries, keys = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 5))
    alike = not kind.keys() & {"kdim", "vdim"} and draw(st.booleans())
    keys = queries if alike else keys
    widths = (12, module.kdim, module.vdim)
    tokens = [
        torch.randn(batch, length, width, generator=random)
        for length, width in zip((queries, keys, keys), widths, strict=True)
    ]
    tokens = tokens[:1] * 3 if alike else tokens
    if not batched:
        tokens = [given[0] for given in tokens]
    elif not batch_first:
        tokens = [given.transpose(0, 1) for given in tokens]
    tokens = tokens[:1] * 3 if alike else tokens

    def masked(*shape):
        """Nothing, torch's booleans, or numbers to add; never on the first key."""
        form = draw(st.sampled_from([None, bool, float]))
        out = torch.rand(shape, generator=random) < 0.4
        out[..., 0] = False
        numbers = torch.randn(shape, generator=random).masked_fill(out, -torch.inf)
        return {None: None, bool: out, float: numbers}[form]

    options = {
        "need_weights": draw(st.booleans()),
        "average_attn_weights": draw(st.booleans()),
        "key_padding_mask": masked(*((batch, keys) if batched else (keys,))),
        "is_causal": draw(st.booleans()),
    }
    if options["is_causal"]:
        options["attn_mask"] = torch.ones(queries, keys, dtype=torch.bool).triu(1)
    else:
        by_head = (batch * 3 if batched else 3, queries, keys)
        options["attn_mask"] = masked(*draw(st.sampled_from([(queries, keys), by_head])))
    return module, tokens, options


@given(calls())
@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask and attn_mask:UserWarning")
def test_it_answers_every_call_as_torch_does(call):
    module, tokens, options = call
    ours = TorchInterface.from_torch(module)
    if module.bias_k is not None or module.add_zero_attn:
        options["is_causal"] = False  # torch then hides the extra keys, but only where no weights are needed
    expected, expected_weights = module(*tokens, **options)
    values, weights = ours(*tokens, **options)
    torch.testing.assert_close(values, expected, rtol=1e-4, atol=1e-5)
    assert (weights is None) == (expected_weights is None)
    if weights is not None:
        torch.testing.assert_close(weights, expected_weights, rtol=1e-4, atol=1e-5)


def test_torch_forgets_its_extra_keys_where_we_do_not():
    theirs = nn.MultiheadAttention(8, 2, add_bias_kv=True, batch_first=True)
    tokens, out = torch.randn(2, 3, 8), torch.ones(3, 3, dtype=torch.bool).triu(1)
    options = {"attn_mask": out, "is_causal": True}
    with_weights, _ = theirs(tokens, tokens, tokens, **options)
    without, _ = theirs(tokens, tokens, tokens, need_weights=False, **options)
    assert not torch.allclose(with_weights, without)
    ours = TorchInterface.from_torch(theirs)
    for need_weights in (True, False):
        values, _ = ours(tokens, tokens, tokens, need_weights=need_weights, **options)
        torch.testing.assert_close(values, with_weights)


def test_a_query_without_keys_gets_zeros_whether_weights_are_needed_or_not():
    module = TorchInterface(MultiHeadAttention(8, 2, bias=False), batch_first=True)
    tokens, out = torch.randn(2, 3, 8), torch.zeros(3, 3, dtype=torch.bool)
    out[1] = True
    with_weights, weights = module(tokens, tokens, tokens, attn_mask=out)
    without, _ = module(tokens, tokens, tokens, attn_mask=out, need_weights=False)
    assert torch.equal(with_weights, without)
    assert (with_weights[:, 1] == 0).all()
    assert (weights[:, 1] == 0).all()


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_it_stands_in_for_torchs_module_in_torchs_encoder(batch_first, training):
    layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=batch_first)
    encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).train(training)
    tokens, padding = torch.randn(2, 4, 8), torch.zeros(2, 4, dtype=torch.bool)
    padding[1, 2:] = True
    given_tokens = tokens if batch_first else tokens.transpose(0, 1)
    seen = []
    with torch.no_grad():
        expected = encoder(given_tokens, src_key_padding_mask=padding)
        for layer in encoder.layers:
            layer.self_attn = TorchInterface.from_torch(layer.self_attn)
            layer.self_attn.attention.register_forward_hook(lambda *call: seen.append(call[-1].attention))
        got = encoder(given_tokens, src_key_padding_mask=padding)
    torch.testing.assert_close(got, expected)
    assert [attention.shape for attention in seen] == [(2, 2, 4, 4)] * 2


@pytest.mark.usefixtures("as_shipped")
def test_bad_calls_are_named():
    module = TorchInterface(MultiHeadAttention(8, 2))
    tokens = torch.zeros(3, 2, 8)
    with pytest.raises(AttentionError, match="give attn_mask as well"):
        module(tokens, tokens, tokens, is_causal=True)
    with pytest.raises(AttentionError, match=r"attn_mask of shape \[3, 3, 3\] does not fit a batch of 2"):
        module(tokens, tokens, tokens, attn_mask=torch.zeros(3, 3, 3))
    with pytest.raises(AttentionError, match=r"mask of shape \[2, 1, 1, 4\]"):
        module(tokens, tokens, tokens, key_padding_mask=torch.zeros(2, 4, dtype=torch.bool))
