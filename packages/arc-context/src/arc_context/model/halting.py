"""When the solver may stop."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from arc_context.model.pooling import masked_mean

ENOUGH = 0.5
"""An episode halts at the first step by which halting is at least this probable."""


class Halting(nn.Module):
    """How probable it is to halt at each step.

        λ_t = σ(w · mean_hw norm(h_t)),   p_t = λ_t Π_{s<t} (1 − λ_s),   the last step takes what is left

    PonderNet (Banino et al. 2021).
    """

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.score = nn.Linear(dim, 1)
        nn.init.constant_(self.score.bias, -1.0)

    def forward(
        self, cells: Float[Tensor, "batch cells dim"], mask: Bool[Tensor, "batch cells"]
    ) -> Float[Tensor, " batch"]:
        """λ of a step."""
        mean = masked_mean(cells.mT.unsqueeze(-1), mask.unsqueeze(-1))
        return self.score(self.norm(mean)).squeeze(-1).sigmoid()


def halting_distribution(chances: list[Float[Tensor, " batch"]]) -> Float[Tensor, "batch steps"]:
    """The probability to halt at each step, from λ of each; sums to one."""
    chance = torch.stack([*chances[:-1], torch.ones_like(chances[-1])], -1)
    left = torch.cat([torch.ones_like(chance[:, :1]), (1 - chance[:, :-1]).cumprod(-1)], -1)
    return chance * left


def halted_at(distribution: Float[Tensor, "batch steps"]) -> Int[Tensor, " batch"]:
    """The step, from 0, at which each episode halts."""
    return (distribution.cumsum(-1) < ENOUGH).sum(-1).clamp_max(distribution.shape[-1] - 1)
