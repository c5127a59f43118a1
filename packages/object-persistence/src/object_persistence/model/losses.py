"""What a model of persistence learns, and how much each part counts."""

import math
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core import AttentionMap
from object_persistence.model.output import PersistenceOutput
from object_persistence.tokens.batch import TokenBatch

if TYPE_CHECKING:
    from object_persistence.configuration import LossConfig


class PersistenceLoss(nn.Module):
    """Σ_k w_k L_k over persistence, durations, contrast of the classes, and attention; a weight of 0 is not computed.

    Args:
        config: the weights, whether classes are balanced, and the ratio that attention is to reach.
    """

    def __init__(self, config: "LossConfig"):
        super().__init__()
        self.config = config

    def forward(self, model: nn.Module, batch: TokenBatch) -> Float[Tensor, ""]:
        """The loss of a model on a batch."""
        output = model(batch)
        parts = self.parts(output, batch)
        weighed = [getattr(self.config, name) * part for name, part in parts.items()]
        return torch.stack([output.logits.new_zeros(()), *weighed]).sum()

    def parts(self, output: PersistenceOutput, batch: TokenBatch) -> dict[str, Float[Tensor, ""]]:
        """Every part of the loss by name, not weighed."""
        config, persistent = self.config, batch.persistent
        parts = {
            "persistence": lambda: class_loss(output.logits, persistent, output.mask, config.balanced),
            "duration": lambda: duration_loss(output, batch),
            "contrastive": lambda: contrastive_loss(output.tokens, persistent, output.mask),
            "margin": lambda: ratio_margin(output.attention, persistent, output.mask, config.ratio),
        }
        return {name: part() for name, part in parts.items() if getattr(config, name)}


def class_loss(
    logits: Float[Tensor, "batch tokens"],
    persistent: Bool[Tensor, "batch tokens"],
    mask: Bool[Tensor, "batch tokens"],
    balanced: bool = False,
) -> Float[Tensor, ""]:
    """Cross-entropy over detections; balanced, both classes of the batch weigh the same.

    L = Σ w_c(i) ce_i / Σ w_c(i),   w_c = 1, or 1 / n_c
    """
    each = F.binary_cross_entropy_with_logits(logits, persistent.to(logits.dtype), reduction="none")
    weight = mask.to(logits.dtype)
    if balanced:
        classes = torch.stack([weight * persistent, weight * ~persistent])
        weight = (classes / classes.sum((1, 2), keepdim=True).clamp_min(1)).sum(0)
    return (weight * each).sum() / weight.sum().clamp_min(torch.finfo(each.dtype).tiny)


def duration_loss(output: PersistenceOutput, batch: TokenBatch) -> Float[Tensor, ""]:
    """Huber loss of ln(1 + frames), in all and left, over detections of true objects; zero where there is none."""
    real = output.mask & batch.matched
    told = torch.stack([output.duration, output.remaining])[:, real]
    true = torch.stack([batch.duration, batch.remaining])[:, real].log1p()
    return F.smooth_l1_loss(told, true, reduction="sum") / max(1, told.numel())


def contrastive_loss(
    tokens: Float[Tensor, "batch tokens dim"],
    persistent: Bool[Tensor, "batch tokens"],
    mask: Bool[Tensor, "batch tokens"],
    temperature: float = 0.2,
) -> Float[Tensor, ""]:
    """Detections of a class are to be more alike than those of the two classes.

        L = −mean_i mean_{p ∈ P(i)} ln( exp(z_i·z_p / τ) / Σ_{a ≠ i} exp(z_i·z_a / τ) ),   z = x / |x|

    Supervised contrastive loss (Khosla et al. 2020), within each clip; P(i) are the others of the same class. What has
    no other of its class is left out.
    """
    unit = F.normalize(tokens, dim=-1)
    others = (
        mask.unsqueeze(-1)
        & mask.unsqueeze(-2)
        & ~torch.eye(mask.shape[-1], dtype=torch.bool, device=mask.device)
    )
    alike = others & (persistent.unsqueeze(-1) == persistent.unsqueeze(-2))
    scores = (unit @ unit.mT / temperature).masked_fill(~others, -torch.inf)
    # A row without others has no number to normalise by.
    scores = scores - torch.where(others.any(-1, keepdim=True), scores, 0.0).logsumexp(-1, keepdim=True)
    count = alike.sum(-1)
    each = -torch.where(alike, scores, 0.0).sum(-1) / count.clamp_min(1)
    return each.sum() / (count > 0).sum().clamp_min(1)


def ratio_margin(
    attention: tuple[AttentionMap, ...],
    persistent: Bool[Tensor, "batch tokens"],
    mask: Bool[Tensor, "batch tokens"],
    ratio: float = 3.0,
) -> Float[Tensor, ""]:
    """Persistent detections are to receive `ratio` times the attention that transient ones do, in every layer.

        L = mean_clips,layers max(0, ln ratio − ln(r_persistent / r_transient))

    r is the mean over detections of received attention, averaged over heads. Clips that lack a class are left out.
    """
    classes = torch.stack([mask & persistent, mask & ~persistent])
    both = classes.any(-1).all(0)
    if not both.any() or not attention:
        return sum((each.received().sum() * 0 for each in attention), torch.zeros((), device=mask.device))
    gaps = [math.log(ratio) - log_ratio(each, classes)[both] for each in attention]
    return torch.stack(gaps).clamp_min(0.0).mean()


def log_ratio(attention: AttentionMap, classes: Bool[Tensor, "2 batch tokens"]) -> Float[Tensor, " batch"]:
    """The logarithm of received attention of the first class over that of the second, clip by clip."""
    received = attention.received().mean(-2)
    sums = (received * classes).sum(-1) / classes.sum(-1).clamp_min(1)
    first, second = sums.clamp_min(1e-9).log()
    return first - second
