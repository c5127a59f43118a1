import math
import os
import signal
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from searchlight.configuration import TrainingConfig
from searchlight.errors import CheckpointError, Interrupted, TrainingError
from searchlight.training import Batches, Recorder, fit, learning_rate, seconds_per_step

COSTS = ("seconds", "cpu_seconds", "peak_bytes")
SETTINGS = TrainingConfig(epochs=4, batch_size=8, learning_rate=0.05)


def draw(epoch):
    inputs = torch.randn(24, 4, generator=torch.Generator().manual_seed(epoch))
    for start in range(0, 24, 8):
        rows = slice(start, start + 8)
        yield {"ids": torch.arange(24)[rows], "x": inputs[rows], "y": inputs.sum(1)[rows]}


BATCHES = Batches(3, draw)


def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))


def loss(model, batch):
    return (model(batch["x"]).squeeze(1) - batch["y"]).square().mean()


class Keeping(Recorder):
    """Keeps every checkpoint; sends a signal after some step."""

    def __init__(self, stop_at=None):
        super().__init__()
        self.saved, self.best, self.steps, self.stop_at = [], [], [], stop_at

    def step(self, record):
        self.steps.append(record)
        if record["step"] == self.stop_at:
            os.kill(os.getpid(), signal.SIGTERM)

    def save(self, last, best):
        checkpoint = last()
        self.saved.append(replace(checkpoint, tensors={k: v.clone() for k, v in checkpoint.tensors.items()}))
        self.best.append(best)


def test_the_loss_falls():
    recorder = fit(model(), loss, BATCHES, replace(SETTINGS, epochs=30))
    assert recorder.epochs[-1]["train_loss"] < 0.2 * recorder.epochs[0]["train_loss"]


@pytest.mark.parametrize("stop_at", [2, 3, 7])
def test_a_resumed_training_ends_bit_for_bit_where_an_uninterrupted_one_does(stop_at):
    whole = model()
    expected = fit(whole, loss, BATCHES, SETTINGS, validate=lambda m: {"score": -1.0})
    parted, stopped = model(), Keeping(stop_at)
    with pytest.raises(Interrupted, match=f"after step {stop_at} of 12"):
        fit(parted, loss, BATCHES, SETTINGS, validate=lambda m: {"score": -1.0}, recorder=stopped)
    torch.manual_seed(99)
    fresh = model()
    rest = fit(fresh, loss, BATCHES, SETTINGS, validate=lambda m: {"score": -1.0}, resume=stopped.saved[-1])
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), fresh.parameters(), strict=True))
    without_time = [{k: v for k, v in record.items() if k not in COSTS} for record in expected.epochs]
    again = [
        {k: v for k, v in record.items() if k not in COSTS} for record in [*stopped.epochs, *rest.epochs]
    ]
    assert again == without_time


def test_the_handlers_of_signals_are_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Interrupted):
        fit(model(), loss, BATCHES, SETTINGS, recorder=Keeping(1))
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_loss_that_is_not_finite_stops_with_step_and_ids_and_takes_no_step():
    trained, calls = model(), iter(range(100))

    def breaks(model, batch):
        return loss(model, batch) * (math.nan if next(calls) == 4 else 1.0)

    recorder = Keeping()
    with pytest.raises(TrainingError, match=r"nan at step 5 \(epoch 2, batch of ids 8, 9, 10"):
        fit(trained, breaks, BATCHES, SETTINGS, recorder=recorder)
    assert all(torch.isfinite(parameter).all() for parameter in trained.parameters())
    assert len(recorder.steps) == 4


def test_accumulated_parts_give_the_gradient_of_the_whole_batch():
    whole, parts = nn.Linear(4, 1), nn.Linear(4, 1)
    parts.load_state_dict(whole.state_dict())
    fit(whole, loss, BATCHES, SETTINGS)
    fit(parts, loss, BATCHES, replace(SETTINGS, accumulate=4))
    torch.testing.assert_close(whole.weight, parts.weight, rtol=1e-4, atol=1e-5)


def test_a_batch_that_cannot_be_shared_is_an_error():
    with pytest.raises(TrainingError, match="8 items cannot be shared by 1 processes in 3 parts"):
        fit(model(), loss, BATCHES, replace(SETTINGS, accumulate=3))


def test_gradients_are_clipped_and_their_norm_before_clipping_is_recorded():
    recorder = Keeping()
    fit(
        model(),
        lambda m, b: 1e6 * loss(m, b),
        BATCHES,
        replace(SETTINGS, schedule="constant"),
        recorder=recorder,
    )
    assert min(record["gradient_norm"] for record in recorder.steps) > 1e3
    moved = recorder.saved[-1].group("model")
    assert all(tensor.abs().max() < 10 for tensor in moved.values())


def test_the_first_validation_figure_chooses_the_best_epoch():
    scores = iter([0.1, 0.5, 0.3, 0.5])
    recorder = Keeping()
    fit(
        model(),
        loss,
        BATCHES,
        SETTINGS,
        validate=lambda m: {"score": next(scores), "other": 1.0},
        recorder=recorder,
    )
    assert recorder.best == [True, True, False, False]
    assert [record["score"] for record in recorder.epochs] == [0.1, 0.5, 0.3, 0.5]


def test_a_model_is_validated_in_eval_mode_and_trained_in_train_mode():
    seen = []
    fit(
        model(),
        lambda m, b: (seen.append(m.training), loss(m, b))[1],
        BATCHES,
        SETTINGS,
        validate=lambda m: {"score": float(m.training)},
    )
    assert all(seen)


def test_weights_of_another_model_cannot_be_resumed():
    recorder = Keeping()
    fit(model(), loss, BATCHES, replace(SETTINGS, epochs=1), recorder=recorder)
    with pytest.raises(CheckpointError, match="another model"):
        fit(nn.Linear(4, 1), loss, BATCHES, SETTINGS, resume=recorder.saved[-1])


def test_one_cycle_rises_for_a_tenth_of_the_steps_and_falls_to_zero():
    settings = TrainingConfig(learning_rate=2.0, schedule="one_cycle")
    rates = [learning_rate(step, 100, settings) for step in range(100)]
    assert np.argmax(rates) in (9, 10)
    assert max(rates) == 2.0
    assert rates[-1] < 0.01
    assert all(a < b for a, b in pairwise(rates[:10]))


def test_a_step_is_timed_without_changing_the_model():
    trained = model()
    before = [parameter.clone() for parameter in trained.parameters()]
    assert seconds_per_step(trained, loss, BATCHES, SETTINGS) > 0
    assert all(torch.equal(a, b) for a, b in zip(before, trained.parameters(), strict=True))


@pytest.mark.gpu
def test_training_moves_to_the_gpu_when_there_is_one():
    trained = model()
    fit(trained, loss, BATCHES, replace(SETTINGS, precision="bfloat16"))
    assert next(trained.parameters()).is_cuda


def test_a_gradient_that_is_not_finite_stops_with_step_and_ids():
    class Cliff(torch.autograd.Function):
        @staticmethod
        def forward(ctx, value):
            return value.clone()

        @staticmethod
        def backward(ctx, sent):
            return sent * float("nan")

    model = nn.Linear(2, 1)
    batch = {"ids": torch.arange(4), "inputs": torch.ones(4, 2)}
    batches = Batches(1, lambda epoch: [batch])
    with pytest.raises(TrainingError, match=r"the gradient norm is nan at step 1 .*ids 0, 1, 2, 3"):
        fit(model, lambda m, b: Cliff.apply(m(b["inputs"])).mean(), batches, TrainingConfig(epochs=1))
