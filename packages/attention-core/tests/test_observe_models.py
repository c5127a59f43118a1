"""Models of transformers and timm, small and with random weights, on the attention they choose by default."""

import pytest
import timm
import torch
import transformers
from torch import nn

from attention_core import observe

SIDES = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
}


def bert(attention: str | None = None) -> nn.Module:
    torch.manual_seed(1)
    config = transformers.BertConfig(
        **SIDES, vocab_size=50, max_position_embeddings=32, attn_implementation=attention
    )
    return transformers.BertModel(config).eval()


def llama(attention: str | None = None) -> nn.Module:
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        **SIDES,
        vocab_size=50,
        num_key_value_heads=2,
        max_position_embeddings=32,
        attn_implementation=attention,
    )
    return transformers.LlamaForCausalLM(config).eval()


def vit(attention: str | None = None) -> nn.Module:
    torch.manual_seed(1)
    config = transformers.ViTConfig(**SIDES, image_size=16, patch_size=4, attn_implementation=attention)
    return transformers.ViTModel(config).eval()


def words(padded: bool) -> dict[str, torch.Tensor]:
    mask = torch.ones(2, 7, dtype=torch.long)
    mask[1, 5:] = 0
    return {"input_ids": torch.randint(0, 50, (2, 7))} | ({"attention_mask": mask} if padded else {})


def pixels(padded: bool) -> dict[str, torch.Tensor]:
    return {"pixel_values": torch.randn(2, 3, 16, 16)}


MODELS = [
    (bert, words, False),
    (bert, words, True),
    (llama, words, False),
    (llama, words, True),
    (vit, pixels, False),
]


def outputs(model, given) -> torch.Tensor:
    found = model(**given)
    return found.logits if "logits" in found else found.last_hidden_state


@pytest.mark.parametrize(("build", "inputs", "padded"), MODELS)
@torch.no_grad()
def test_a_model_on_its_default_attention_is_seen_as_it_is_and_equals_the_eager_weights(
    build, inputs, padded
):
    model, given = build(), inputs(padded)
    assert model.config._attn_implementation == "sdpa"
    before = outputs(model, given)
    with observe(model) as seen:
        during = outputs(model, given)
    assert torch.equal(before, during)
    eager = build("eager")(**given, output_attentions=True).attentions
    assert len(seen) == len(eager) == 3
    for attention, weights in zip(seen.values(), eager, strict=True):
        torch.testing.assert_close(attention.dense(), weights, atol=1e-5, rtol=0)


def test_layers_have_the_names_of_their_modules():
    names = {}
    for build, inputs, padded in MODELS[1::2] + MODELS[-1:]:
        model = build()
        with observe(model, "*layer*.1") as seen:
            model(**inputs(padded))
        (names[build.__name__],) = seen
        model.get_submodule(names[build.__name__])
    assert names["bert"] == "encoder.layer.1.attention.self"
    assert names["llama"] == "model.layers.1.self_attn"


def test_gradients_of_a_decoder_stay_as_they_are():
    model, given = llama().train(), words(False)

    def gradients():
        model.zero_grad()
        model(**given, labels=given["input_ids"]).loss.backward()
        return [parameter.grad.clone() for parameter in model.parameters()]

    before = gradients()
    with observe(model, keep="summary") as seen:
        during = gradients()
    assert all(torch.equal(*pair) for pair in zip(before, during, strict=True))
    assert seen["model.layers.0.self_attn"]["entropy"].shape == (2, 4, 7)


@torch.no_grad()
def test_every_step_of_generation_is_a_call():
    model = llama()
    with observe(model, "model.layers.0") as seen:
        model.generate(torch.randint(0, 50, (1, 4)), max_new_tokens=3, do_sample=False, pad_token_id=0)
    assert [tuple(attention.shape[-2:]) for attention in seen.values()] == [(4, 4), (1, 5), (1, 6)]
    assert list(seen)[-1] == "model.layers.0.self_attn[2]"


@torch.no_grad()
def test_eager_attention_is_not_seen_and_the_message_says_how():
    model = bert("eager")
    with observe(model) as seen:
        model(**words(False))
    with pytest.raises(KeyError, match="attn_implementation='sdpa'"):
        seen["encoder.layer.0.attention.self"]


@pytest.mark.parametrize("fused", [True, False])
@torch.no_grad()
def test_a_vision_transformer_of_timm_is_seen_where_it_is_fused(fused):
    model = timm.create_model("vit_tiny_patch16_224", img_size=32, depth=2, embed_dim=16, num_heads=4).eval()
    images = torch.randn(2, 3, 32, 32)
    for block in model.blocks:
        block.attn.fused_attn = fused
    before = model(images)
    with observe(model) as seen:
        assert torch.equal(before, model(images))
    assert list(seen) == (["blocks.0.attn", "blocks.1.attn"] if fused else [])


@torch.no_grad()
def test_the_map_of_a_vision_transformer_is_that_of_its_unfused_attention():
    model = timm.create_model("vit_tiny_patch16_224", img_size=32, depth=2, embed_dim=16, num_heads=4).eval()
    images, weights = torch.randn(2, 3, 32, 32), []
    with observe(model) as seen:
        model(images)
    for block in model.blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop.register_forward_hook(lambda module, args, output: weights.append(output))
    model(images)
    for attention, expected in zip(seen.values(), weights, strict=True):
        torch.testing.assert_close(attention.dense(), expected, atol=1e-5, rtol=0)
