"""What the network learns, and how much each part counts."""

from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.errors import ArcError
from arc_context.model.batch import EpisodeBatch
from arc_context.model.output import Anchors, RLANOutput

if TYPE_CHECKING:
    from arc_context.configuration import LossConfig


class ArcLoss(nn.Module):
    """Cross-entropy of every canvas cell at every step, and what the optional parts are held to.

        L = (L_T + w mean_{t<T} L_t) / (1 + w) + Σ_k w_k L_k

    With halting the steps are weighed by the probability of halting there. A weight of 0 is not computed.

    Args:
        config: the weights.
    """

    def __init__(self, config: "LossConfig"):
        super().__init__()
        self.config = config

    def forward(self, model: nn.Module, batch: EpisodeBatch) -> Float[Tensor, ""]:
        """The loss of a model on a batch.

        Raises:
            ArcError: an answer is not known.
        """
        output = model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)
        parts = self.parts(output, batch)
        weights = {"answer": 1.0, "halting": self.config.halting, "diversity": self.config.diversity}
        return torch.stack([weights[name] * part for name, part in parts.items()]).sum()

    def parts(self, output: RLANOutput, batch: EpisodeBatch) -> dict[str, Float[Tensor, ""]]:
        """Every part of the loss by name, not weighed."""
        if batch.answer is None:
            raise ArcError(
                "a batch without answers cannot be learned from; leave episodes without answer out."
            )
        steps = torch.stack([cell_loss(each, batch.answer, batch.canvas) for each in output.step_logits], -1)
        parts = {"answer": (steps * step_weights(output, self.config.deep)).sum(-1).mean()}
        if output.halting is not None and self.config.halting:
            parts["halting"] = halting_loss(output.halting, self.config.steps)
        if output.anchors is not None and self.config.diversity:
            parts["diversity"] = diversity_loss(output.anchors)
        return parts


def cell_loss(
    logits: Float[Tensor, "batch symbols height width"],
    answer: Int[Tensor, "batch height width"],
    canvas: Bool[Tensor, "batch height width"],
) -> Float[Tensor, " batch"]:
    """Mean cross-entropy over the canvas of each episode, so that large grids weigh as much as small ones."""
    each = F.cross_entropy(logits, answer, reduction="none") * canvas
    return each.sum((-2, -1)) / canvas.sum((-2, -1)).clamp_min(1)


def step_weights(output: RLANOutput, deep: float) -> Float[Tensor, "batch steps"]:
    """How much each step's answer counts; the weights of an episode sum to one."""
    if output.halting is not None:
        return output.halting
    steps, batch = len(output.step_logits), len(output.logits)
    earlier = output.logits.new_full((steps - 1,), deep / max(1, steps - 1))
    weights = torch.cat([earlier, output.logits.new_ones(1)])
    return (weights / weights.sum()).expand(batch, -1)


def halting_loss(halting: Float[Tensor, "batch steps"], expected: float) -> Float[Tensor, ""]:
    """KL(p ‖ q) to the geometric distribution q with the expected number of steps, cut at the last step.

    Banino et al. 2021 (PonderNet).
    """
    places = torch.arange(halting.shape[-1], device=halting.device, dtype=halting.dtype)
    prior = (places * torch.log1p(halting.new_tensor(-1 / expected))).softmax(-1)
    safe = halting.clamp_min(torch.finfo(halting.dtype).tiny)
    return (halting * (safe.log() - prior.log())).sum(-1).mean()


def diversity_loss(anchors: Anchors) -> Float[Tensor, ""]:
    """How much the maps of two anchors overlap, Σ a_k a_l / (|a_k| |a_l|), mean over pairs of anchors; 0 for one."""
    maps = F.normalize(anchors.attention.dense().squeeze(1), dim=-1)
    likeness = (maps @ maps.mT).tril(-1)
    pairs = maps.shape[1] * (maps.shape[1] - 1) // 2
    return likeness.sum((-2, -1)).mean() / max(1, pairs)
