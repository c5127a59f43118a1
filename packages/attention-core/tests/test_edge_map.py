import networkx
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import gradcheck

from attention_core import AttentionError, AttentionMap, DenseMap, EdgeMap, SortedEdges
from attention_core.edge_map import FROM_ENTRIES

# Query 0 attends keys 3 and 1, query 2 attends key 1 by two edges, query 1 and keys 0 and 2 are alone.
EDGES = torch.tensor([[3, 1, 1, 1], [0, 2, 0, 2]])
WEIGHTS = torch.tensor([[0.75, 0.5], [0.4, 1.0], [0.25, 0.5], [0.6, 0.0]])


def a_map(**options) -> EdgeMap:
    return EdgeMap(WEIGHTS, EDGES, 3, 4, **options)


@st.composite
def map_inputs(draw):
    """Weights of rows that sum to one over allowed edges, some of which are parallel; edges and sides."""
    random = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    queries, keys, count = draw(st.integers(1, 5)), draw(st.integers(1, 6)), draw(st.integers(0, 12))
    edges = torch.stack([torch.randint(side, (count,), generator=random) for side in (keys, queries)])
    batch = draw(st.sampled_from([(), (2,)]))
    scores = (
        draw(st.sampled_from([0.1, 1.0, 30.0])) * torch.randn(*batch, count, 2, generator=random).double()
    )
    mask = draw(st.sampled_from([None, torch.rand(*batch, count, 1, generator=random) < 0.6]))
    exponents = scores.exp() if mask is None else scores.exp() * mask
    total = torch.zeros(*batch, queries, 2).double().index_add(-2, edges[1], exponents)
    return exponents / total.clamp_min(1e-300)[..., edges[1], :], edges, queries, keys, mask


def by_hand(weights, edges, queries, keys, mask) -> DenseMap:
    """The matrix, edge by edge."""
    *batch, _, heads = weights.shape
    full = torch.zeros(*batch, heads, queries, keys, dtype=weights.dtype)
    allowed = torch.zeros(*batch, heads, queries, keys, dtype=torch.bool)
    for edge, (key, query) in enumerate(edges.mT.tolist()):
        full[..., query, key] += weights[..., edge, :]
        allowed[..., query, key] |= True if mask is None else mask[..., edge, :]
    return DenseMap(full, allowed)


def statistics(attention: AttentionMap) -> dict[str, torch.Tensor]:
    queries, keys = attention.shape[-2:]
    labels = torch.arange(keys) % 2
    return {
        "attending": attention.attending(),
        "entropy": attention.entropy(),
        "effective keys": attention.effective_keys(),
        "largest": attention.largest(),
        "squares": attention.power_sum(2.0),
        "participation": attention.participation(),
        "Hartley": attention.renyi_entropy(0.0),
        "min-entropy": attention.renyi_entropy(torch.inf),
        "margin": attention.margin(),
        "above": attention.above(0.3),
        "quantiles": attention.quantiles([0.0, 0.3, 1.0]),
        "histogram": attention.histogram([0.0, 0.1, 0.5, 1.0]),
        "top weights": attention.topk(min(2, keys)).weights,
        "top keys": attention.topk(min(2, keys)).indices,
        "received": attention.received(),
        "mass": attention.mass(labels),
        "flow": attention.flow(torch.arange(queries) % 2, labels),
        "distance": attention.expected_distance(
            torch.arange(2.0 * queries).view(-1, 2), torch.arange(2.0 * keys).view(-1, 2).sin()
        ),
    }


@given(map_inputs())
def test_it_answers_like_the_matrix(inputs):
    *given, mask = inputs
    attention, expected = EdgeMap(*given, mask=mask), by_hand(*inputs)
    torch.testing.assert_close(attention.dense(), expected.weights)
    assert torch.equal(attention.allowed(), expected.mask)
    found = statistics(attention)
    for name, statistic in statistics(expected).items():
        torch.testing.assert_close(found[name], statistic, msg=lambda text, name=name: f"{name}: {text}")


@given(map_inputs())
def test_products_are_those_of_the_matrix(inputs):
    *given, mask = inputs
    attention, matrix = EdgeMap(*given, mask=mask), by_hand(*inputs).weights
    queries, keys = matrix.shape[-2:]
    for lead in ((), (2,)):
        values, sent = torch.randn(*lead, keys, 3).double(), torch.randn(*lead, queries, 3).double()
        torch.testing.assert_close(attention.apply(values), matrix @ values)
        torch.testing.assert_close(attention.apply_transposed(sent), matrix.mT @ sent)


def test_no_statistic_forms_rows(monkeypatch):
    def refuse(*given):
        raise AssertionError("rows were formed")

    monkeypatch.setattr(EdgeMap, "_some_rows", refuse)
    monkeypatch.setattr(EdgeMap, "_some_allowed", refuse)
    attention = a_map(mask=torch.tensor([True, True, True, False]))
    statistics(attention)
    attention.summary(groups=torch.tensor([0, 0, 1, 1]))
    attention.linear_operator()
    assert len(FROM_ENTRIES) == 7


def test_rows_of_some_queries_come_in_the_order_asked():
    attention = a_map()
    for index in (1, [2, 0, 2], slice(1, 3), torch.tensor([True, False, True])):
        expected = attention.dense()[:, [index] if isinstance(index, int) else index]
        assert torch.equal(attention.rows(index), expected)


def test_weights_of_parallel_edges_add():
    merged = a_map().merged()
    assert merged.edges.tolist() == [[1, 3, 1], [0, 0, 2]]
    assert merged.weights.mT.tolist() == [[0.25, 0.75, 1.0], [0.5, 0.5, 1.0]]
    assert merged.merged() is merged
    assert a_map().largest()[0].tolist() == [0.75, 0.0, 1.0]


def test_a_pair_may_be_attended_if_one_of_its_edges_may():
    attention = a_map(mask=torch.tensor([True, True, False, False]))
    assert attention.allowed()[0].tolist() == [
        [False, False, False, True],
        [False, False, False, False],
        [False, True, False, False],
    ]
    assert attention.topk(2).indices[0].tolist() == [[3, -1], [-1, -1], [1, -1]]


def test_a_mask_may_differ_between_heads():
    mask = torch.tensor([[True, True], [True, False], [True, True], [False, False]])
    attention = a_map(mask=mask)
    assert attention.attending().tolist() == [[True, False, True], [True, False, False]]


def test_isolated_nodes_are_silent():
    attention = a_map()
    assert attention.entropy()[:, 1].tolist() == [0.0, 0.0]
    assert attention.effective_keys()[:, 1].tolist() == [0.0, 0.0]
    assert attention.received()[:, [0, 2]].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert attention.topk(1).indices[:, 1, 0].tolist() == [-1, -1]


def test_a_graph_without_edges_is_silent():
    attention = EdgeMap(torch.zeros(0, 2), torch.zeros(2, 0, dtype=torch.long), 3, 4)
    assert attention.dense().shape == (2, 3, 4)
    assert all((statistic <= 0).all() for statistic in statistics(attention).values())
    assert (attention.topk(2).indices == -1).all()


def test_unattended_values_may_be_anything():
    attention = a_map(mask=torch.tensor([False, True, True, True]))
    values = torch.tensor([[float("nan")], [2.0], [float("inf")], [float("nan")]])
    assert attention.apply(values).isfinite().all()
    sent = torch.tensor([[1.0], [float("nan")], [3.0]])
    assert attention.apply_transposed(sent).isfinite().all()


def test_statistics_have_gradients():
    def ask(weights):
        attention = EdgeMap(weights, EDGES, 3, 4, mask=torch.tensor([True, True, True, False]))
        named = statistics(attention)
        return (attention.dense(), *(each for each in named.values() if each.requires_grad))

    # No two equal: the gradient of a maximum is not that of a difference there.
    weights = torch.linspace(0.1, 0.7, 8).double().view(4, 2).requires_grad_()
    # The Hartley entropy counts keys, and is not among these.
    assert len(ask(weights)) == 14
    assert gradcheck(ask, weights)


def test_a_head_is_a_sparse_array():
    attention = a_map()
    for head in range(2):
        assert attention.sparse(head).nnz == 3
        np.testing.assert_array_equal(attention.sparse(head).toarray(), attention.dense()[head])
    batched = EdgeMap(torch.stack([WEIGHTS, 2 * WEIGHTS]), EDGES, 3, 4)
    np.testing.assert_array_equal(batched.sparse(1, batch=1).toarray(), 2 * attention.dense()[1])


def test_one_head_answers_alone():
    attention = EdgeMap(torch.stack([WEIGHTS, 2 * WEIGHTS]), EDGES, 3, 4, mask=WEIGHTS > 0.45)
    product = attention.linear_operator(1, 1) @ np.eye(4, dtype=np.float32)
    np.testing.assert_allclose(product, attention.dense()[1, 1], rtol=1e-6)


def test_centrality_is_that_of_networkx():
    random = torch.Generator().manual_seed(0)
    edges = torch.randint(6, (2, 20), generator=random)
    weights = torch.rand(20, 1, generator=random).double()
    weights = weights / torch.zeros(6, 1).double().index_add(0, edges[1], weights)[edges[1]]
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from(range(6))
    graph.add_weighted_edges_from(zip(*edges.flip(0).tolist(), weights[:, 0].tolist(), strict=True))
    expected = list(networkx.pagerank(graph, tol=1e-12).values())
    found = EdgeMap(weights, edges, 6).centrality(tolerance=1e-12)
    np.testing.assert_allclose(found[0], expected, atol=1e-9)


def test_half_precision_gives_single_precision_statistics():
    attention = EdgeMap(WEIGHTS.bfloat16(), EDGES, 3, 4)
    assert attention.dense().dtype is attention.entropy().dtype is torch.float32


def test_a_map_keeps_its_labels():
    names = (["a", "b", "c"], ["w", "x", "y", "z"])
    attention = a_map(query_labels=names[0], key_labels=names[1])
    for twin in (attention, attention.detach(), attention.cpu(), attention.merged()):
        assert (twin.query_labels, twin.key_labels) == names


def test_it_prints_what_it_is():
    attention = a_map(mask=torch.ones(4, dtype=torch.bool)).detach()
    assert (
        repr(attention)
        == "EdgeMap(batch=[], heads=2, queries=3, keys=4, edges=4, masked, torch.float32, cpu)"
    )


def test_detached_weights_have_no_graph():
    assert not EdgeMap(WEIGHTS.clone().requires_grad_(), EDGES, 3, 4).detach().entropy().requires_grad


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    with pytest.raises(AttentionError, match=r"weights of shape \[3, 2\] do not fit 4 edges"):
        EdgeMap(WEIGHTS[:3], EDGES, 3, 4)
    with pytest.raises(AttentionError, match=r"weights \[4, 2\] is torch\.int64; expected floating point"):
        EdgeMap(WEIGHTS.long(), EDGES, 3, 4)
    with pytest.raises(AttentionError, match="needs the number of queries"):
        EdgeMap(WEIGHTS, EDGES)
    with pytest.raises(AttentionError, match=r"mask is torch.float32; expected boolean"):
        a_map(mask=torch.ones(4))
    with pytest.raises(AttentionError, match=r"mask of shape \[2\] does not fit .* = \[4, 2\]"):
        a_map(mask=torch.ones(2, dtype=torch.bool))
    with pytest.raises(AttentionError, match=r"mask of shape \[4, 3\] does not fit"):
        a_map(mask=torch.ones(4, 3, dtype=torch.bool))
    with pytest.raises(AttentionError, match=r"topk\(5\) of a map with 4 keys"):
        a_map().topk(5)
    with pytest.raises(AttentionError, match=r"sparse\(2, \(\)\)"):
        a_map().sparse(2)
    with pytest.raises(AttentionError, match="say which batch item"):
        EdgeMap(WEIGHTS[None], EDGES, 3, 4).sparse(0)
    large = SortedEdges(EDGES, 100_000)
    with pytest.raises(AttentionError, match=r"would take 74.5 GiB"):
        EdgeMap(WEIGHTS, large).dense()
    with pytest.raises(AttentionError, match="GiB"):
        EdgeMap(WEIGHTS, large).allowed()


def test_statistics_under_autocast_are_those_without():
    expected = statistics(a_map())
    with torch.autocast("cpu", torch.bfloat16):
        found = statistics(a_map())
    for name, each in expected.items():
        torch.testing.assert_close(found[name], each, rtol=0, atol=0, msg=lambda m, n=name: f"{n}: {m}")


def test_edges_that_may_not_be_attended_are_above_no_threshold():
    mask = torch.tensor([True, True, False, True])
    assert a_map(mask=mask).above(-1.0).tolist() == [[1, 0, 1], [1, 0, 1]]


@pytest.mark.parametrize("ask", [EdgeMap.entropy, lambda attention: attention.power_sum(1.5)])
def test_second_derivatives_are_finite_at_weights_of_zero(ask):
    weights = WEIGHTS.double().requires_grad_()
    first = torch.autograd.grad(ask(EdgeMap(weights, EDGES, 3, 4)).sum(), weights, create_graph=True)[0]
    second = torch.autograd.grad(first.square().sum(), weights)[0]
    assert second.isfinite().all()


@pytest.mark.parametrize("order", [0.0, 0.01, 0.5])
def test_powers_of_zero_are_those_of_the_matrix(order):
    attention = a_map()
    expected = DenseMap(attention.dense(), attention.allowed()).power_sum(order)
    torch.testing.assert_close(attention.power_sum(order), expected)
