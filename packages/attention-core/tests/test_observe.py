import threading

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.functional import scaled_dot_product_attention
from torch.nn.modules import module as torch_module

from attention_core import AttentionError, observe


class Attention(nn.Module):
    """Self-attention as timm writes it: one projection, and torch's function by some name."""

    def __init__(self, dim: int = 8, heads: int = 2, call=None):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.call = call

    def forward(self, tokens, **options):
        packed = self.qkv(tokens).unflatten(-1, (3, self.heads, -1)).movedim(-3, 0).transpose(-2, -3)
        values = (self.call or F.scaled_dot_product_attention)(*packed, **options)
        return values.transpose(-2, -3).flatten(-2)

    def weights(self, tokens, forbidden=None):
        """The matrix, in float64."""
        query, key, _ = self.qkv(tokens).double().unflatten(-1, (3, self.heads, -1)).movedim(-3, 0)
        scores = query.transpose(-2, -3) @ key.transpose(-2, -3).mT / query.shape[-1] ** 0.5
        return (scores if forbidden is None else scores.masked_fill(forbidden, -torch.inf)).softmax(-1)


class Imported(Attention):
    def forward(self, tokens):
        query, key, value = self.qkv(tokens).unflatten(-1, (3, self.heads, -1)).movedim(-3, 0)
        return scaled_dot_product_attention(*(each.transpose(-2, -3) for each in (query, key, value)))


class Stack(nn.Module):
    def __init__(self, *layers: nn.Module):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, tokens, times: int = 1):
        for _ in range(times):
            for layer in self.layers:
                tokens = tokens + layer(tokens)
        return tokens


def close(attention, weights):
    torch.testing.assert_close(attention.dense().double(), weights.double(), atol=1e-5, rtol=0)


def test_each_attention_is_found_by_the_path_of_its_module():
    model, tokens = Stack(Attention(), nn.Linear(8, 8), Attention()), torch.randn(2, 5, 8)
    with observe(model) as seen:
        model(tokens)
    assert list(seen) == ["layers.0", "layers.2"]
    close(seen["layers.0"], model.layers[0].weights(tokens))


def test_later_calls_of_a_module_are_numbered():
    shared = Attention()
    model = Stack(shared, shared)
    with observe(model) as seen:
        model(torch.randn(1, 3, 8), times=2)
    assert list(seen) == ["layers.0", "layers.0[1]", "layers.0[2]", "layers.0[3]"]
    assert len(seen) == 4


def test_a_model_that_is_an_attention_itself_has_no_path():
    model, tokens = Attention(), torch.randn(2, 5, 8)
    with observe(model) as seen:
        model(tokens)
    close(seen[""], model.weights(tokens))


@pytest.mark.parametrize("layers", ["layers.[02]", ["layers.0", "layers.2"], "layers.*.qkv"])
def test_layers_are_chosen_by_name_or_pattern(layers):
    model = Stack(*(Attention() for _ in range(3)))
    with observe(model, layers) as seen:
        model(torch.randn(1, 3, 8))
    assert list(seen) == ([] if layers == "layers.*.qkv" else ["layers.0", "layers.2"])


def test_a_chosen_module_stands_for_the_modules_inside_it():
    model = Stack(Stack(Attention()), Stack(Attention()))
    with observe(model, "layers.1") as seen:
        model(torch.randn(1, 3, 8))
    assert list(seen) == ["layers.1.layers.0"]


def test_a_summary_is_what_the_map_would_have_said():
    model, tokens, groups = Attention(), torch.randn(2, 6, 8), torch.arange(6) % 2
    with observe(model) as maps:
        model(tokens)
    with observe(model, keep="summary", groups=groups, k=3) as summaries:
        model(tokens)
    expected = maps[""].summary(groups=groups, k=3)
    assert summaries[""].keys() == expected.keys()
    assert summaries[""]["topk_weights"].shape == (2, 2, 6, 3)
    for name, array in expected.items():
        assert (summaries[""][name] == array).all(), name


def test_a_function_keeps_what_it_returns():
    model, tokens = Attention(), torch.randn(2, 6, 8)
    with observe(model, keep=lambda attention: attention.entropy().mean()) as seen:
        model(tokens)
    seen[""].backward()
    assert model.qkv.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("keep", ["maps", "summary"])
def test_neither_values_nor_gradients_nor_random_numbers_change(keep):
    model, tokens = Stack(Attention(), nn.MultiheadAttention(8, 2, dropout=0.5)), torch.randn(2, 5, 8)

    def run():
        torch.manual_seed(3)
        model.zero_grad()
        hidden = model.layers[0](tokens, dropout_p=0.3)
        values, _ = model.layers[1](hidden, hidden, hidden)
        values.square().sum().backward()
        return [
            values,
            torch.rand(1),
            *(each.grad.clone() for each in model.parameters() if each.grad is not None),
        ]

    before = run()
    with observe(model, keep=keep) as seen:
        during = run()
    assert list(seen) == ["layers.0", "layers.1"]
    assert all(torch.equal(*pair) for pair in zip(before, during, strict=True))


def test_dropout_is_left_out_of_the_map():
    model, tokens = Attention(), torch.randn(2, 5, 8)
    with observe(model) as seen:
        model(tokens, dropout_p=0.9)
    close(seen[""], model.weights(tokens))


def test_every_name_of_the_function_is_watched():
    from functools import partial

    model = Stack(
        Imported(),
        Attention(call=F.scaled_dot_product_attention),
        Attention(call=partial(scaled_dot_product_attention, scale=1.0)),
    )
    model.layers[0].register_forward_hook(lambda module, args, output: output.transpose(-2, -3).flatten(-2))
    with observe(model) as seen:
        model(torch.randn(2, 5, 8))
    assert list(seen) == ["layers.0", "layers.1", "layers.2"]
    assert seen["layers.2"].scale == 1.0


def watched_state():
    return (
        F.scaled_dot_product_attention,
        scaled_dot_product_attention,
        F.multi_head_attention_forward,
        torch._native_multi_head_attention,
        torch._transformer_encoder_layer_fwd,
        len(torch_module._global_forward_hooks),
        len(torch_module._global_forward_pre_hooks),
    )


def test_all_is_put_back_at_the_end_and_after_an_exception():
    partial = Attention(call=scaled_dot_product_attention)
    model, before = Stack(Attention(), partial), watched_state()
    with observe(model) as seen:
        assert watched_state()[:3] != before[:3]
        with pytest.raises(RuntimeError):
            model(torch.randn(2, 5, 7))
        model(torch.randn(2, 5, 8))
    assert list(seen) == ["layers.0", "layers.1"]
    assert watched_state() == before
    with pytest.raises(KeyboardInterrupt), observe(model):
        raise KeyboardInterrupt
    assert watched_state() == before
    assert partial.call is scaled_dot_product_attention


def test_what_another_put_in_place_meanwhile_stays():
    before = F.scaled_dot_product_attention
    with observe(nn.Linear(1, 1)):
        F.scaled_dot_product_attention = print
    assert F.scaled_dot_product_attention is print
    F.scaled_dot_product_attention = before


def test_a_name_taken_meanwhile_works_afterwards():
    model, tokens = Attention(), torch.randn(2, 5, 8)
    with observe(model) as first:
        model.call = F.scaled_dot_product_attention
    expected = Attention.forward(model, tokens)
    with observe(model) as second:
        assert torch.equal(model(tokens), expected)
    assert (len(first), len(second)) == (0, 1)


def test_observations_may_be_nested():
    model, tokens = Stack(Attention(), Attention()), torch.randn(2, 5, 8)
    before = watched_state()
    with observe(model, keep="summary") as outer:
        with observe(model.layers[1]) as inner:
            model(tokens)
        model(tokens)
    assert list(outer) == ["layers.0", "layers.1", "layers.0[1]", "layers.1[1]"]
    assert list(inner) == [""]
    assert watched_state() == before


def test_statistics_asked_inside_the_forward_are_no_attention_of_the_model():
    class Curious(Attention):
        def forward(self, tokens):
            values = super().forward(tokens)
            for attention in seen.values():
                attention.entropy(), attention.received(), attention.largest()
            return values

    model = Curious()
    with observe(model) as seen:
        model(torch.randn(2, 600, 8))
    assert list(seen) == [""]


def test_other_models_and_other_threads_are_not_seen():
    model, other, tokens = Attention(), Attention(), torch.randn(2, 5, 8)
    with observe(model) as seen:
        other(tokens)
        thread = threading.Thread(target=model, args=(tokens,))
        thread.start()
        thread.join()
    assert len(seen) == 0


def test_what_backward_recomputes_is_not_seen_again():
    class Saving(Stack):
        def forward(self, tokens):
            for layer in self.layers:
                tokens = torch.utils.checkpoint.checkpoint(layer, tokens, use_reentrant=False)
            return tokens

    model = Saving(Attention(), Attention())
    with observe(model) as seen:
        model(torch.randn(2, 5, 8)).sum().backward()
    assert list(seen) == ["layers.0", "layers.1"]


def test_inference_mode_is_seen():
    model, tokens = Attention(), torch.randn(2, 5, 8)
    mask = torch.zeros(5, 5)
    mask[:, 4] = -torch.inf
    with torch.inference_mode(), observe(model) as seen:
        model(tokens, attn_mask=mask.clone())
    close(seen[""], model.weights(tokens, mask < 0))


@torch.no_grad()
def test_keys_that_the_model_changes_later_are_summarised_in_time_and_no_map():
    class Cache(nn.Module):
        def forward(self, query, key):
            values = F.scaled_dot_product_attention(query, key, key)
            key.zero_()
            return values

    model, query, key = Cache(), torch.randn(2, 4, 3, 5), torch.randn(2, 4, 6, 5)
    weights = (query @ key.mT / 5**0.5).softmax(-1)
    with observe(model, keep="summary") as summaries:
        model(query, key.clone())
    with observe(model) as maps:
        model(query, key.clone())
    torch.testing.assert_close(torch.from_numpy(summaries[""]["largest"]), weights.amax(-1))
    with pytest.raises(AttentionError, match="in place"):
        maps[""].dense()


def test_maps_keep_their_graph():
    model, tokens = Attention(), torch.randn(2, 5, 8)
    with observe(model) as seen:
        model(tokens)
    seen[""].entropy().sum().backward()
    assert model.qkv.weight.grad.abs().sum() > 0


def test_what_is_seen_reads_like_a_mapping():
    model = Stack(Attention(), Attention())
    with observe(model) as seen:
        model(torch.randn(1, 3, 8))
    assert "layers.0" in seen
    assert "layers.7" not in seen
    assert seen.get("layers.7") is None
    assert repr(seen).splitlines()[:2] == [
        "Seen(2 calls)",
        "  'layers.0': StreamedMap(batch=[1], heads=2, queries=3, keys=3, torch.float32, cpu)",
    ]
    seen.clear()
    assert len(seen) == 0


def test_a_name_that_was_not_seen_is_answered_by_the_nearest():
    model = Stack(Attention(), Attention())
    with observe(model) as seen:
        model(torch.randn(1, 3, 8))
    with pytest.raises(
        KeyError, match=r"under 'layer.1', but under 2 other names.\n  did you mean 'layers.1'"
    ):
        seen["layer.1"]
    with observe(model) as seen, pytest.raises(AttentionError, match="nor any other"):
        seen["layers.1"]


def test_compiled_and_scripted_models_are_refused():
    with (
        pytest.raises(AttentionError, match=r"the model is compiled.*\n.*_orig_mod"),
        observe(torch.compile(Attention(), backend="eager")),
    ):
        pass
    model = Stack(Attention())
    model.layers[0].compile(backend="eager")
    with pytest.raises(AttentionError, match=r"layers.0 is compiled"), observe(model):
        pass


@torch.no_grad()
def test_a_function_compiled_inside_is_seen():
    class Inside(Attention):
        def forward(self, tokens):
            return self.compiled(tokens)

    model, tokens = Inside(), torch.randn(2, 5, 8)
    model.compiled = torch.compile(lambda tokens: Attention.forward(model, tokens), backend="eager")
    before = model(tokens)
    with observe(model) as seen:
        during = model(tokens)
    assert torch.equal(before, during)
    close(seen[""], model.weights(tokens))
    assert torch.equal(model(tokens), before)
    assert list(seen) == [""]


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    model = Stack(Attention())
    with (
        pytest.raises(AttentionError, match=r"layers='layer.0' meets no module.*\n.*'layers.0'"),
        observe(model, "layer.0"),
    ):
        pass
    with (
        pytest.raises(AttentionError, match=r"keep is 'all'; expected 'maps', 'summary'"),
        observe(model, keep="all"),
    ):
        pass
    with pytest.raises(AttentionError, match=r"groups and k are for keep='summary'"), observe(model, k=3):
        pass
    with pytest.raises(AttentionError, match=r"layers.0: topk\(9\)"), observe(model, keep="summary", k=9):
        model(torch.randn(1, 3, 8))
    with pytest.raises(AttentionError, match=r"layers.0: .*torch.func"), observe(model):
        torch.func.grad(lambda tokens: model(tokens).sum())(torch.randn(1, 3, 8))
