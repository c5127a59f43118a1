"""Channel gates set by the task: no attention over places, so no map."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn


class Gated(NamedTuple):
    """Gated features and the gates, each in (0, 1)."""

    values: Float[Tensor, "batch time channels"]
    gates: Float[Tensor, "batch time channels"]


class TaskGating(nn.Module):
    """Pass the channels that the task asks for.

        g = σ(MLP(task)),   values = g ⊙ mean_hw x_hw

    A squeeze-and-excitation gate (Hu et al. 2018) driven by the task alone.
    """

    def __init__(self, channels: int, task_dim: int, dim: int = 512):
        super().__init__()
        self.gate = nn.Sequential(nn.Linear(task_dim, dim), nn.ReLU(), nn.Linear(dim, channels), nn.Sigmoid())

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
    ) -> Gated:
        """Pool the features and gate them; a 1 × 1 map stands for features that are pooled already."""
        pooled = features.mean((-2, -1))
        gates = self.gate(task).unsqueeze(1).expand_as(pooled)
        return Gated(gates * pooled, gates)


class FeatureTaskGating(nn.Module):
    """Pass the channels that the task asks for, given what is seen.

    g = σ(MLP(ReLU(W_q task) ⊙ ReLU(W_k mean_hw x_hw))),   values = g ⊙ mean_hw x_hw
    """

    def __init__(self, channels: int, task_dim: int, dim: int = 512):
        super().__init__()
        self.query = nn.Sequential(nn.Linear(task_dim, dim), nn.ReLU())
        self.key = nn.Sequential(nn.Linear(channels, dim), nn.ReLU())
        self.gate = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, channels), nn.Sigmoid())

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
    ) -> Gated:
        """Pool the features and gate them, each time with its own gates."""
        pooled = features.mean((-2, -1))
        gates = self.gate(self.query(task).unsqueeze(1) * self.key(pooled))
        return Gated(gates * pooled, gates)
