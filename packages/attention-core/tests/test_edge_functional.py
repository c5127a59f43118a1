import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import gradcheck

from attention_core import AttentionError, EdgeFeatures, SortedEdges, attend_edges, edge_products

HEADS, DIM = 2, 3


@st.composite
def edge_inputs(draw):
    """Query, key, value and edges, each pair at most once; features, mask and bias or none."""
    random = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    queries, keys = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    pairs = torch.randperm(queries * keys, generator=random)[: draw(st.integers(0, queries * keys))]
    edges = torch.stack([pairs % keys, pairs // keys])
    scale = draw(st.sampled_from([0.1, 1.0, 30.0]))
    query, key, value = (
        scale * torch.randn(2, HEADS, side, DIM, generator=random).double() for side in (queries, keys, keys)
    )
    features = torch.randn(len(pairs), 4, generator=random).double()
    weight = torch.randn(HEADS, DIM, 4, generator=random).double()
    mask = torch.rand(2, len(pairs), 1, generator=random) < 0.6
    bias = torch.randn(len(pairs), HEADS, generator=random).double()
    bias[torch.rand(len(pairs), HEADS, generator=random) < 0.2] = -torch.inf
    return (query, key, value, edges), {
        "features": draw(st.sampled_from([None, EdgeFeatures(features, weight)])),
        "mask": draw(st.sampled_from([None, mask])),
        "bias": draw(st.sampled_from([None, bias])),
    }


def by_hand(query, key, value, edges, features=None, mask=None, bias=None):
    """Dense masked attention, one query after the other."""
    values, weights = (
        torch.zeros(*query.shape[:-1], DIM).double(),
        torch.zeros(2, HEADS, query.shape[-2], key.shape[-2]),
    )
    weights = weights.double()
    for item in range(2):
        for head in range(HEADS):
            for i in range(query.shape[-2]):
                chosen = edges[1] == i
                if mask is not None:
                    chosen = chosen & mask[item, :, 0]
                if bias is not None:
                    chosen = chosen & (bias[:, head] > -torch.inf)
                own, j = chosen.nonzero()[:, 0], edges[0, chosen]
                extra = 0 if features is None else features.values[own] @ features.weight[head].mT
                scores = (key[item, head, j] + extra) @ query[item, head, i] / DIM**0.5
                share = (scores if bias is None else scores + bias[own, head]).softmax(0)
                weights[item, head, i, j] = share
                values[item, head, i] = share @ (value[item, head, j] + extra)
    return values, weights


@given(edge_inputs())
def test_it_is_dense_attention_where_there_are_edges(inputs):
    (query, key, value, edges), options = inputs
    graph = SortedEdges(edges, query.shape[-2], key.shape[-2])
    values, attention = attend_edges(query, key, value, graph, **options)
    expected, weights = by_hand(query, key, value, edges, **options)
    torch.testing.assert_close(values, expected)
    torch.testing.assert_close(attention.dense(), weights)


def some_inputs():
    random = torch.Generator().manual_seed(1)
    edges = torch.tensor([[2, 0, 1, 0, 1], [1, 1, 0, 1, 0]])
    query, key, value = (torch.randn(HEADS, side, DIM, generator=random).double() for side in (3, 4, 4))
    features = (
        torch.randn(5, 2, generator=random).double(),
        torch.randn(HEADS, DIM, 2, generator=random).double(),
    )
    bias = torch.randn(5, HEADS, generator=random).double()
    leaves = [each.requires_grad_() for each in (query, key, value, *features, bias)]
    return leaves, SortedEdges(edges, 3, 4), torch.tensor([True, True, True, True, False])


@pytest.mark.parametrize("kernels", [True, False])
def test_gradients_agree_with_finite_differences(kernels, monkeypatch):
    monkeypatch.setattr(edge_products, "_kernels_work", lambda device, dtype: kernels)
    leaves, edges, mask = some_inputs()

    def answers(query, key, value, features, weight, bias):
        values, attention = attend_edges(
            query, key, value, edges, features=EdgeFeatures(features, weight), mask=mask, bias=bias
        )
        return values, attention.weights, attention.entropy(), attention.received()

    assert gradcheck(answers, leaves, fast_mode=True)


def test_gathering_gives_the_same_as_the_kernels(monkeypatch):
    (query, key, value, features, weight, bias), edges, mask = some_inputs()
    options = {"features": EdgeFeatures(features, weight), "mask": mask, "bias": bias}
    by_kernels = attend_edges(query, key, value, edges, **options)
    monkeypatch.setattr(edge_products, "_kernels_work", lambda device, dtype: False)
    by_gathering = attend_edges(query, key, value, edges, **options)
    torch.testing.assert_close(by_gathering.values, by_kernels.values)
    torch.testing.assert_close(by_gathering.attention.weights, by_kernels.attention.weights)


def test_values_may_be_wider_than_keys():
    (query, key, *_), edges, _ = some_inputs()
    value = torch.randn(HEADS, 4, 7).double()
    values, attention = attend_edges(query, key, value, edges)
    torch.testing.assert_close(values, attention.dense() @ value)


def test_parallel_edges_share_what_a_pair_gets():
    (query, key, value, *_), _, _ = some_inputs()
    once = SortedEdges(torch.tensor([[0, 2], [1, 1]]), 3, 4)
    weights = attend_edges(query, key, value, once).attention.weights
    twice = attend_edges(
        query, key, value, SortedEdges(torch.tensor([[0, 2, 0], [1, 1, 1]]), 3, 4)
    ).attention.weights
    torch.testing.assert_close(twice[0], twice[2])
    torch.testing.assert_close(twice[0] / twice[1], weights[0] / weights[1])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(dtype):
    (query, key, value, *_), edges, _ = some_inputs()
    halves = [each.detach().to(dtype) for each in (query, key, value)]
    values, attention = attend_edges(*halves, edges)
    exact = attend_edges(*(each.float() for each in halves), edges)
    assert values.dtype is dtype
    assert torch.equal(values, exact.values.to(dtype))
    assert torch.equal(attention.weights, exact.attention.weights)


def test_inputs_may_be_strided():
    (query, key, value, *_), edges, _ = some_inputs()
    strided = [each.transpose(0, 1).contiguous().transpose(0, 1) for each in (query, key, value)]
    assert torch.equal(attend_edges(*strided, edges).values, attend_edges(query, key, value, edges).values)


def test_second_gradients_exist():
    leaves, edges, mask = some_inputs()
    query, key, value, features, weight, bias = leaves
    values = attend_edges(
        query, key, value, edges, features=EdgeFeatures(features, weight), mask=mask, bias=bias
    ).values
    first = torch.autograd.grad(values.square().sum(), leaves, create_graph=True)
    second = torch.autograd.grad(sum(each.square().sum() for each in first), leaves)
    assert all(each.isfinite().all() and each.any() for each in second)


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    (query, key, value, features, weight, _), edges, mask = some_inputs()
    with pytest.raises(AttentionError, match=r"query \[2, 2, 3\] and key \[2, 4, 3\] do not fit"):
        attend_edges(query[:, :2], key, value, edges)
    with pytest.raises(
        AttentionError, match=r"expected \[\*batch, heads, 3, dim\] and \[\*batch, heads, 4, dim\]"
    ):
        attend_edges(query, key[:1], value[:1], edges)
    with pytest.raises(AttentionError, match=r"key \[2, 4, 3\] and value \[2, 3, 3\] do not agree"):
        attend_edges(query, key, value[:, :3], edges)
    with pytest.raises(AttentionError, match=r"key is torch\.float32 and query is torch\.float64"):
        attend_edges(query, key.float(), value, edges)
    with pytest.raises(AttentionError, match=r"query \[2, 3, 3\] is torch\.int64; expected floating point"):
        attend_edges(query.long(), key.long(), value.long(), edges)
    with pytest.raises(AttentionError, match=r"query \[2, 3, 0\] has heads of dim 0"):
        attend_edges(query[..., :0], key[..., :0], value, edges)
    with pytest.raises(AttentionError, match=r"edge features \[4, 2\] with a weight \[2, 3, 2\] do not fit"):
        attend_edges(query, key, value, edges, features=EdgeFeatures(features[:4], weight))
    with pytest.raises(AttentionError, match="key and value have dim 3 and 2; edge features need the same"):
        attend_edges(query, key, value[..., :2], edges, features=EdgeFeatures(features, weight))
    with pytest.raises(AttentionError, match=r"mask of shape \[4\] does not fit"):
        attend_edges(query, key, value, edges, mask=mask[:4])
    with pytest.raises(AttentionError, match="dropout is 2"):
        attend_edges(query, key, value, edges, dropout=2.0)
