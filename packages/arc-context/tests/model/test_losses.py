import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import entropy, geom
from torch.nn import functional as F

from arc_context import ArcError, ArcLoss, EpisodeBatch, LossConfig
from arc_context.model.losses import cell_loss, diversity_loss, halting_loss, step_weights
from arc_context.model.output import Anchors, RLANOutput
from attention_core import DenseMap


def output_of(steps, **parts):
    logits = torch.randn(steps, 2, 11, 4, 4, generator=torch.manual_seed(0)).unbind()
    canvas = torch.ones(2, 4, 4, dtype=torch.bool)
    return RLANOutput(logits[-1], tuple(logits), canvas, torch.zeros(2, 8, 4, 4), **parts)


@pytest.fixture
def batch(drawn_episode):
    return EpisodeBatch.of([drawn_episode(1, sides=(2, 4)), drawn_episode(2, sides=(2, 4))], side=4)


def test_every_episode_weighs_the_same_and_only_its_canvas_counts(batch):
    logits = output_of(1).logits
    expected = []
    for each, answer, canvas in zip(logits.double(), batch.answer, batch.canvas, strict=True):
        chances = each.log_softmax(0)
        cells = [-chances[answer[i, j], i, j].item() for i, j in canvas.nonzero().tolist()]
        expected.append(np.mean(cells))
    assert cell_loss(logits, batch.answer, batch.canvas).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(("steps", "expected"), [(1, [1.0]), (2, [1 / 3, 2 / 3]), (3, [1 / 6, 1 / 6, 2 / 3])])
def test_earlier_steps_share_their_weight(steps, expected):
    assert step_weights(output_of(steps), 0.5)[0].tolist() == pytest.approx(expected)


def test_without_deep_supervision_the_last_step_counts_alone():
    assert step_weights(output_of(3), 0.0)[0].tolist() == [0, 0, 1]


def test_halting_weighs_the_steps():
    halting = torch.tensor([[0.2, 0.8], [0.9, 0.1]])
    assert torch.equal(step_weights(output_of(2, halting=halting), 0.5), halting)


def test_halting_is_held_to_the_geometric_distribution():
    halting = torch.tensor([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
    prior = geom.pmf([1, 2, 3], 1 / 2.5)
    expected = np.mean([entropy(each, prior / prior.sum()) for each in halting.double().numpy()])
    assert halting_loss(halting, 2.5).item() == pytest.approx(expected, rel=1e-5)
    cut = torch.from_numpy(prior / prior.sum()).float()[None]
    assert halting_loss(cut, 2.5).item() == pytest.approx(0, abs=1e-6)


def test_anchors_that_share_cells_are_not_diverse():
    def anchors(*maps):
        nothing = torch.zeros(1, len(maps))
        return Anchors(
            torch.zeros(1, len(maps), 2),
            DenseMap(torch.tensor([[maps]])),
            nothing,
            nothing,
            torch.zeros(1, len(maps), 4),
        )

    one, other, between = [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]
    assert diversity_loss(anchors(one, one)).item() == pytest.approx(1)
    assert diversity_loss(anchors(one, other)).item() == pytest.approx(0)
    assert diversity_loss(anchors(one, other, between)).item() == pytest.approx(2 / 3 / math.sqrt(2))
    assert diversity_loss(anchors(one)).item() == 0


def test_the_loss_is_the_weighed_sum_of_its_parts(small_model, batch, asked):
    model = small_model(anchors=2, halting=True).train()
    loss = ArcLoss(LossConfig(halting=0.3, diversity=0.2))
    parts = loss.parts(asked(model, batch), batch)
    expected = parts["answer"] + 0.3 * parts["halting"] + 0.2 * parts["diversity"]
    torch.testing.assert_close(loss(model, batch), expected)
    assert set(ArcLoss(LossConfig(halting=0.0)).parts(asked(model, batch), batch)) == {"answer"}


def test_a_perfect_answer_costs_nothing(batch):
    exact = F.one_hot(batch.answer, 11).movedim(-1, 1).float() * 40
    output = output_of(1)._replace(step_logits=(exact,))
    assert ArcLoss(LossConfig()).parts(output, batch)["answer"].item() == pytest.approx(0, abs=1e-6)


def test_episodes_without_answer_are_refused(small_model, batch):
    with pytest.raises(ArcError, match="without answers"):
        ArcLoss(LossConfig())(small_model(), replace(batch, answer=None))
