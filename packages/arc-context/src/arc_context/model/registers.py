"""How many cells of each colour there are."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.canvas import PAD, SYMBOLS
from arc_context.model.views import colour_counts


class Counted(NamedTuple):
    """What was counted."""

    registers: Float[Tensor, "batch registers dim"]
    cells: Float[Tensor, "batch dim height width"]
    """What every cell hears: the registers, and how common its own colour is."""


def register_counts(
    grid: Int[Tensor, "batch height width"], weights: Float[Tensor, "batch registers cells"] | None = None
) -> Float[Tensor, "batch registers colours"]:
    """Cells of each colour; with weights, the share of the weight that lies on it times the cells of the grid."""
    counts = colour_counts(grid)[:, None, :PAD].to(torch.get_default_dtype())
    if weights is None:
        return counts
    shown = F.one_hot(grid.flatten(1), SYMBOLS)[..., :PAD].to(counts.dtype)
    return weights @ shown * counts.sum(-1, keepdim=True)


class LatentCountingRegisters(nn.Module):
    """Count colours, under each anchor's map or over the whole grid.

        u_kc = MLP(ln(1 + n_kc), n_kc / n, [n_kc is largest]),   r_k = W Σ_c (n_kc / n) u_kc ⊙ E_c

    One function serves all colours and E is their shared table, so that what is counted goes with the colour.

    Args:
        colours: the table.
    """

    def __init__(self, colours: nn.Embedding):
        super().__init__()
        dim = colours.embedding_dim
        self.colours = colours
        self.count = nn.Sequential(nn.Linear(3, dim), nn.GELU(), nn.Linear(dim, dim))
        self.register = nn.Linear(dim, dim)

    def forward(
        self,
        grid: Int[Tensor, "batch height width"],
        weights: Float[Tensor, "batch registers cells"] | None = None,
    ) -> Counted:
        """Registers, and what they tell every cell; without weights there is one register."""
        counts = register_counts(grid, weights)
        share = counts / counts.sum(-1, keepdim=True).clamp_min(1e-6)
        largest = (counts >= counts.amax(-1, keepdim=True)).to(counts.dtype)
        each = self.count(torch.stack([counts.log1p(), share, largest], -1))
        table = self.colours.weight[:PAD]
        registers = self.register((share.unsqueeze(-1) * each * table).sum(-2))
        own = F.pad(each.mean(1), (0, 0, 0, 1))  # what is outside has no count
        heard = own.gather(1, grid.flatten(1).unsqueeze(-1).expand(-1, -1, own.shape[-1]))
        heard = heard + registers.mean(1, keepdim=True)
        return Counted(registers, heard.mT.unflatten(-1, tuple(grid.shape[1:])))
