"""Torch's own layers under observation, on and off their fast paths."""

from collections import Counter

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from attention_core import observe

FAST = (
    "_transformer_encoder_layer_fwd",
    "_native_multi_head_attention",
    "_scaled_dot_product_flash_attention_for_cpu",
)


class Kernels(TorchDispatchMode):
    """Counts the fused kernels that are called."""

    def __init__(self):
        super().__init__()
        self.calls = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        self.calls.update([name] if name in FAST else [])
        return func(*args, **(kwargs or {}))


def kernels(call) -> Counter:
    with Kernels() as counted:
        call()
    return counted.calls


def explicit(module: nn.MultiheadAttention, query, key=None, value=None, **masks):
    """The weights that torch forms itself."""
    key = query if key is None else key
    module = module.train(False)
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    weights = module(query, key, key if value is None else value, average_attn_weights=False, **masks)[1]
    torch.backends.mha.set_fastpath_enabled(before)
    return weights


def close(attention, weights):
    torch.testing.assert_close(attention.dense(), weights, atol=1e-5, rtol=0)


def same(before, during):
    assert torch.equal(before, during)


OPTIONS = [
    {},
    {"bias": False},
    {"add_bias_kv": True},
    {"add_zero_attn": True},
    {"kdim": 6, "vdim": 10},
    {"add_bias_kv": True, "add_zero_attn": True, "kdim": 8, "vdim": 8},
]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "+".join(options) or "plain")
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_every_kind_of_multihead_attention_is_seen(options, need_weights, masked):
    module = nn.MultiheadAttention(8, 2, batch_first=True, **options)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3)
    query = torch.randn(2, 4, 8)
    key, value = torch.randn(2, 5, options.get("kdim", 8)), torch.randn(2, 5, options.get("vdim", 8))
    masks = {}
    if masked:
        masks = {
            "attn_mask": torch.ones(4, 5).triu(2).bool(),
            "key_padding_mask": torch.tensor([[False] * 5, [False] * 4 + [True]]),
        }
    before = module(query, key, value, need_weights=need_weights, **masks)
    with observe(module) as seen:
        during = module(query, key, value, need_weights=need_weights, **masks)
    assert list(seen) == [""]
    same(before[0], during[0])
    if need_weights:
        same(before[1], during[1])
    close(seen[""], explicit(module, query, key, value, **masks))


@pytest.mark.parametrize("batch_first", [True, False])
def test_the_layout_of_tokens_does_not_matter(batch_first):
    module, tokens = nn.MultiheadAttention(8, 2, batch_first=batch_first), torch.randn(3, 5, 8)
    with observe(module) as seen:
        module(tokens, tokens, tokens)
    close(seen[""], explicit(module, tokens))


def test_without_a_batch_the_map_has_a_batch_of_one():
    module, tokens = nn.MultiheadAttention(8, 2), torch.randn(5, 8)
    with observe(module) as seen:
        module(tokens, tokens, tokens)
    close(seen[""], explicit(module, tokens)[None])


def test_a_causal_hint_is_followed_only_where_torch_follows_it():
    module, tokens = nn.MultiheadAttention(8, 2, batch_first=True), torch.randn(2, 5, 8)
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    for need_weights in (True, False):
        with observe(module) as seen:
            module(tokens, tokens, tokens, attn_mask=mask, is_causal=True, need_weights=need_weights)
        close(seen[""], explicit(module, tokens, attn_mask=mask))


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize(
    "masks",
    [
        {},
        {"attn_mask": torch.ones(5, 5).triu(1).bool()},
        {"key_padding_mask": torch.tensor([[False] * 5, [False, True, False, False, True]])},
        {
            "attn_mask": torch.ones(5, 5).triu(1).bool(),
            "key_padding_mask": torch.tensor([[False] * 5, [False, True, False, False, True]]),
        },
    ],
    ids=["plain", "pairs", "padding", "both"],
)
def test_the_fast_path_of_multihead_attention_is_kept_and_seen(masks, need_weights):
    module, tokens = nn.MultiheadAttention(8, 2, batch_first=True).eval(), torch.randn(2, 5, 8)

    def call():
        return module(tokens, tokens, tokens, need_weights=need_weights, **masks)

    with torch.no_grad():
        before = call()
        with observe(module) as seen:
            during = call()
            assert kernels(call)["_native_multi_head_attention"] == 1
    same(before[0], during[0])
    close(seen[""], explicit(module, tokens, **masks))


def encoder(**options) -> nn.TransformerEncoder:
    torch.manual_seed(1)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.1, **options)
    model = nn.TransformerEncoder(layer, 3, enable_nested_tensor=not options).eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    return model


def inputs_of_attention(model, tokens):
    """What each layer's attention is given, layer by layer."""
    for layer in model.layers:
        yield layer.self_attn, layer.norm1(tokens) if layer.norm_first else tokens
        tokens = layer(tokens)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("keep", ["maps", "summary"])
def test_an_encoder_is_seen_on_its_fast_path(norm_first, keep):
    model, tokens = encoder(norm_first=norm_first), torch.randn(2, 5, 8)
    with torch.no_grad():
        before, unseen = model(tokens), kernels(lambda: model(tokens))
        with observe(model, keep=keep) as seen:
            during = model(tokens)
            assert kernels(lambda: model(tokens))["_transformer_encoder_layer_fwd"] == 3
        assert unseen["_transformer_encoder_layer_fwd"] == 3
        same(before, during)
        assert list(seen)[:3] == [f"layers.{layer}.self_attn" for layer in range(3)]
        if keep == "maps":
            for attention, (module, given) in zip(
                seen.values(), inputs_of_attention(model, tokens), strict=False
            ):
                close(attention, explicit(module, given))


@pytest.mark.parametrize("training", [False, True])
def test_an_encoder_is_seen_off_its_fast_path(training):
    model, tokens = encoder().train(training), torch.randn(2, 5, 8)
    torch.manual_seed(2)
    before = model(tokens)
    torch.manual_seed(2)
    with observe(model) as seen:
        during = model(tokens)
    same(before, during)
    assert list(seen) == [f"layers.{layer}.self_attn" for layer in range(3)]
    if not training:
        for attention, (module, given) in zip(seen.values(), inputs_of_attention(model, tokens), strict=True):
            close(attention, explicit(module, given))


def test_a_masked_encoder_is_seen_on_its_fast_path():
    model, tokens = encoder(), torch.randn(2, 5, 8)
    masks = {
        "mask": torch.ones(5, 5).triu(1).bool(),
        "src_key_padding_mask": torch.tensor([[False] * 5, [False] * 4 + [True]]),
    }
    with torch.no_grad():
        before = model(tokens, **masks)
        with observe(model) as seen:
            same(before, model(tokens, **masks))
    forbidden = masks["mask"] | masks["src_key_padding_mask"][:, None, None]
    assert not seen["layers.2.self_attn"].dense()[forbidden.expand(2, 2, 5, 5)].any()
    close(
        seen["layers.0.self_attn"],
        explicit(
            model.layers[0].self_attn,
            tokens,
            attn_mask=masks["mask"],
            key_padding_mask=masks["src_key_padding_mask"],
        ),
    )


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_packed_sequences_are_seen_side_by_side():
    model, tokens = encoder(), torch.randn(3, 6, 8)
    lengths = torch.tensor([2, 5, 4])
    padding = torch.arange(6) >= lengths[:, None]

    def call():
        return model(tokens, src_key_padding_mask=padding)

    with torch.no_grad():
        before = call()
        with observe(model) as seen:
            same(before, call())
            assert kernels(call)["_transformer_encoder_layer_fwd"] == 3
    attention = seen["layers.0.self_attn"].dense()
    assert attention.shape == (3, 2, 5, 5)
    expected = explicit(model.layers[0].self_attn, tokens[:, :5], key_padding_mask=padding[:, :5])
    expected = expected.masked_fill(padding[:, None, :5, None], 0.0)
    torch.testing.assert_close(attention, expected, atol=1e-5, rtol=0)


def test_a_whole_transformer_is_seen():
    model = nn.Transformer(8, 2, 2, 2, 16, batch_first=True).eval()
    source, target = torch.randn(2, 5, 8), torch.randn(2, 4, 8)
    with torch.no_grad():
        before = model(source, target)
        with observe(model, "decoder") as seen:
            same(before, model(source, target))
    assert list(seen) == [
        f"decoder.layers.{layer}.{name}" for layer in range(2) for name in ("self_attn", "multihead_attn")
    ]
    assert seen["decoder.layers.1.multihead_attn"].shape == (2, 2, 4, 5)


def test_gradients_are_those_of_the_unobserved_encoder():
    model, tokens = encoder(), torch.randn(2, 5, 8)

    def gradients():
        model.zero_grad()
        model(tokens).square().sum().backward()
        return [parameter.grad.clone() for parameter in model.parameters()]

    before = gradients()
    with observe(model) as seen:
        during = gradients()
    assert len(seen) == 3
    assert all(torch.equal(*pair) for pair in zip(before, during, strict=True))
