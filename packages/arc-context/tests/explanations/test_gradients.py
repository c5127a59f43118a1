"""Shares of the input gradient, against finite differences."""

import pytest
import torch

from arc_context.errors import ArcError
from arc_context.explanations.gradients import drawn_queries, encoded_support, gradient_shares
from arc_context.explanations.lookups import settled
from arc_context.model.batch import EpisodeBatch
from arc_context.model.pair_encoders import Cells, SpatialPairEncoder

STEP = 1e-4


@pytest.fixture
def double():
    """In float64, as gradients of a pooled support are small beside the rounding of logits."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def differences(model, batch, query, given, monkeypatch):
    """‖∂ logit of the right colour / ∂ encoded support cell‖ of every support cell, by central differences.

    Each number is moved in an episode of its own, up and down, all of them in one batch.
    """
    with encoded_support(model) as encoded:
        model(*given(batch))
    first = torch.stack([each.detach() for each in encoded])
    moves = STEP * torch.eye(first.numel()).view(-1, *first.shape)
    moved = first + torch.cat([moves, -moves])
    cells = Cells(*moved.movedim(1, 0).flatten(1, 2))
    monkeypatch.setattr(SpatialPairEncoder, "cells", lambda *given: cells)
    many = EpisodeBatch.from_tensors(
        {name: each.expand(len(moved), *each.shape[1:]) for name, each in batch.tensors().items()}
    )
    up, down = model(*given(many)).logits.flatten(2)[:, batch.answer.flatten()[query], query].chunk(2)
    monkeypatch.undo()
    slopes = ((up - down) / (2 * STEP)).view(first.shape)
    return slopes.square().sum((0, 2)).sqrt().flatten()


@pytest.mark.parametrize("context", ["film", "cross_attention"])
def test_shares_are_those_of_finite_differences(double, network, asked, given, monkeypatch, context):
    model, (found, batch) = network(context), asked("colour_map", count=1, sides=(2, 2), pairs=(2, 2))
    what = settled(found, batch)
    query = int(drawn_queries(what, 1, 0)[0, 0])
    with torch.no_grad():
        norms = differences(model, batch, query, given, monkeypatch)
    settling = what.cells[0, :, what.group[0, query]]
    (share,) = gradient_shares(model, batch, what, draws=1)
    assert float(share.gradient[0]) == pytest.approx(float(norms[settling].sum() / norms.sum()), rel=1e-4)
    assert float(share.cells[0]) == pytest.approx(int(settling.sum()) / settling.numel())


def test_episodes_of_a_batch_have_the_shares_that_each_has_alone(network, asked):
    model, (found, batch) = network(), asked("colour_map", "reveal", count=4)
    together = gradient_shares(model, batch, settled(found, batch), draws=64)
    for row, question in enumerate(found):
        alone = EpisodeBatch.of([question.episode])
        apart = gradient_shares(model, alone, settled([question], alone), draws=64)
        ours = sorted(float(each.gradient[row]) for each in together if not each.gradient[row].isnan())
        theirs = sorted(float(each.gradient[0]) for each in apart if not each.gradient[0].isnan())
        assert ours == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("context", ["film", "cross_attention"])
def test_what_is_cut_off_is_what_the_network_reads(network, asked, given, context):
    model, (_, batch) = network(context), asked("colour_map", "mirror")
    with encoded_support(model):
        cut = model(*given(batch)).logits
    assert torch.equal(cut, model(*given(batch)).logits)


def test_the_network_stays_as_it_was(network, asked, given):
    model, (found, batch) = network(), asked("colour_map")
    before = model(*given(batch)).logits
    gradient_shares(model, batch, settled(found, batch))
    assert torch.equal(model(*given(batch)).logits, before)
    assert all(each.grad is None for each in model.parameters())
    assert model(*given(batch)).logits.requires_grad


def test_each_test_cell_is_drawn_once_and_only_where_it_is_asked(asked):
    found, batch = asked("reveal", "mirror", count=4)
    what = settled(found, batch)
    chosen = drawn_queries(what, 50, seed=1)
    for row in range(4):
        drawn = [each for each in chosen[row].tolist() if each >= 0]
        assert sorted(drawn) == what.asked[row].nonzero().flatten().tolist()


def test_a_network_without_support_is_refused(network, asked):
    found, batch = asked("colour_map")
    with pytest.raises(ArcError, match="encodes no support set"):
        gradient_shares(network("none"), batch, settled(found, batch))
