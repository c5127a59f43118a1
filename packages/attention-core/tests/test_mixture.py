import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings

from attention_core import (
    Attended,
    AttentionAggregator,
    AttentionError,
    DenseMap,
    MixtureMap,
    MultiHeadAttention,
    attend,
    row_blocks,
)
from attention_core.testing import assert_attention_contract, cases

# A case is small already, and the contract too long to be shrunk.
few = settings(max_examples=3, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def drawn(*batch, maps=3):
    """Streamed maps of one shape, and how much each counts."""
    found = [attend(*torch.randn(3, *batch, 2, 4, 5)).attention for _ in range(maps)]
    return MixtureMap(tuple(found), torch.randn(*batch, 4, maps).softmax(-1))


@pytest.mark.parametrize("batch", [(), (3,), (2, 3)])
def test_it_is_the_weighted_sum_of_its_maps(batch):
    mixture = drawn(*batch)
    expected = sum(
        mixture.importance[..., None, :, k, None] * each.dense() for k, each in enumerate(mixture.maps)
    )
    torch.testing.assert_close(mixture.dense(), expected)
    torch.testing.assert_close(mixture.entropy(), DenseMap(expected).entropy())
    torch.testing.assert_close(mixture.received(), expected.sum(-2))
    values = torch.randn(2, 4, 6)
    torch.testing.assert_close(mixture.apply(values), expected @ values)
    torch.testing.assert_close(mixture.apply_transposed(values), expected.mT @ values)


def test_an_attention_that_does_not_count_lends_no_keys():
    blocked, open_ = (torch.tensor([True, False, False, False]), torch.ones(4, dtype=torch.bool))
    maps = tuple(attend(*torch.randn(3, 1, 2, 4, 5), mask=mask).attention for mask in (blocked, open_))
    importance = torch.tensor([1.0, 0.0]).expand(1, 4, 2)
    mixture = MixtureMap(maps, importance)
    assert torch.equal(mixture.allowed(), maps[0].allowed())
    assert mixture.topk(2).indices[..., 1].eq(-1).all()


def test_a_summary_makes_every_row_once(monkeypatch):
    found, made, some_rows = drawn(2), [], MixtureMap._some_rows
    expected = DenseMap(found.dense()).summary()
    monkeypatch.setattr(row_blocks, "BLOCK", 11)
    monkeypatch.setattr(
        MixtureMap, "_some_rows", lambda self, rows: made.append(rows) or some_rows(self, rows)
    )
    for name, statistic in found.summary().items():
        np.testing.assert_allclose(statistic, expected[name], atol=1e-6, err_msg=name)
    assert made == [slice(first, first + 1) for first in range(found.shape[-2])]


@few
@given(cases())
def test_two_attentions_and_their_aggregate_keep_the_contract(case):
    attentions = torch.nn.ModuleList([MultiHeadAttention(8, 2), MultiHeadAttention(8, 2)])
    aggregate = AttentionAggregator(8, 2)
    torch.nn.init.normal_(aggregate.score)

    def layer(query, key, mask):
        attentions.to(query.dtype), aggregate.to(query.dtype)
        mask = None if mask is None else mask[:, None]
        found = [attention(query, key, mask=mask) for attention in attentions]
        values, importance = aggregate([each.values for each in found])
        weights = importance.dense().squeeze(1)
        return Attended(values, MixtureMap(tuple(each.attention for each in found), weights))

    assert_attention_contract(layer, case)


def test_it_prints_what_it_mixes_and_lets_go_of_its_graph():
    leaf = torch.randn(1, 2, 4, 5, requires_grad=True)
    mixture = MixtureMap((attend(leaf, leaf, leaf).attention,), torch.ones(1, 4, 1))
    assert "of 1 attentions" in repr(mixture)
    assert mixture.entropy().requires_grad
    assert not mixture.detach().entropy().requires_grad
    torch.testing.assert_close(
        mixture.linear_operator(0, 1) @ torch.eye(4).numpy(), mixture.dense()[0, 1].detach().numpy()
    )


@pytest.mark.usefixtures("as_shipped")
def test_what_does_not_fit_is_named():
    mixture, other = drawn(), attend(*torch.randn(3, 2, 3, 5)).attention
    with pytest.raises(AttentionError, match=r"shapes \[\[2, 4, 4\], \[2, 3, 3\]\] cannot be mixed"):
        MixtureMap((mixture.maps[0], other), mixture.importance[..., :2])
    with pytest.raises(AttentionError, match=r"mixed is torch\.float64 and another is torch\.float32"):
        MixtureMap((mixture.maps[0], DenseMap(torch.ones(2, 4, 4).double())), mixture.importance[..., :2])
    with pytest.raises(AttentionError, match=r"importance \[4, 3\] is torch\.int64; expected floating point"):
        MixtureMap(mixture.maps, mixture.importance.long())
    with pytest.raises(AttentionError, match=r"importance has shape \[4, 3\]; .* = \[4, 1\]"):
        MixtureMap(mixture.maps[:1], mixture.importance)
