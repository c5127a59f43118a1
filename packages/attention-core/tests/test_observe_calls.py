"""What is read from the arguments of torch's function."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from attention_core import observe
from attention_core.observation.calls import split_mask

FORBIDDEN = torch.ones(5, 5).triu(1).bool()
LOWEST = torch.finfo(torch.float32).min


class Attention(nn.Module):
    """One call, with its arguments."""

    def forward(self, query, key, **options):
        return F.scaled_dot_product_attention(query, key, key, **options)


def seen_of(query, key, **options):
    """The map of the call."""
    with observe(model := Attention()) as seen:
        model(query, key, **options)
    return seen[""]


def tokens():
    return torch.randn(2, 4, 5, 8), torch.randn(2, 4, 5, 8)


def scores(query, key):
    return query.double() @ key.double().mT / math.sqrt(query.shape[-1])


def assert_weights(attention, weights):
    torch.testing.assert_close(attention.dense().double(), weights.double(), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "options",
    [
        {"is_causal": True},
        {"attn_mask": ~FORBIDDEN},
        {"attn_mask": torch.zeros(5, 5).masked_fill(FORBIDDEN, -torch.inf)},
        {"attn_mask": torch.zeros(2, 1, 5, 5).masked_fill(FORBIDDEN, LOWEST)},
    ],
    ids=["causal", "boolean", "infinite", "lowest"],
)
def test_what_is_forbidden_in_any_way_has_no_weight(options):
    query, key = tokens()
    attention = seen_of(query, key, **options)
    assert_weights(attention, scores(query, key).masked_fill(FORBIDDEN, -torch.inf).softmax(-1))
    assert not attention.allowed()[..., FORBIDDEN].any()
    assert attention.bias is None


def test_a_mask_of_numbers_may_add_and_forbid():
    (query, key), added = tokens(), torch.randn(2, 1, 5, 5)
    added[..., 4] = LOWEST
    attention = seen_of(query, key, attn_mask=added)
    assert attention.mask is not None
    assert_weights(attention, (scores(query, key) + added).softmax(-1))


def test_a_row_of_nothing_but_the_lowest_number_attends_nothing():
    query, key = tokens()
    mask = torch.zeros(5, 5)
    mask[2] = LOWEST
    dense = seen_of(query, key, attn_mask=mask).dense()
    assert not dense[..., 2, :].any()
    torch.testing.assert_close(dense.sum(-1)[..., [0, 1, 3, 4]], torch.ones(2, 4, 4))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_large_negative_numbers_above_half_of_the_lowest_are_added(dtype):
    allowed, added = split_mask(torch.tensor([[0.0, -1e4, torch.finfo(dtype).min]]).to(dtype))
    assert allowed.tolist() == [[True, True, False]]
    assert added.tolist() == [[0.0, torch.tensor(-1e4, dtype=dtype).item(), 0.0]]


def test_calls_that_share_a_mask_share_what_is_made_of_it():
    (query, key), shared = tokens(), torch.zeros(2, 1, 5, 5)
    shared[..., 3:] = LOWEST
    with observe(model := Attention()) as seen:
        model(query, key, attn_mask=shared[..., :5])
        model(query, key, attn_mask=shared[..., :5])
        shared[..., 2] = -1.0
        model(query, key, attn_mask=shared)
    assert seen[""].mask is seen["[1]"].mask
    assert seen["[1]"].bias is None
    assert_weights(seen["[2]"], (scores(query, key) + shared).softmax(-1))


def test_a_learned_bias_keeps_its_gradient():
    (query, key), bias = tokens(), torch.zeros(5, 5, requires_grad=True)
    seen_of(query, key, attn_mask=bias).largest().sum().backward()
    assert bias.grad.abs().sum() > 0


def test_scale_and_grouped_heads_are_those_of_the_call():
    query, key = torch.randn(2, 4, 3, 5), torch.randn(2, 2, 6, 5)
    attention = seen_of(query, key, scale=2, enable_gqa=True)
    assert_weights(attention, (2 * query.double() @ key.double().repeat_interleave(2, 1).mT).softmax(-1))


@pytest.mark.parametrize("shapes", [((3, 5), (6, 5)), ((2, 3, 5), (2, 6, 5)), ((1, 4, 3, 5), (2, 4, 6, 5))])
def test_axes_that_the_call_leaves_out_are_there_in_the_map(shapes):
    query, key = (torch.randn(shape) for shape in shapes)
    mask = torch.rand(3, 6) < 0.7
    mask[:, 0] = True
    weights = scores(query, key).masked_fill(~mask, -torch.inf).softmax(-1)
    assert_weights(
        seen_of(query, key, attn_mask=mask), weights if weights.ndim == 4 else weights.unsqueeze(-3)
    )


def test_dropout_is_left_out_of_the_map():
    query, key = tokens()
    assert_weights(seen_of(query, key, dropout_p=0.9), scores(query, key).softmax(-1))


def test_autocast_lowers_what_the_map_is_made_of():
    query, key = tokens()
    with torch.autocast("cpu", torch.bfloat16):
        attention = seen_of(query, key)
    assert attention.query.dtype is attention.key.dtype is torch.bfloat16
    assert_weights(attention, scores(query.bfloat16(), key.bfloat16()).softmax(-1))
