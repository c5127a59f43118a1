"""The moving average of a model's weights while it is trained."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """w̄ ← d w̄ + (1 − d) w after every step t, with d = min(decay, (1 + t) / (10 + t)).

    An exponential moving average (Polyak & Juditsky 1992) whose decay rises with the steps taken, as TensorFlow's
    `ExponentialMovingAverage` has it, so that a short training does not end with its initial weights. Only what is
    trained is averaged.
    """

    def __init__(self, model: nn.Module, decay: float):
        self.decay = decay
        self.weights = {name: each.detach().clone() for name, each in trained(model)}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Take in the weights after the step that is counted `step` from 0."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for name, each in trained(model):
            self.weights[name].lerp_(each.detach(), share)

    def load(self, weights: dict[str, Tensor]) -> None:
        """Go on from an average that was kept."""
        for name, each in weights.items():
            self.weights[name].copy_(each)

    @torch.no_grad()
    def give(self, model: nn.Module) -> None:
        """Put the average in the place of the model's weights."""
        for name, each in trained(model):
            each.copy_(self.weights[name])

    @contextmanager
    def given(self, model: nn.Module) -> Iterator[None]:
        """The model with the average for a while; then its own weights are back."""
        own = {name: each.detach().clone() for name, each in trained(model)}
        self.give(model)
        try:
            yield
        finally:
            with torch.no_grad():
                for name, each in trained(model):
                    each.copy_(own[name])


def trained(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """The parameters that training changes, by name."""
    return ((name, each) for name, each in model.named_parameters() if each.requires_grad)
