import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention_core import AttentionError, DenseMap, StreamedMap, checks, streaming

WEIGHTS = torch.tensor([[[0.5, 0.25, 0.25, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]])


def a_map() -> DenseMap:
    return DenseMap(WEIGHTS)


@st.composite
def map_inputs(draw):
    """Query, key and mask; the map itself is built in the test, for beartype draws random numbers."""
    random = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    queries, keys = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    query = draw(st.sampled_from([0.1, 1.0, 30.0])) * torch.randn(2, 4, queries, 3, generator=random)
    key = torch.randn(2, 2, keys, 3, generator=random)
    mask = draw(st.sampled_from([None, torch.rand(2, 1, queries, keys, generator=random) < 0.6]))
    return query.double(), key.double(), mask


def reference(attention: StreamedMap) -> np.ndarray:
    """The weights by NumPy."""
    key = attention.key.repeat_interleave(2, -3)
    scores = (attention.query @ key.mT).numpy() / np.sqrt(3)
    scores = np.where(attention.allowed().numpy(), scores, -np.inf)
    peaks = scores.max(-1, keepdims=True)
    exponents = np.exp(scores - np.where(np.isfinite(peaks), peaks, 0))
    return exponents / np.maximum(exponents.sum(-1, keepdims=True), 1e-300)


@given(map_inputs())
def test_statistics_are_those_of_the_matrix(inputs):
    attention = StreamedMap(*inputs)
    weights = reference(attention)
    logs = np.log(weights, where=weights > 0, out=np.zeros_like(weights))
    row_entropy = -(weights * logs).sum(-1)
    filled = weights.sum(-1) > 0
    np.testing.assert_allclose(attention.dense(), weights, atol=1e-12)
    np.testing.assert_allclose(attention.entropy(), row_entropy, atol=1e-9)
    np.testing.assert_allclose(
        attention.effective_keys(), np.where(filled, np.exp(row_entropy), 0), atol=1e-9
    )
    np.testing.assert_allclose(attention.largest(), weights.max(-1), atol=1e-12)
    np.testing.assert_allclose(attention.received(), weights.sum(-2), atol=1e-12)


@given(map_inputs())
def test_statistics_keep_their_bounds(inputs):
    attention = StreamedMap(*inputs)
    allowed = attention.allowed().sum(-1)
    rows, heads = (allowed > 0).double(), attention.shape[-3]
    assert (attention.entropy() <= allowed.clamp_min(1).log() + 1e-9).all()
    assert (attention.effective_keys() >= rows / attention.largest().clamp_min(1e-300) * rows - 1e-9).all()
    torch.testing.assert_close(attention.received().sum(-1), rows.sum(-1))
    assert attention.received().shape == (2, heads, attention.shape[-1])


@given(map_inputs(), st.integers(0, 6))
def test_top_k_is_the_sorted_head_of_each_row(inputs, k):
    attention = StreamedMap(*inputs)
    k = min(k, attention.shape[-1])
    weights, indices = attention.topk(k)
    expected = -np.sort(-reference(attention), -1)[..., :k]
    np.testing.assert_allclose(weights, expected, atol=1e-12)
    left = attention.allowed().sum(-1, keepdim=True).clamp_max(k)
    assert torch.equal((indices >= 0).sum(-1, keepdim=True), left)
    found = attention.dense().gather(-1, indices.clamp_min(0))
    assert torch.equal(found[indices >= 0], weights[indices >= 0])


@given(map_inputs(), st.integers(1, 4))
def test_group_masses_sum_to_one_over_a_partition(inputs, count):
    attention = StreamedMap(*inputs)
    labels = torch.arange(attention.shape[-1]) % count
    mass = attention.mass(labels)
    assert mass.shape == (*attention.shape[:-1], int(labels.max()) + 1)
    torch.testing.assert_close(mass.sum(-1), attention.allowed().any(-1).double())


def test_top_k_takes_the_earlier_key_among_equals():
    assert a_map().topk(3).indices[0, 0].tolist() == [0, 1, 2]


def test_top_k_of_a_row_without_keys_is_minus_one():
    weights, indices = a_map().topk(2)
    assert indices[0].tolist() == [[0, 1], [2, -1], [-1, -1]]
    assert weights[0, 2].tolist() == [0, 0]


def test_an_allowed_key_of_zero_weight_is_found_before_none():
    attention = DenseMap(WEIGHTS, torch.tensor([True, True, True, False]))
    assert attention.topk(4).indices[0, 1].tolist() == [2, 0, 1, -1]


@pytest.mark.usefixtures("as_shipped")
@pytest.mark.parametrize("k", [5, -1, 2.5])
def test_top_k_beyond_the_keys_is_an_error(k):
    with pytest.raises(
        AttentionError, match=rf"topk\({k}\) of a map with 4 keys; give a whole k from 0 to 4"
    ):
        a_map().topk(k)


@pytest.mark.parametrize(
    "index",
    [1, -2, [1], [False, True, False], slice(1, 2), torch.tensor([1]), torch.tensor([False, True, False])],
)
def test_rows_are_those_of_the_matrix(index):
    assert torch.equal(a_map().rows(index), WEIGHTS[:, 1:2])


def test_no_rows_are_none():
    assert a_map().rows([]).shape == (1, 0, 4)


@pytest.mark.usefixtures("as_shipped")
@pytest.mark.parametrize("index", [3, [0.5], "a", None])
def test_rows_out_of_range_are_an_error(index):
    with pytest.raises(AttentionError, match=rf"rows\({re.escape(repr(index))}\) of a map with 3 queries"):
        a_map().rows(index)


@pytest.mark.usefixtures("as_shipped")
@pytest.mark.parametrize(
    ("here", "there"),
    [
        (torch.zeros(()), None),
        (torch.zeros(3), torch.zeros(4)),
        (torch.zeros(3, 2), torch.zeros(4, 3)),
        (torch.zeros(3, 2), None),
        (torch.zeros(4, 2), torch.zeros(3, 2)),
    ],
)
def test_positions_that_do_not_fit_are_an_error(here, there):
    with pytest.raises(AttentionError, match=r"positions of shape .* a map of shape \[1, 3, 4\]"):
        a_map().expected_distance(here, there)


def test_membership_may_overlap_and_leave_keys_out():
    member = torch.tensor([[True, True], [False, True], [False, False], [False, False]])
    assert a_map().mass(member)[0].tolist() == [[0.5, 0.75], [0, 0], [0, 0]]


def test_labels_may_differ_between_batch_items():
    attention = DenseMap(WEIGHTS.expand(2, 1, 3, 4))
    labels = torch.tensor([[0, 0, 1, 1], [1, 1, 1, 0]])
    assert attention.mass(labels)[:, 0, 0].tolist() == [[0.75, 0.25], [0, 1]]
    assert torch.equal(attention.mass(torch.nn.functional.one_hot(labels).bool()), attention.mass(labels))


def test_apply_takes_values_for_all_heads_for_groups_of_heads_and_for_one():
    attention = StreamedMap(torch.randn(2, 4, 3, 5), torch.randn(2, 4, 6, 5))
    shared, each = torch.randn(6, 7), torch.randn(2, 2, 6, 7)
    weights = attention.dense()
    torch.testing.assert_close(attention.apply(shared), torch.einsum("bhqk,kd->bhqd", weights, shared))
    expected = torch.einsum("bhqk,bhkd->bhqd", weights, each[:, [0, 0, 1, 1]])
    torch.testing.assert_close(attention.apply(each), expected)


def test_apply_transposed_is_the_adjoint_of_apply():
    attention = StreamedMap(torch.randn(2, 4, 3, 5).double(), torch.randn(2, 4, 6, 5).double())
    values, sent = torch.randn(2, 4, 6, 2).double(), torch.randn(2, 4, 3, 2).double()
    forward, backward = (
        (attention.apply(values) * sent).sum(),
        (values * attention.apply_transposed(sent)).sum(),
    )
    torch.testing.assert_close(forward, backward)


def test_applied_to_ones_the_transposed_map_tells_what_is_received():
    torch.testing.assert_close(a_map().apply_transposed(torch.ones(3, 1))[..., 0], a_map().received())


def test_unattended_values_may_be_anything():
    values = torch.tensor([[1.0], [2.0], [3.0], [float("nan")]])
    assert a_map().apply(values)[0, :, 0].tolist() == [1.75, 3.0, 0.0]
    sent = torch.tensor([[1.0], [2.0], [float("inf")]])
    assert a_map().apply_transposed(sent)[0, :, 0].tolist() == [0.5, 0.25, 2.25, 0.0]


def test_statistics_have_gradients():
    query, key = (torch.randn(1, 2, 3, 4).double().requires_grad_() for _ in range(2))
    mask = torch.tensor([[True, True, True], [True, False, False], [False, False, False]])

    def statistics(query, key):
        attention = StreamedMap(query, key, mask)
        return (
            attention.entropy(),
            attention.effective_keys(),
            attention.largest(),
            attention.received(),
            attention.topk(2).weights,
            attention.mass(torch.tensor([0, 1, 1])),
        )

    assert torch.autograd.gradcheck(statistics, (query, key))


def test_a_peaked_row_has_entropy_zero_and_finite_gradients():
    query = torch.tensor([[[1e4, 0.0]]], requires_grad=True)
    attention = StreamedMap(query, torch.eye(2)[None])
    attention.entropy().sum().backward()
    assert attention.entropy().item() == 0
    assert query.grad.isfinite().all()


def test_a_summary_is_plain_arrays_of_every_statistic():
    attention = StreamedMap(torch.randn(2, 4, 3, 5, requires_grad=True), torch.randn(2, 4, 6, 5))
    summary = attention.summary(groups=torch.tensor([0, 0, 1, 1, 2, 2]), k=2)
    shapes = {name: array.shape for name, array in summary.items()}
    rows = (2, 4, 3)
    assert shapes == {
        "entropy": rows,
        "effective_keys": rows,
        "participation": rows,
        "largest": rows,
        "received": (2, 4, 6),
        "topk_weights": (*rows, 2),
        "topk_indices": (*rows, 2),
        "group_mass": (*rows, 3),
    }
    assert all(type(array) is np.ndarray for array in summary.values())
    np.testing.assert_array_equal(summary["entropy"], attention.entropy().detach())
    np.testing.assert_array_equal(summary["topk_indices"], attention.topk(2).indices)


def test_a_summary_of_few_keys_holds_them_all():
    summary = a_map().summary()
    assert summary["topk_indices"].shape == (1, 3, 4)
    assert "group_mass" not in summary


def test_a_dense_map_tells_what_it_is():
    mask = torch.ones(4, dtype=torch.bool)
    assert (
        repr(DenseMap(WEIGHTS, mask))
        == "DenseMap(batch=[], heads=1, queries=3, keys=4, masked, torch.float32, cpu)"
    )


def test_a_detached_dense_map_keeps_its_mask():
    attention = (
        DenseMap(WEIGHTS.clone().requires_grad_(), torch.tensor([True, True, True, False])).detach().cpu()
    )
    assert not attention.dense().requires_grad
    assert attention.mask.tolist() == [True, True, True, False]


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    with pytest.raises(AttentionError, match=r"weights of shape \[3, 4\] are no map"):
        DenseMap(WEIGHTS[0])
    with pytest.raises(AttentionError, match=r"mask of shape \[3\] cannot be broadcast to .* = \[1, 3, 4\]"):
        DenseMap(WEIGHTS, torch.ones(3, dtype=torch.bool))
    with pytest.raises(
        AttentionError, match=r"values of shape \[3, 2\] .* expected \[keys, dim\] with 4 keys"
    ):
        a_map().apply(torch.zeros(3, 2))
    with pytest.raises(AttentionError, match=r"expected \[queries, dim\] with 3 queries"):
        a_map().apply_transposed(torch.zeros(4, 2))


def test_products_under_autocast_keep_their_precision():
    attention, values = DenseMap(torch.rand(2, 3, 3).softmax(-1)), torch.rand(3, 2)
    expected = attention.apply(values), attention.apply_transposed(values)
    with torch.autocast("cpu", torch.bfloat16):
        found = attention.apply(values), attention.apply_transposed(values)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)


@pytest.mark.parametrize("few_keys", [0, 512])
@pytest.mark.parametrize("order", [-1.0, -0.5, torch.nan, torch.inf])
def test_a_power_below_zero_or_without_end_is_an_error(order, few_keys, monkeypatch):
    monkeypatch.setattr(streaming, "FEW_KEYS", few_keys)
    for attention in (a_map(), StreamedMap(torch.randn(1, 3, 4), torch.randn(1, 5, 4))):
        with pytest.raises(
            AttentionError, match=rf"power_sum\({order}\): the order is from 0 to any finite number"
        ):
            attention.power_sum(order)


@pytest.mark.parametrize("few_keys", [0, 512])
def test_keys_that_may_not_be_attended_are_above_no_threshold(few_keys, monkeypatch):
    monkeypatch.setattr(streaming, "FEW_KEYS", few_keys)
    tokens = torch.randn(1, 4, 4)
    assert StreamedMap(tokens, tokens, causal=True).above(-1.0).tolist() == [[1, 2, 3, 4]]
    assert DenseMap(WEIGHTS).above(-1.0).tolist() == [[3, 1, 0]]


@pytest.mark.usefixtures("as_shipped")
@pytest.mark.parametrize("dtype", [torch.long, torch.bool, torch.complex64])
def test_weights_that_are_no_real_numbers_are_an_error(dtype):
    with pytest.raises(AttentionError, match=rf"weights \[1, 2, 2\] is {dtype}; expected floating point"):
        DenseMap(torch.ones(1, 2, 2, dtype=dtype))


def test_mass_takes_a_list_and_refuses_what_would_fill_memory(monkeypatch):
    assert a_map().mass([0, 1, 1, 0])[0, 0].tolist() == [0.5, 0.5]
    assert a_map().flow([0, 0, 1], [0, 1, 1, 0])[0].tolist() == [[0.5, 1.5], [0.0, 0.0]]
    monkeypatch.setattr(checks, "DENSE_LIMIT", 23)
    with pytest.raises(AttentionError, match=r"mass on groups of shape \[1, 3, 2\] would take"):
        a_map().mass([0, 1, 1, 0])


def test_values_on_another_device_are_an_error():
    for attention in (a_map(), StreamedMap(torch.randn(1, 3, 2), torch.randn(1, 4, 2))):
        with pytest.raises(AttentionError, match="values is meta and the map is cpu; give both the same"):
            attention.apply(torch.zeros(4, 2, device="meta"))
        with pytest.raises(AttentionError, match="values is meta and the map is cpu; give both the same"):
            attention.apply_transposed(torch.zeros(3, 2, device="meta"))
