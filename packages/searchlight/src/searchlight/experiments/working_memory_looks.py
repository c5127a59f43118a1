"""Looks that stand in the place of a trained one."""

from copy import deepcopy

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core import (
    Attended,
    FeatureTaskGating,
    MultiHeadTaskGuidedAttention,
    TaskGating,
    TaskGuidedAttention,
)
from attention_core.gating import Gated
from searchlight.experiments.restrictions import Which
from working_memory import WorkingMemoryModel


def with_look(model: WorkingMemoryModel, look: nn.Module) -> WorkingMemoryModel:
    """A model with the same weights that looks otherwise."""
    other = deepcopy(model)
    other.add_module("look", look)
    return other


def evened(look: nn.Module) -> nn.Module:
    """A look with the same weights but uniform attention, or with all its gates alike."""
    if isinstance(look, TaskGating | FeatureTaskGating):
        return EvenGates(look)
    look = deepcopy(look)
    for part in look.modules():
        if isinstance(part, TaskGuidedAttention | MultiHeadTaskGuidedAttention):
            nn.init.zeros_(part.score)
    return look


class EvenGates(nn.Module):
    """Pass every channel by the mean gate: values = mean_c(g) · mean_hw x_hw."""

    def __init__(self, look: TaskGating | FeatureTaskGating):
        super().__init__()
        self.look = look

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
    ) -> Gated:
        """The pooled features, as large as the trained gates leave them on average."""
        gates = self.look(features, task).gates
        even = gates.mean(-1, keepdim=True).expand_as(gates)
        return Gated(even * features.mean((-2, -1)), even)


class RestrictedLook(nn.Module):
    """A spatial look that may attend only some cells of every frame; the others' weights go to those.

    "top" takes away the `count` most attended cells, over all heads, and "keep" all others; "random" and
    "keep_random" do the same with as many cells drawn anew for every frame.
    """

    def __init__(self, look: nn.Module, which: Which, count: int, seed: int = 0):
        super().__init__()
        self.look, self.which, self.count = look, which, count
        self.generator = torch.Generator().manual_seed(seed)

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
    ):
        """What the look makes of the cells that are left, attention renormalised over them."""
        if self.which == "intact":
            return self.look(features, task)
        chosen = self.chosen(self.look(features, task))
        mask = chosen if self.which.startswith("keep") else ~chosen
        return self.look(features, task, mask=mask.unflatten(-1, features.shape[-2:]))

    def chosen(self, attended: Attended) -> Bool[Tensor, "batch time cells"]:
        """The most attended cells of every frame, or random ones."""
        weights = attended.attention.dense().squeeze(-2).mean(2)
        if self.which.endswith("random"):
            weights = torch.rand(weights.shape, generator=self.generator).to(weights.device)
        top = weights.topk(self.count, dim=-1).indices
        return torch.zeros_like(weights, dtype=torch.bool).scatter(-1, top, True)
