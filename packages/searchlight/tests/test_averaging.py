"""The average of weights against its own recursion, written out in float64."""

import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from searchlight.averaging import WeightAverage
from searchlight.checkpoint import load_checkpoint
from searchlight.configuration import TrainingConfig
from searchlight.errors import Interrupted
from searchlight.runs import train_run
from searchlight.training import Batches, Recorder, fit

SETTINGS = TrainingConfig(epochs=3, batch_size=8, learning_rate=0.1, schedule="constant", ema=0.8)


def draw(epoch):
    inputs = torch.randn(24, 4, generator=torch.Generator().manual_seed(epoch))
    for start in range(0, 24, 8):
        yield {"ids": torch.arange(8), "x": inputs[start : start + 8]}


BATCHES = Batches(3, draw)


def model():
    torch.manual_seed(0)
    return nn.Linear(4, 1)


def loss(model, batch):
    return (model(batch["x"]).squeeze(1) - batch["x"].sum(1)).square().mean()


class Weights(Recorder):
    """Keeps the weights after every step, and stops the training after one of them."""

    def __init__(self, trained, stop_at=None):
        super().__init__()
        self.trained, self.stop_at, self.seen, self.saved = trained, stop_at, [], []

    def step(self, record):
        self.seen.append(self.trained.weight.detach().double().numpy().copy())
        if record["step"] == self.stop_at:
            os.kill(os.getpid(), signal.SIGTERM)

    def save(self, last, best):
        checkpoint = last()
        self.saved.append(replace(checkpoint, tensors={k: v.clone() for k, v in checkpoint.tensors.items()}))


def test_the_model_ends_with_the_average_of_its_weights_over_the_steps():
    trained = model()
    expected = trained.weight.detach().double().numpy().copy()
    recorder = Weights(trained)
    fit(trained, loss, BATCHES, SETTINGS, recorder=recorder)
    for step, weights in enumerate(recorder.seen):
        decay = min(0.8, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * weights
    np.testing.assert_allclose(trained.weight.detach().numpy(), expected, rtol=1e-5)
    assert not np.allclose(expected, recorder.seen[-1], rtol=1e-3)


def test_the_average_is_validated_and_training_goes_on_with_the_weights():
    validated, plain, trained = [], model(), model()
    fit(plain, loss, BATCHES, replace(SETTINGS, ema=0.0), recorder=(without := Weights(plain)))
    recorder = Weights(trained)
    fit(
        trained,
        loss,
        BATCHES,
        SETTINGS,
        validate=lambda m: validated.append(m.weight.clone()) or {"score": 0.0},
        recorder=recorder,
    )
    np.testing.assert_array_equal(recorder.seen, without.seen)
    torch.testing.assert_close(validated[-1], trained.weight)


def test_what_is_not_trained_is_not_averaged():
    part = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    part[0].requires_grad_(False)
    assert set(WeightAverage(part, 0.9).weights) == {"1.weight", "1.bias"}


def test_a_resumed_average_ends_where_an_uninterrupted_one_does():
    whole, parted, fresh = model(), model(), model()
    fit(whole, loss, BATCHES, SETTINGS)
    stopped = Weights(parted, stop_at=4)
    with pytest.raises(Interrupted):
        fit(parted, loss, BATCHES, SETTINGS, recorder=stopped)
    fit(fresh, loss, BATCHES, SETTINGS, resume=stopped.saved[-1])
    assert torch.equal(whole.weight, fresh.weight)


def test_a_run_keeps_the_average_as_its_best_weights(line, tmp_path):
    run = train_run(line(training={"ema": 0.9, "schedule": "constant"}), 0, tmp_path)
    last, best = (load_checkpoint(run.checkpoint(f"{name}.safetensors")) for name in ("last", "best"))
    assert set(best.tensors) == {f"model/{name}" for name in last.group("model")}
    if best.facts["epoch"] == last.facts["epoch"]:
        assert torch.equal(best.tensors["model/1.weight"], last.tensors["average/1.weight"])
    assert not torch.equal(best.tensors["model/1.weight"], last.tensors["model/1.weight"])
