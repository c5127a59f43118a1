import numpy as np
import pytest
import torch

from attention_core import AttentionError, DenseMap, Rollout, StreamedMap, rollout, row_blocks


def layers(batch=(2,)) -> list[StreamedMap]:
    padded = torch.tensor([True, True, False, True, True])
    masks = [None, torch.ones(5, 5, dtype=torch.bool).tril(-1), padded]
    return [StreamedMap(*torch.randn(2, *batch, 3, 5, 4).double(), mask) for mask in masks]


def by_matrices(maps: list[StreamedMap], residual: float) -> torch.Tensor:
    product = torch.eye(5).double()
    for each in maps:
        mixed = residual * torch.eye(5).double() + (1 - residual) * each.dense().mean(-3)
        product = mixed / mixed.sum(-1, keepdim=True) @ product
    return product.unsqueeze(-3)


@pytest.mark.parametrize("residual", [0.5, 0.2])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_a_rollout_is_the_product_of_the_layers(residual, batch):
    maps = layers(batch)
    found, expected = rollout(maps, residual), by_matrices(maps, residual)
    values = torch.randn(5, 2).double()
    torch.testing.assert_close(found.dense(), expected)
    torch.testing.assert_close(found.apply(values), expected @ values)
    torch.testing.assert_close(found.apply_transposed(values), expected.mT @ values)
    torch.testing.assert_close(found.received(), expected.sum(-2))
    torch.testing.assert_close(found.rows(2), expected[..., 2:3, :])
    torch.testing.assert_close(found.entropy(), DenseMap(expected).entropy())


def test_a_rollout_has_gradients():
    query, key = (torch.randn(2, 4, 3).double().requires_grad_() for _ in range(2))
    assert torch.autograd.gradcheck(
        lambda query, key: rollout([StreamedMap(query, key)] * 2).entropy(), (query, key)
    )


def test_a_rollout_is_a_linear_operator():
    maps = layers()
    operator = rollout(maps).linear_operator(batch=1)
    np.testing.assert_allclose(operator @ np.eye(5), by_matrices(maps, 0.5)[1, 0], atol=1e-12)


def test_a_detached_rollout_has_no_graph():
    query = torch.randn(1, 4, 3, requires_grad=True)
    found = rollout([StreamedMap(query, query)])
    assert found.dense().requires_grad
    assert not found.detach().cpu().dense().requires_grad
    assert (
        repr(found)
        == "Rollout(batch=[], heads=1, queries=4, keys=4, layers=1, residual=0.5, torch.float32, cpu)"
    )


def test_a_token_without_keys_keeps_to_itself():
    attention = DenseMap(torch.tensor([[[0.0, 0.0], [0.5, 0.5]]]))
    assert rollout([attention]).dense()[0, 0].tolist() == [1.0, 0.0]


def test_a_summary_makes_every_row_once(monkeypatch):
    found, made, some_rows = rollout(layers()), [], Rollout._some_rows
    expected = DenseMap(found.dense()).summary()
    monkeypatch.setattr(row_blocks, "BLOCK", 11)
    monkeypatch.setattr(Rollout, "_some_rows", lambda self, rows: made.append(rows) or some_rows(self, rows))
    for name, statistic in found.summary().items():
        np.testing.assert_allclose(statistic, expected[name], atol=1e-6, err_msg=name)
    assert made == [slice(first, first + 1) for first in range(found.shape[-2])]


@pytest.mark.parametrize(
    ("maps", "residual", "message"),
    [
        ([], 0.5, "rollout of no maps"),
        ([DenseMap(torch.ones(1, 2, 2))], 1.0, r"residual is 1.0; expected a share in \[0, 1\)"),
        ([DenseMap(torch.ones(1, 2, 3))], 0.5, r"\[1, 2, 3\]; expected the same batch, and as many queries"),
        (
            [DenseMap(torch.ones(1, 2, 2)), DenseMap(torch.ones(1, 2, 2).double())],
            0.5,
            "a map is torch.float64 and another is torch.float32",
        ),
        ([DenseMap(torch.ones(1, 2, 2)), DenseMap(torch.ones(1, 3, 3))], 0.5, r"\[1, 2, 2\], \[1, 3, 3\]"),
    ],
)
def test_bad_input_is_named(maps, residual, message):
    with pytest.raises(AttentionError, match=message):
        rollout(maps, residual)
