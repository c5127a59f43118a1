"""Attention layers of this house are seen whichever kernel they take."""

import pytest
import torch
from torch import nn

from attention_core import CrossAttentionBlock, MultiHeadAttention, RelativeBias, collect_received, observe
from attention_core.received import CollectedMap


class Asking(nn.Module):
    """Takes statistics of its own attention in its forward."""

    def __init__(self, dropout: float = 0.0, **options):
        super().__init__()
        self.attention = MultiHeadAttention(8, 2, dropout=dropout)
        self.options = options

    def forward(self, tokens):
        self.returned = self.attention(tokens, **self.options)
        return self.returned.values + self.returned.attention.apply(tokens).sum(1)


def relative():
    model = Asking()
    model.attention.positions = RelativeBias(2, 3)
    return model


MODELS = {
    "plain": Asking,
    "causal": lambda: Asking(causal=True),
    "masked and causal": lambda: Asking(causal=True, mask=torch.arange(600) % 3 > 0),
    "dropout": lambda: Asking(dropout=0.5),
    "learned bias": relative,
}


@pytest.mark.parametrize("tokens", [5, 600])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_each_attention_is_seen_once_and_is_the_very_map(model, tokens):
    model, states = model(), torch.randn(1, 600, 8)
    if "mask" not in model.options:
        states = states[:, :tokens]
    with observe(model) as seen:
        model(states)
    assert list(seen) == ["attention"]
    assert seen["attention"] is model.returned.attention


def test_maps_that_collect_are_seen():
    model, tokens = MultiHeadAttention(8, 2), torch.randn(2, 600, 8)
    with observe(model) as seen, collect_received(model):
        values, attention = model(tokens)
    values.sum().backward()
    assert type(seen[""]) is CollectedMap
    torch.testing.assert_close(seen[""].received(), attention.plain().received().detach())


def test_blocks_are_seen_by_the_path_of_their_attention():
    model = CrossAttentionBlock(8, 2)
    with observe(model, keep="summary") as seen:
        model(torch.randn(1, 3, 8), torch.randn(1, 600, 8))
    assert [summary["entropy"].shape for summary in seen.values()] == [(1, 2, 3)]


@pytest.mark.filterwarnings("ignore")
def test_a_compiled_function_breaks_its_graph_and_is_seen():
    model, tokens = Asking(), torch.randn(1, 5, 8)
    expected = model(tokens)
    call = torch.compile(lambda tokens: model(tokens), backend="eager")
    with observe(model) as seen:
        found = call(tokens)
    torch.testing.assert_close(found, expected)
    assert list(seen) == ["attention"]
