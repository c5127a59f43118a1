"""A system of a few numbers, so that training, runs and comparison are tested without pictures.

Beside it what tests of real systems share: of a module's `experiment` the `model`, and what is `made` of that.
"""

import dataclasses
from dataclasses import field
from functools import cache
from typing import ClassVar

import numpy as np
import polars as pl
import pytest
import torch
from pydantic.dataclasses import dataclass
from torch import nn

from analysis import Assay, Estimate, Finding, Findings, Graded, Measure
from searchlight import configuration, experiments
from searchlight.configuration import STRICT, Resolved, TrainingConfig
from searchlight.experiments.arms import Arm, Fitted
from searchlight.experiments.base import Evaluation, Experiment, Inspection
from searchlight.training import Batches

SPLITS = ("validation/plain", "test/plain")


@dataclass(frozen=True, config=STRICT)
class LineConfig:
    """Learn the sign of a sum."""

    noise: float = 0.0
    """Standard deviation of what is added to the inputs."""
    dropout: float = 0.0
    """Dropout of the inputs, so that training draws random numbers."""
    kind: str = "line"
    """line is trained by gradient steps, least_squares fits itself."""
    training: TrainingConfig = field(default_factory=lambda: TrainingConfig(epochs=3, batch_size=8))
    """How the gradient steps are taken."""


@dataclasses.dataclass(frozen=True)
class Answers(Assay):
    """How sure a line is, by feature and by how hard n is; one with dropout is not asked."""

    name = "answers"
    question = "How sure is the model?"
    measures = (
        Measure("sureness", bounds=(0.0, 1.0), cells=("feature",)),
        Graded("sureness_by", cells=("by", "n"), apart=("by",)),
    )
    controls = ("untrained",)

    def missing(self, run):
        return "it was trained with dropout" if run.config()["dropout"] else ""

    def measure(self, run, controls):
        told = run.trials().with_columns(sure=(2 * pl.col("score") - 1).abs())
        figures = [
            finding("sureness", part, split=split, feature=feature)
            for (split, feature), part in groups(told, "split", "feature")
        ]
        return Findings(
            (*figures, *(finding("sureness_by", part, by="n", n=n) for (n,), part in groups(told, "n")))
        )


def groups(trials, *by):
    return trials.filter(pl.col("split").str.starts_with("test/")).group_by(*by, maintain_order=True)


def finding(measure, part, **cell):
    value = part["sure"].mean()
    return Finding(measure, Estimate(value, value - 0.1, value + 0.1, part.height), cell)


class LeastSquares:
    """A baseline: the hyperplane nearest to the targets, and its side as logits."""

    def fit(self, items):
        targets = 2.0 * items["targets"] - 1
        self.weights = torch.linalg.lstsq(items["inputs"], targets.unsqueeze(1)).solution

    def __call__(self, inputs):
        side = inputs @ self.weights
        return torch.cat([-side, side], 1)


class Line(Experiment):
    system = "line"
    measures: ClassVar = (Measure("accuracy", chance=0.5, cells=("feature", "n")),)
    controls: ClassVar = ("untrained",)
    assays: ClassVar = (Answers(),)
    prepared: ClassVar[list[int]] = []

    def prepare(self):
        self.prepared.append(self.seed)

    def data_hash(self):
        return f"line {self.config.noise}"

    def items(self, seed, count=24):
        generator = torch.Generator().manual_seed(seed)
        inputs = torch.randn(count, 4, generator=generator)
        return {"ids": torch.arange(count), "inputs": inputs, "targets": (inputs.sum(1) > 0).long()}

    @classmethod
    def epochs(cls, config):
        return config.training.epochs if config.kind == "line" else 1

    def arm(self):
        if self.config.kind == "least_squares":
            found = LeastSquares()
            return Fitted(found, lambda: found.fit(self.items(1000 * self.seed)), self.validate)
        torch.manual_seed(self.seed)
        model = nn.Sequential(nn.Dropout(self.config.dropout), nn.Linear(4, 2))
        return Arm(model, self.loss, Batches(3, self.draw), self.validate)

    def loss(self, model, batch):
        return nn.functional.cross_entropy(model(batch["inputs"]), batch["targets"])

    def draw(self, epoch):
        items = self.items(1000 * self.seed + epoch)
        for start in range(0, 24, 8):
            yield {name: tensor[start : start + 8] for name, tensor in items.items()}

    def validate(self, model):
        items = self.items(1)
        right = model(items["inputs"]).argmax(1) == items["targets"]
        return {"accuracy": right.float().mean().item()}

    def evaluate(self, model):
        tables, states = [], []
        for number, split in enumerate(SPLITS):
            items = self.items(number + 1)
            answers = model(items["inputs"]).softmax(1).detach()
            states.append(answers.numpy())
            rows = np.arange(24)
            tables.append(
                pl.DataFrame(
                    {
                        "split": [split] * 24,
                        "item": rows,
                        "group": rows,
                        "step": rows * 0,
                        "target": items["targets"].numpy(),
                        "prediction": answers.argmax(1).numpy(),
                        "score": answers[:, 1].numpy(),
                        "feature": ["sum", "shape"] * 12,
                        "n": [1, 1, 2, 2] * 6,
                    }
                )
            )
        return Evaluation(pl.concat(tables), {"model/answers": np.concatenate(states)})

    def describe(self, model):
        return "least squares" if isinstance(model, LeastSquares) else super().describe(model)

    def intervene(self, model, what):
        return self.evaluate(self.arm().model.eval())

    @classmethod
    def values(cls, trials, measure, cells):
        right = (pl.col("prediction") == pl.col("target")).mean().alias("value")
        return trials.group_by("split", *cells, maintain_order=True).agg(right)

    def inspect(self, trained, controls, choice):
        return Inspection([], {}, "test/plain")


@pytest.fixture
def line(monkeypatch):
    """The system `line`, known to configurations and experiments for the length of a test."""
    monkeypatch.setitem(configuration.CONFIGS, "line", LineConfig)
    monkeypatch.setitem(experiments.SYSTEMS, "line", (Line.__module__, "Line"))
    monkeypatch.setattr(
        experiments, "import_module", lambda name: __import__("types").SimpleNamespace(Line=Line)
    )
    Line.prepared.clear()

    def resolved(name="line/plain", **settings):
        training = settings.pop("training", {})
        config = LineConfig(**settings, training=TrainingConfig(**{"epochs": 3, "batch_size": 8, **training}))
        return Resolved("line", name, config)

    return resolved


@pytest.fixture(scope="module")
def model(experiment):
    """As if it had been trained: what begins at zero no longer is."""
    model = experiment.model().eval()
    torch.manual_seed(0)
    with torch.no_grad():
        for each in model.parameters():
            each.add_(0.1 * torch.randn_like(each))
    return model


@pytest.fixture(scope="module")
def made(experiment, model):
    """What each intervention makes of that model, made once, and that it leaves the model as it was."""

    @cache
    def evaluation(what):
        before = {name: each.clone() for name, each in model.state_dict().items()}
        found = experiment.intervene(model, what)
        assert all(torch.equal(before[name], each) for name, each in model.state_dict().items())
        assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
        return found

    return evaluation
