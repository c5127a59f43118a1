import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.overrides import TorchFunctionMode
from torch.profiler import ProfilerActivity, profile

from attention_core import AttentionError, attend, row_blocks, streaming
from attention_core.testing import assert_attention_contract


def by_hand(query, key, value, mask=None, bias=None, causal=False, scale=None):
    """Softmax attention in float64, head by head and row by row."""
    query, key, value = query.double(), key.double(), value.double()
    *batch, heads, queries, dim = query.shape
    keys, group = key.shape[-2], heads // key.shape[-3]
    scale = dim**-0.5 if scale is None else scale
    mask = torch.ones((), dtype=torch.bool) if mask is None else mask
    mask = mask.expand(*batch, heads, queries, keys)
    bias = torch.zeros(()) if bias is None else bias
    bias = bias.double().expand(*batch, heads, queries, keys)
    weights = torch.zeros(*batch, heads, queries, keys, dtype=torch.float64)
    for place in torch.cartesian_prod(*(torch.arange(size) for size in (*batch, heads, queries))).tolist():
        *item, head, row = place
        scores = key[(*item, head // group)] @ query[tuple(place)] * scale + bias[tuple(place)]
        free = [
            j for j in range(keys) if mask[(*place, j)] and scores[j] > -math.inf and not (causal and j > row)
        ]
        if free:
            exponents = [math.exp(scores[j] - max(scores[free])) for j in free]
            weights[(*place, free)] = torch.tensor(exponents, dtype=torch.float64) / sum(exponents)
    used = (weights > 0).any(-2, keepdim=True).mT
    return weights, weights @ torch.where(used, value.repeat_interleave(group, -3), 0.0)


@st.composite
def attention_inputs(draw):
    """Shapes, masks and options of one call, content drawn by seed."""
    random = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    batch = draw(st.sampled_from([(), (2,), (2, 1), (2, 3)]))
    key_heads, group = draw(st.sampled_from([(1, 1), (2, 1), (1, 2), (2, 3)]))
    queries, keys, dim = draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 4))
    heads = key_heads * group
    query = torch.randn(*batch, heads, queries, dim, generator=random)
    key = torch.randn(*batch, key_heads, keys, dim, generator=random)
    value = torch.randn(*batch, key_heads, keys, draw(st.sampled_from([dim, 3])), generator=random)
    full = (*batch, heads, queries, keys)
    shape = draw(
        st.sampled_from([None, full, (queries, keys), (keys,), (heads, 1, keys), (*batch, 1, 1, keys)])
    )
    mask = None if shape is None else torch.rand(shape, generator=random) < 0.6
    shape = draw(st.sampled_from([None, full, (queries, keys), (heads, 1, 1)]))
    bias = None if shape is None else torch.randn(shape, generator=random)
    options = {"causal": draw(st.booleans()), "scale": draw(st.sampled_from([None, 0.7]))}
    return (query, key, value), {"mask": mask, "bias": bias, **options}


@given(attention_inputs())
def test_values_and_map_are_those_of_attention_by_hand(inputs):
    tensors, options = inputs
    values, attention = attend(*tensors, **options)
    weights, expected = by_hand(*tensors, **options)
    torch.testing.assert_close(values.double(), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(attention.dense().double(), weights, rtol=1e-5, atol=1e-6)


@given(attention_inputs())
def test_a_masked_key_is_never_attended(inputs):
    tensors, options = inputs
    attention = attend(*tensors, **options).attention
    weights, _ = by_hand(*tensors, **options)
    assert (attention.dense()[weights == 0] == 0).all()
    assert torch.equal(attention.allowed(), weights > 0)


@given(attention_inputs())
def test_a_map_applied_to_the_values_gives_the_values(inputs):
    tensors, options = inputs
    values, attention = attend(*tensors, **options)
    torch.testing.assert_close(attention.apply(tensors[2]), values, rtol=1e-5, atol=1e-5)


def test_attend_keeps_the_contract():
    def layer(query, key, mask):
        mask = None if mask is None else mask[:, None]
        values, attention = attend(query[:, None], key[:, None], key[:, None], mask=mask)
        return type(attend_once)(values[:, 0], attention)

    attend_once = attend(*(torch.zeros(1, 1, 1, 1),) * 3)
    assert_attention_contract(layer)


def test_a_query_without_keys_gets_zeros_and_finite_gradients():
    query, key, value = (torch.randn(2, 2, 3, 4, requires_grad=True) for _ in range(3))
    mask = torch.ones(3, 3, dtype=torch.bool)
    mask[1] = False
    values, attention = attend(query, key, value, mask=mask)
    (values.sum() + attention.entropy().sum() + attention.received().square().sum()).backward()
    assert (values[..., 1, :] == 0).all()
    assert (query.grad[..., 1, :] == 0).all()
    assert all(tensor.grad.isfinite().all() and tensor.grad.any() for tensor in (query, key, value))


def test_gradients_agree_with_finite_differences():
    query, key, value = torch.randn(4, 2, 3), torch.randn(2, 3, 3), torch.randn(2, 3, 4)
    mask = torch.tensor([[True, False, False], [False, False, False]])
    leaves = [tensor.double().requires_grad_() for tensor in (query, key, value, torch.randn(4, 1, 3))]

    def answers(query, key, value, bias):
        values, attention = attend(query, key, value, mask=mask, bias=bias)
        return values, attention.dense(), attention.apply(value)

    assert torch.autograd.gradcheck(answers, leaves)


def test_no_keys_no_queries_and_no_batch_give_empty_answers():
    for batch, queries, keys in [(2, 3, 0), (2, 0, 3), (0, 3, 3), (2, 0, 0)]:
        query, key = torch.randn(batch, 4, queries, 8), torch.randn(batch, 2, keys, 8)
        values, attention = attend(query, key, key)
        assert values.shape == query.shape
        assert (values == 0).all()
        assert attention.entropy().sum() == attention.received().sum() == attention.largest().sum() == 0


@pytest.mark.parametrize("content", [math.nan, math.inf, -math.inf])
def test_keys_beyond_causal_order_may_hold_anything(content):
    query, key = torch.randn(1, 1, 2, 4), torch.randn(1, 1, 3, 4)
    clean = attend(query, key, key, causal=True)
    key = key.clone()
    key[..., 2, :] = content
    spoilt = attend(query, key, key, causal=True)
    assert torch.equal(spoilt.values, clean.values)
    assert torch.equal(spoilt.attention.dense(), clean.attention.dense())


def test_a_key_masked_in_one_group_of_heads_only_counts_in_the_other():
    query, key = torch.randn(1, 4, 2, 3), torch.randn(1, 2, 2, 3)
    mask = torch.ones(4, 1, 2, dtype=torch.bool)
    mask[2:, :, 1] = False
    key[:, 1, 1] = math.nan
    values, attention = attend(query, key, key, mask=mask)
    assert values.isfinite().all()
    assert (attention.dense()[:, :2, :, 1] > 0).all()


def test_dropout_acts_on_the_values_and_not_on_the_map():
    query, key, value = torch.randn(1, 1, 2, 4), torch.randn(1, 1, 64, 4), torch.eye(64)[None, None]
    values, attention = attend(query, key, value, dropout=0.5)
    kept = values != 0
    assert 0.2 < kept.float().mean() < 0.8
    torch.testing.assert_close(values[kept], 2 * attention.dense()[kept])
    assert torch.equal(attention.dense(), attend(query, key, value).attention.dense())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_errs_at_most_twice_as_much_as_plain_attention(dtype):
    query, key, value = (
        torch.randn(2, 4, 16, 8, generator=torch.Generator().manual_seed(i)).to(dtype) for i in range(3)
    )
    values, attention = attend(query, key, value)
    weights, expected = by_hand(query, key, value)
    plain = torch.softmax((query @ key.mT) * 8**-0.5, -1)
    assert (values.double() - expected).abs().max() <= 2 * (plain @ value - expected).abs().max()
    assert attention.dense().dtype == torch.float32
    torch.testing.assert_close(attention.dense().double(), weights, rtol=1e-5, atol=1e-6)


@pytest.fixture
def many_keys(monkeypatch):
    """Let few tokens go where many do, in blocks of a few rows."""
    monkeypatch.setattr(streaming, "FEW_KEYS", 0)
    monkeypatch.setattr(row_blocks, "BLOCK", 30)


@pytest.mark.usefixtures("many_keys")
def test_dropout_in_blocks_keeps_its_share_and_its_mask_for_the_gradient():
    query, key = torch.randn(1, 2, 5, 4).double(), torch.randn(1, 1, 40, 4).double()
    value = torch.eye(40).double()[None, None].requires_grad_()
    values, attention = attend(query, key, value, dropout=0.5)
    kept = values != 0
    assert 0.3 < kept.double().mean() < 0.7
    torch.testing.assert_close(values[kept], 2 * attention.dense()[kept])
    sent = torch.randn(values.shape).double()
    state = torch.get_rng_state()
    (gradient,) = torch.autograd.grad(values, value, sent)
    torch.testing.assert_close(gradient, (values.detach().mT @ sent).sum(1, keepdim=True))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.usefixtures("many_keys")
def test_a_bias_that_learns_has_its_gradient_in_blocks():
    query, key, value = torch.randn(4, 5, 3), torch.randn(2, 6, 3), torch.randn(2, 6, 4)
    leaves = [tensor.double().requires_grad_() for tensor in (query, key, value, torch.randn(4, 1, 6))]
    mask = torch.tensor([True, True, False, True, True, True])

    def answers(query, key, value, bias):
        values, attention = attend(query, key, value, mask=mask, bias=bias, causal=True)
        return values, attention.entropy(), attention.received(), attention.apply(value)

    assert torch.autograd.gradcheck(answers, leaves, fast_mode=True)


@pytest.mark.usefixtures("many_keys")
@pytest.mark.parametrize("content", [math.nan, math.inf, 1e38])
def test_padding_may_hold_anything_also_with_many_keys(content):
    query, key = (torch.randn(2, 2, 6, 4, generator=torch.Generator().manual_seed(i)) for i in range(2))
    mask = torch.tensor([True, True, True, True, False, False])
    spoilt = key.clone()
    spoilt[..., 4:, :] = content
    for causal in (False, True):
        clean, same = (attend(query, each, each, mask=mask, causal=causal) for each in (key, spoilt))
        assert torch.equal(same.values, clean.values)
        for name, statistic in clean.attention.summary().items():
            assert (same.attention.summary()[name] == statistic).all(), name


@pytest.mark.usefixtures("many_keys")
def test_values_of_another_width_and_masked_order_stay_on_the_fused_kernel():
    query, key = torch.randn(1, 4, 9, 4), torch.randn(1, 2, 9, 4)
    mask = torch.arange(9) < 7
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        attend(query, key, key[..., :3], mask=mask, causal=True)
        attend(query, key, torch.randn(1, 2, 9, 7))
    names = [event.key for event in profiled.key_averages() for _ in range(event.count)]
    assert names.count("aten::_scaled_dot_product_flash_attention_for_cpu") == 2
    assert "aten::_scaled_dot_product_attention_math" not in names


def test_torch_is_called_once_and_fused():
    calls = []

    class Record(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            calls.append(getattr(func, "__name__", ""))
            return func(*args, **(kwargs or {}))

    query = torch.randn(1, 2, 3, 4)
    with Record():
        attend(query, query, query)
    assert calls.count("scaled_dot_product_attention") == 1
    assert not {"softmax", "matmul", "__matmul__", "masked_fill", "clone"} & set(calls)


@pytest.mark.gpu
def test_a_device_agrees_with_the_processor():
    query, key, value = (torch.randn(2, 4, 16, 8) for _ in range(3))
    mask = torch.rand(2, 1, 16, 16) < 0.5
    mask[:, :, 3] = False
    expected = attend(query, key, value, mask=mask)
    got = attend(query.cuda(), key.cuda(), value.cuda(), mask=mask.cuda())
    torch.testing.assert_close(got.values.cpu(), expected.values, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(
        got.attention.entropy().cpu(), expected.attention.entropy(), rtol=1e-4, atol=1e-5
    )


TOKENS = torch.zeros(2, 4, 3, 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": torch.zeros(2, 4, 3, 6)}, r"query \[2, 4, 3, 8\] and key \[2, 4, 3, 6\] have dim 8 and 6"),
        ({"key": torch.zeros(2, 3, 3, 8)}, "4 and 3 heads"),
        ({"key": torch.zeros(1, 4, 3, 8)}, "with the same batch"),
        ({"key": torch.zeros(3, 8)}, r"expected \[\*batch, heads, tokens, dim\]"),
        ({"key": torch.zeros(2, 4, 3, 8).double()}, "key is torch.float64 and query is torch.float32"),
        ({"value": torch.zeros(2, 4, 5, 8)}, r"key \[2, 4, 3, 8\] and value \[2, 4, 5, 8\]"),
        ({"mask": torch.zeros(3, 3)}, "mask is torch.float32; expected boolean"),
        (
            {"mask": torch.ones(2, 3, dtype=torch.bool)},
            r"mask of shape \[2, 3\] cannot be broadcast to .* = \[2, 4, 3, 3\]",
        ),
        ({"bias": torch.zeros(5, 3)}, r"bias of shape \[5, 3\]"),
        ({"bias": torch.zeros(3, 3, dtype=torch.bool)}, "a boolean is a mask"),
        ({"bias": torch.zeros(3, 3).double()}, "bias is torch.float64"),
        ({"dropout": 1.0}, r"dropout is 1.0; expected a share in \[0, 1\)"),
    ],
)
@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named(change, message):
    call = {"query": TOKENS, "key": TOKENS, "value": TOKENS} | change
    with pytest.raises(AttentionError, match=message):
        attend(**call)
