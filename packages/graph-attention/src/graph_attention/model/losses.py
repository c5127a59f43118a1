"""What a model of media learns, and how much each part counts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core import EdgeMap
from graph_attention.model.output import MetabolicOutput
from graph_attention.model.projection import beyond
from graph_attention.model.scales import signed_log

if TYPE_CHECKING:
    from graph_attention.configuration import LossConfig
    from graph_attention.model.transformer import MetabolicTransformer

TASKS = ("growth", "flux", "split", "grows")
TERMS = ("mass_balance", "direction", "bounds")
LEAST_SPREAD = 0.05
"""A spread of signed log fluxes below this counts as this much, so that nearly constant fluxes do not rule the loss."""
NEVER = 1e-7
"""The least weight of which a logarithm is taken."""

Batch = Mapping[str, Tensor]


class Spread(NamedTuple):
    """How far growth and each signed log flux vary over training media."""

    growth: Float[Tensor, ""]
    flux: Float[Tensor, " reactions"]

    @classmethod
    def of(cls, growth: Float[np.ndarray, " media"], flux: Float[np.ndarray, "media reactions"]) -> "Spread":
        """Standard deviations over media, none below `LEAST_SPREAD`."""
        logs = np.sign(flux) * np.log1p(np.abs(flux))
        found = (np.maximum(each.std(0), LEAST_SPREAD) for each in (growth, logs))
        return cls(*(torch.as_tensor(each, dtype=torch.float32) for each in found))


class MultiTaskLoss(nn.Module):
    """Σ_k w_k L_k, or Σ_k w_k (exp(−s_k) L_k + s_k) with a learned s_k per task (Kendall et al. 2018).

    Tasks: growth, flux, split, and growth or none. Terms, of the fluxes before they are balanced: mass balance,
    direction and bounds. What a weight of 0 leaves out is not computed.

    Args:
        config: the weights, and whether uncertainties are learned.
        spread: what counts as one unit of error.
    """

    growth_spread: Tensor
    flux_spread: Tensor

    def __init__(self, config: "LossConfig", spread: Spread):
        super().__init__()
        self.weights = {name: getattr(config, name) for name in (*TASKS, *TERMS)}
        self.register_buffer("growth_spread", spread.growth)
        self.register_buffer("flux_spread", spread.flux)
        learned = config.weighting == "uncertainty"
        self.log_variances = nn.ParameterDict(
            {name: nn.Parameter(torch.zeros(())) for name in TASKS if learned and self.weights[name]}
        )

    def forward(self, model: "MetabolicTransformer", batch: Batch) -> Float[Tensor, ""]:
        """The loss of a model on a batch with `uptake`, `growth`, `flux`, `grows` and `split`."""
        output = model(batch["uptake"])
        parts = self.parts(model, output, batch)
        return sum((self._weighed(name, part) for name, part in parts.items()), output.growth.new_zeros(()))

    def parts(
        self, model: "MetabolicTransformer", output: MetabolicOutput, batch: Batch
    ) -> dict[str, Float[Tensor, ""]]:
        """Every part of the loss by name, not weighed."""
        spread = Spread(self.growth_spread, self.flux_spread)
        tasks = {
            "growth": lambda: growth_loss(output, batch, spread),
            "flux": lambda: flux_loss(output, batch, spread),
            "split": lambda: split_loss(output, batch),
            "grows": lambda: F.binary_cross_entropy_with_logits(output.logits, batch["grows"].float()),
        }
        found = {name: task() for name, task in tasks.items() if self.weights[name]}
        if any(self.weights[name] for name in TERMS):
            terms = constraint_terms(model, output, batch["uptake"])
            found |= {name: terms[name] for name in TERMS if self.weights[name]}
        return found

    def _weighed(self, name: str, part: Tensor) -> Tensor:
        if name in self.log_variances:
            part = (-self.log_variances[name]).exp() * part + self.log_variances[name]
        return self.weights[name] * part


def growth_loss(output: MetabolicOutput, batch: Batch, spread: Spread) -> Float[Tensor, ""]:
    """Mean squared error of growth, in units of its variance over training media."""
    return ((output.growth - batch["growth"]) / spread.growth).square().mean()


def flux_loss(output: MetabolicOutput, batch: Batch, spread: Spread) -> Float[Tensor, ""]:
    """Mean over media and reactions of |s(v) − s(v̂)| / spread, s the signed log, where the medium has any flux."""
    flows = (batch["flux"] != 0).any(-1)
    if not flows.any():
        return output.flux.sum() * 0
    gap = signed_log(output.flux[flows]) - signed_log(batch["flux"][flows])
    return F.smooth_l1_loss(gap / spread.flux, torch.zeros_like(gap))


def split_loss(output: MetabolicOutput, batch: Batch) -> Float[Tensor, ""]:
    """Mean over produced metabolites of Σ_r p_r ln(p_r / p̂_r), from the fractions p to the map p̂ of producers."""
    attention = output.splits.producers.attention
    fraction = batch["split"]
    made = ~fraction.isnan()
    target = torch.where(made, fraction, 0.0)
    assert isinstance(attention, EdgeMap)
    weight = attention.weights.squeeze(-1)
    divergence = (torch.special.xlogy(target, target) - target * weight.clamp_min(NEVER).log()).sum()
    return divergence / target.sum().clamp_min(1.0)


def constraint_terms(
    model: "MetabolicTransformer", output: MetabolicOutput, uptake: Float[Tensor, "batch exchanges"]
) -> dict[str, Float[Tensor, ""]]:
    """What the fluxes before balance offend against, on the scale of their signed logs.

    mass_balance: ‖S v‖₁ / ‖|S| |v|‖₁.   direction: flux against an irreversible reaction.   bounds: flux beyond the
    bounds of the medium.
    """
    lower, upper = model.medium(uptake)
    flux = output.proposed
    one_way = torch.where(lower >= 0, (-flux).clamp_min(0), torch.where(upper <= 0, flux.clamp_min(0), 0.0))
    left, turned = model.embedding.left_over(flux)
    return {
        "mass_balance": (left / turned.clamp_min(NEVER)).mean(),
        "direction": one_way.log1p().mean(),
        "bounds": beyond(flux, lower, upper).log1p().mean(),
    }


def essentiality_loss(
    logits: Float[Tensor, "batch genes"], essential: Float[Tensor, "batch genes"]
) -> Float[Tensor, ""]:
    """Cross-entropy in which essential and dispensable genes weigh the same."""
    positive = essential.mean().clamp(0.01, 0.99)
    return F.binary_cross_entropy_with_logits(logits, essential, pos_weight=(1 - positive) / positive)
