"""How much of an answer's gradient is at the support cells that settle it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from arc_context.errors import ArcError
from arc_context.explanations.lookups import Settled
from arc_context.model.batch import EpisodeBatch
from arc_context.model.canvas import PAD
from arc_context.model.pair_encoders import Cells, SpatialPairEncoder


class GradientShare(NamedTuple):
    """Shares of one test cell per episode; NaN where no gradient reaches the support, or nothing was asked."""

    gradient: Float[Tensor, " batch"]
    """Of the gradient's norm, at the support cells that settle the test cell."""
    cells: Float[Tensor, " batch"]
    """Of the support cells, those that settle it."""


@torch.enable_grad()
def gradient_shares(
    model: nn.Module, batch: EpisodeBatch, what: Settled, *, draws: int = 4, seed: int = 0
) -> list[GradientShare]:
    """Shares for some test cells of each episode, drawn among those of which it is known what settles them.

        share_i = Σ_{j settles i} ‖∂ℓ_i/∂e_j‖ / Σ_j ‖∂ℓ_i/∂e_j‖

    ℓ_i is the logit of the right colour of test cell i, in the last step, and e_j the encoded support cell j: what is
    read of it and what it is recognised by, before it is pooled or looked at. An episode has no more draws than test
    cells that are asked.

    Raises:
        ArcError: the network encodes no support set, or the answers are not known.
    """
    if batch.answer is None:
        raise ArcError("expected a batch with answers: gradients are those of the right colours")
    with encoded_support(model) as encoded:
        logits = model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask).logits.flatten(2)
    right = batch.answer.flatten(1).clamp_max(PAD)
    chosen = drawn_queries(what, draws, seed)
    return [
        _share(logits.gather(1, right.unsqueeze(1)).squeeze(1), encoded, each, what)
        for each in chosen.unbind(1)
    ]


def drawn_queries(what: Settled, draws: int, seed: int) -> Int[Tensor, "batch draws"]:
    """Test cells that are asked, each once; −1 where an episode has fewer."""
    asked = what.asked
    random = torch.rand(asked.shape, generator=torch.Generator().manual_seed(seed)).to(asked.device)
    order = random.masked_fill(~asked, -1.0).argsort(-1, descending=True)[:, :draws]
    return torch.where(asked.gather(1, order), order, -1)


@contextmanager
def encoded_support(model: nn.Module) -> Iterator[list[Tensor]]:
    """Cut the encoded support off from what made it, and collect it: what gradients are then taken with respect to.

    Both tensors of `Cells`, `[batch · pairs, dim, height, width]`, of whatever is asked meanwhile.

    Raises:
        ArcError: the network encodes no support set.
    """
    encoder = next((each for each in model.modules() if isinstance(each, SpatialPairEncoder)), None)
    if encoder is None:
        raise ArcError(
            f"{type(model).__name__} encodes no support set; expected model.context film or cross_attention"
        )
    found: list[Tensor] = []

    def cut(inputs: Tensor, outputs: Tensor, standing: Tensor | None = None) -> Cells:
        cells = Cells(
            *(
                each.detach().requires_grad_()
                for each in SpatialPairEncoder.cells(encoder, inputs, outputs, standing)
            )
        )
        found.extend(cells)
        return cells

    encoder.cells = cut  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield found
    finally:
        del encoder.cells


def _share(right: Tensor, encoded: Sequence[Tensor], query: Tensor, what: Settled) -> GradientShare:
    there = query >= 0
    at = query.clamp_min(0).unsqueeze(1)
    # Episodes know nothing of each other: the gradient of their sum is that of each.
    total = (right.gather(1, at).squeeze(1) * there).sum()
    gradients = torch.autograd.grad(total, encoded, retain_graph=True, materialize_grads=True)
    norms = torch.cat(gradients, 1).norm(dim=1).reshape(what.support.shape) * what.support
    group = what.group.gather(1, at).clamp_min(0).unsqueeze(1).expand(-1, what.cells.shape[1], -1)
    settling = what.cells.gather(-1, group).squeeze(-1)
    unknown = torch.full_like(norms[:, 0], torch.nan)
    share = torch.where(there, (norms * settling).sum(-1) / norms.sum(-1), unknown)
    cells = torch.where(there, settling.sum(-1) / what.support.sum(-1), unknown)
    return GradientShare(share.detach(), cells)
