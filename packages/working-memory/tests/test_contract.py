"""The contract of attention layers, asked of the looks that models of working memory are made with."""

import pytest

from attention_core import Attended, DenseMap
from attention_core.testing import assert_attention_contract
from working_memory.configuration import KINDS
from working_memory.factory import create_model, needs_map

SMALL = {"hidden_size": 11, "channels": 8, "task_dim": 6, "attention_dim": 12}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if needs_map(kind)])
def test_every_spatial_look_keeps_the_contract(kind):
    heads = {"heads": 3} if "multihead" in kind else {}
    # Self-attention goes by the places of the cells.
    placed = ("the order of keys does not matter", "a repeated key shares its weight")
    broken = placed if "self_attention" in kind else ()
    model = create_model(kind, **SMALL, **heads)

    def layer(query, key, mask):
        """Each query is a task of its own, each key a cell."""
        batch, queries, keys = len(query), query.shape[1], key.shape[1]
        features = key.mT[:, None, :, None].repeat_interleave(queries, 0)
        cells = None if mask is None else mask.flatten(0, 1)[:, None, None]
        values, attention, *_ = model.look.to(query.dtype)(features, query.flatten(0, 1), mask=cells)

        def per_item(tensor):
            return tensor.reshape(batch, queries, attention.shape[2], keys).transpose(1, 2)

        weights, allowed = per_item(attention.dense()), per_item(attention.allowed())
        return Attended(values.reshape(batch, queries, 8), DenseMap(weights, allowed))

    assert_attention_contract(layer, query_dim=6, key_dim=8, except_for=broken)
