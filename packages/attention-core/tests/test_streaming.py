import copy
import io

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from attention_core import AttentionError, StreamedMap, attend, checks


class Operations(TorchDispatchMode):
    """Counts what torch computes."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.seen.append(func)
        return func(*args, **(kwargs or {}))


def test_building_a_map_computes_nothing_and_holds_the_very_tensors():
    query, key = torch.randn(2, 4, 3, 8), torch.randn(2, 2, 5, 8)
    mask, bias = torch.ones(3, 5, dtype=torch.bool), torch.zeros(3, 5)
    with Operations() as operations:
        attention = StreamedMap(query, key, mask, bias, causal=True)
    assert operations.seen == []
    assert (
        attention.query is query,
        attention.key is key,
        attention.mask is mask,
        attention.bias is bias,
    ) == (True,) * 4


def test_the_map_of_attend_holds_the_very_tensors():
    query, key = torch.randn(2, 4, 3, 8), torch.randn(2, 4, 5, 8)
    attention = attend(query, key, key).attention
    assert attention.query is query
    assert attention.key is key


def test_shape_and_repr_compute_nothing():
    attention = StreamedMap(torch.randn(2, 4, 3, 8), torch.randn(2, 2, 5, 8), causal=True)
    with Operations() as operations:
        assert attention.shape == (2, 4, 3, 5)
        text = repr(attention)
    assert operations.seen == []
    assert text == "StreamedMap(batch=[2], heads=4, queries=3, keys=5, causal, torch.float32, cpu)"


def test_detached_has_no_graph_and_the_same_weights():
    query = torch.randn(1, 1, 3, 4, requires_grad=True)
    attention = StreamedMap(
        query, query, torch.eye(3, dtype=torch.bool), torch.zeros(3, 3, requires_grad=True), scale=2.0
    )
    detached = attention.detach()
    assert attention.dense().requires_grad
    assert not detached.dense().requires_grad
    assert torch.equal(detached.cpu().dense(), attention.dense())


def test_maps_are_copied_and_pickled():
    attention = StreamedMap(torch.randn(1, 1, 3, 4), torch.randn(1, 1, 2, 4), causal=True)
    stored = io.BytesIO()
    torch.save(attention, stored)
    stored.seek(0)
    for twin in (copy.deepcopy(attention), torch.load(stored, weights_only=False)):
        assert torch.equal(twin.dense(), attention.dense())


def test_batches_are_independent_of_memory_layout():
    query, key = torch.randn(3, 2, 8, 4).transpose(1, 2)[:, ::2], torch.randn(1, 4, 5, 4).expand(3, 4, 5, 4)
    twin = StreamedMap(query.contiguous(), key.contiguous())
    torch.testing.assert_close(StreamedMap(query, key).dense(), twin.dense())
    torch.testing.assert_close(attend(query, key, key).values, twin.apply(key))


@pytest.mark.parametrize("name", ["query", "key", "mask", "bias"])
@pytest.mark.parametrize("ask", ["entropy", "summary", "attending", "allowed", "dense", "received", "detach"])
def test_a_map_of_tensors_changed_in_place_is_not_answered(name, ask):
    tensors = {"query": torch.randn(1, 3, 4), "key": torch.randn(1, 3, 4)}
    tensors |= {"mask": torch.ones(3, 3, dtype=torch.bool), "bias": torch.zeros(3, 3)}
    attention = StreamedMap(**tensors)
    tensors[name].zero_()
    with pytest.raises(AttentionError, match=rf"{name} \[.*\] was changed in place after its map was made"):
        getattr(attention, ask)()


def test_a_map_of_freed_tensors_is_not_answered():
    key = torch.randn(1, 3, 4)
    attention = StreamedMap(torch.randn(1, 3, 4), key)
    key.untyped_storage().resize_(0)
    with pytest.raises(AttentionError, match=r"the memory of key \[1, 3, 4\] was freed"):
        attention.entropy()


@pytest.mark.parametrize("other", [torch.randn(1, 3, 4), torch.randn(1, 5, 4)])
def test_a_map_of_a_parameter_that_was_assigned_other_data_is_not_answered(other):
    query, key = torch.randn(1, 3, 4), torch.nn.Parameter(torch.randn(1, 3, 4))
    attention = StreamedMap(query, key)
    key.data = other
    with pytest.raises(AttentionError, match=r"key .* was given other data after its map was made"):
        attention.entropy()


def test_a_matrix_that_is_too_large_says_how_large_and_what_to_ask_instead(monkeypatch):
    tokens = torch.zeros(2, 8, 20_000, 1)
    attention = StreamedMap(tokens, tokens)
    with pytest.raises(AttentionError, match=r"would take 23.8 GiB; it forms at most 4\.\n  ask for rows"):
        attention.dense()
    monkeypatch.setattr(checks, "DENSE_LIMIT", 3 * 3 * 4 - 1)
    with pytest.raises(AttentionError, match=r"of shape \[1, 3, 3\]"):
        StreamedMap(*torch.zeros(2, 1, 3, 1)).dense()
    assert StreamedMap(*torch.zeros(2, 1, 3, 1)).rows(0).shape == (1, 1, 3)


def test_maps_of_inference_tensors_answer():
    with torch.inference_mode():
        query = torch.randn(1, 3, 4)
        assert StreamedMap(query, query).entropy().shape == (1, 3)


@pytest.mark.usefixtures("as_shipped")
@pytest.mark.parametrize("dtype", [torch.long, torch.bool, torch.complex64])
def test_a_map_of_tokens_that_are_no_real_numbers_is_an_error(dtype):
    tokens = torch.ones(1, 3, 4, dtype=dtype)
    for make in (lambda: StreamedMap(tokens, tokens), lambda: attend(tokens, tokens, tokens)):
        with pytest.raises(AttentionError, match=rf"query \[1, 3, 4\] is {dtype}; expected floating point"):
            make()


def test_heads_without_width_are_an_error():
    tokens = torch.ones(1, 3, 0)
    for make in (lambda: StreamedMap(tokens, tokens), lambda: attend(tokens, tokens, tokens)):
        with pytest.raises(AttentionError, match=r"query \[1, 3, 0\] .* have heads of dim 0"):
            make()


def test_in_a_notebook_a_map_tells_its_sides_and_computes_nothing():
    query = torch.randn(2, 4, 3, 8)
    attention = StreamedMap(query, torch.randn(2, 4, 5, 8), causal=True)
    with Operations() as operations:
        shown = attention._repr_html_()
    assert operations.seen == []
    assert "<th>keys</th><td>5</td>" in shown
    assert "causal" in shown
