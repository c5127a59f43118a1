import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss

from attention_core import DenseMap
from object_persistence.configuration import LossConfig, ModelConfig
from object_persistence.model.losses import (
    PersistenceLoss,
    class_loss,
    contrastive_loss,
    duration_loss,
    log_ratio,
    ratio_margin,
)
from object_persistence.model.transformer import PersistenceTransformer
from object_persistence.tokens.batch import TokenBatch

MASK = torch.tensor([[True] * 5, [True, True, True, False, False]])
PERSISTENT = torch.tensor([[True, False, False, False, True], [False, False, True, False, True]])


@pytest.fixture
def batch(drawn_clip):
    return TokenBatch.of([drawn_clip(20, 1), drawn_clip(9, 2)])


def model_of(**settings):
    torch.manual_seed(0)
    return PersistenceTransformer(ModelConfig(dim=16, heads=4, **settings))


@pytest.mark.parametrize("balanced", [False, True])
def test_the_loss_of_classes_is_scikit_learns(balanced):
    logits = torch.randn(2, 5, generator=torch.manual_seed(0))
    real, true = logits[MASK].sigmoid().numpy(), PERSISTENT[MASK].numpy()
    weight = np.where(true, 1 / true.sum(), 1 / (~true).sum()) if balanced else None
    expected = log_loss(true, real, sample_weight=weight)
    assert class_loss(logits, PERSISTENT, MASK, balanced).item() == pytest.approx(expected, rel=1e-5)


def test_one_class_alone_has_a_loss():
    logits = torch.randn(2, 5)
    assert class_loss(logits, PERSISTENT & False, MASK, balanced=True).isfinite()


def test_contrast_is_that_of_the_loops():
    tokens = torch.randn(2, 5, 4, dtype=torch.float64, generator=torch.manual_seed(0))
    expected = []
    for clip, mask, persistent in zip(tokens.numpy(), MASK.numpy(), PERSISTENT.numpy(), strict=True):
        unit = clip / np.linalg.norm(clip, axis=1, keepdims=True)
        rows = np.flatnonzero(mask)
        for row in rows:
            others = [each for each in rows if each != row]
            total = sum(math.exp(unit[row] @ unit[each] / 0.2) for each in others)
            alike = [each for each in others if persistent[each] == persistent[row]]
            if alike:
                logs = [unit[row] @ unit[each] / 0.2 - math.log(total) for each in alike]
                expected.append(-np.mean(logs))
    assert contrastive_loss(tokens, PERSISTENT, MASK).item() == pytest.approx(np.mean(expected))


def test_contrast_of_single_detections_is_nothing():
    tokens = torch.randn(2, 1, 4, requires_grad=True)
    loss = contrastive_loss(tokens, PERSISTENT[:, :1], MASK[:, :1])
    loss.backward()
    assert loss == 0
    assert (tokens.grad == 0).all()


def test_durations_of_objects_count_and_those_of_clutter_do_not(batch):
    model = model_of()
    output = model(batch)
    exact = output._replace(duration=batch.duration.log1p(), remaining=batch.remaining.log1p())
    assert duration_loss(exact, batch) == 0
    off = exact._replace(duration=torch.where(batch.matched, exact.duration, 9.0))
    assert duration_loss(off, batch) == 0
    late = exact._replace(remaining=exact.remaining + 0.5)
    assert duration_loss(late, batch).item() == pytest.approx(0.5 * 0.5**2 / 2)
    assert duration_loss(output, replace(batch, matched=batch.matched & False)) == 0


def received_map(*columns):
    """A map whose rows are all alike."""
    weights = torch.tensor(columns)
    return DenseMap(
        weights[:, None, None, :].expand(-1, 2, 5, -1), MASK[:, None, None, :] & MASK[:, None, :, None]
    )


def test_the_ratio_is_that_of_mean_received_attention():
    attention = received_map([0.4, 0.1, 0.05, 0.05, 0.4], [0.25, 0.25, 0.5, 0.0, 0.0])
    ratios = log_ratio(attention, torch.stack([MASK & PERSISTENT, MASK & ~PERSISTENT])).exp()
    assert ratios.tolist() == pytest.approx([0.4 / (0.2 / 3), 2.0])


def test_a_margin_that_is_kept_costs_nothing_and_one_that_is_not_what_it_lacks():
    attention = received_map([0.4, 0.1, 0.05, 0.05, 0.4], [0.25, 0.25, 0.5, 0.0, 0.0])
    assert ratio_margin((attention,), PERSISTENT, MASK, 1.5) == 0
    expected = (math.log(8 / 6) + math.log(8 / 2)) / 2
    assert ratio_margin((attention, attention), PERSISTENT, MASK, 8.0).item() == pytest.approx(expected)


def test_a_clip_without_a_class_does_not_count_for_the_margin():
    attention = received_map([0.4, 0.1, 0.05, 0.05, 0.4], [0.25, 0.25, 0.5, 0.0, 0.0])
    one_class = PERSISTENT.clone()
    one_class[0] = True
    assert ratio_margin((attention,), one_class, MASK, 8.0).item() == pytest.approx(math.log(4))
    assert ratio_margin((attention,), PERSISTENT & False, MASK) == 0


def test_supervision_raises_the_ratio(batch):
    model, loss = model_of(), PersistenceLoss(LossConfig(margin=1.0, ratio=4.0))
    before = loss.parts(model(batch), batch)["margin"].item()
    assert margin_after_training(model, loss, batch) < 0.3 * before


def margin_after_training(model, loss, batch):
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(40):
        optimizer.zero_grad()
        loss(model, batch).backward()
        optimizer.step()
    return loss.parts(model(batch), batch)["margin"].item()


def test_the_loss_is_the_weighed_sum_of_its_parts(batch):
    config = LossConfig(duration=0.3, contrastive=0.2, margin=0.7, balanced=True)
    model, loss = model_of(), PersistenceLoss(config)
    parts = loss.parts(model(batch), batch)
    expected = (
        parts["persistence"] + 0.3 * parts["duration"] + 0.2 * parts["contrastive"] + 0.7 * parts["margin"]
    )
    torch.testing.assert_close(loss(model, batch), expected)


def test_a_part_that_weighs_nothing_is_not_computed(batch):
    assert set(PersistenceLoss(LossConfig()).parts(model_of()(batch), batch)) == {"persistence", "duration"}


def test_clips_without_detections_have_no_loss(drawn_clip):
    loss = PersistenceLoss(LossConfig(contrastive=1.0, margin=1.0, balanced=True))
    value = loss(model_of(), TokenBatch.of([drawn_clip(0)]))
    value.backward()
    assert value == 0
