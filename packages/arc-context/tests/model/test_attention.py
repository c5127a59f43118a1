import pytest
import torch

from arc_context.model.attention import CellAttention, cell_places
from attention_core.testing import assert_attention_contract


@pytest.fixture
def attention():
    return CellAttention(32, 4).eval()


def test_places_are_read_row_by_row():
    assert cell_places(2, 3, torch.device("cpu")).tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]


def test_cells_at_one_place_keep_the_contract(attention):
    def layer(query, key, mask):
        module = attention.to(query.dtype)
        here, there = (torch.zeros(each.shape[1], 2, dtype=torch.long) for each in (query, key))
        return module(query, here, *module.keys(key, key, there), None if mask is None else mask[:, None])

    assert_attention_contract(layer, query_dim=32, key_dim=32)


def test_weights_know_the_difference_of_places_alone(attention):
    cells, places = torch.randn(1, 6, 32), cell_places(2, 3, torch.device("cpu"))

    def weights(here, there):
        return attention(cells, here, *attention.keys(cells, cells, there)).attention.dense()

    torch.testing.assert_close(weights(places + 5, places + 5), weights(places, places), rtol=0, atol=1e-5)
    assert not torch.allclose(weights(places + 1, places), weights(places, places), atol=1e-3)


def test_beginning_alike_queries_and_keys_are_projected_alike():
    attention = CellAttention(32, 4, alike=True)
    cells = torch.randn(1, 5, 32)
    nowhere = torch.zeros(5, 2, dtype=torch.long)
    key, _ = attention.keys(cells, cells, nowhere)
    scores = attention(cells, nowhere, key, key).attention.dense()
    torch.testing.assert_close(key.square().sum(-1).sum(1), cells.square().sum(-1))  # orthogonal
    assert (scores.mean(1).argmax(-1) == torch.arange(5)).all()
