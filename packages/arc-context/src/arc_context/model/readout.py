"""From a cell's state to what it is."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from arc_context.model.views import VIEWS

LEAST = 1e-6
"""Added to the probability of a symbol, so that its logarithm and gradient are finite."""


class Readout(nn.Module):
    """Say of every cell what it is: one of the colours, or outside.

        p = g_0 softmax_c(E_c · W norm(h) / sqrt(dim) + b [c is outside]) + Σ_k g_k [v_k = c],   logit = ln p

    E is the table of colours that grids are encoded by (tied weights, Press and Wolf 2017), and W begins as the
    identity: what looks a colour up can say it. No colour has a bias. With views v_k of the test input an answer may be
    copied from one of them, as g = softmax(W' norm(h)) says (pointer-generator, See et al. 2017).

    Args:
        colours: the table.
        views: whether answers may be copied from the turned and mirrored test input.
    """

    def __init__(self, colours: nn.Embedding, views: bool = True):
        super().__init__()
        dim = colours.embedding_dim
        self.colours = colours
        self.norm = nn.LayerNorm(dim)
        self.say = nn.Linear(dim, dim)
        nn.init.eye_(self.say.weight)
        self.outside = nn.Parameter(torch.zeros(1))
        self.copy = nn.Linear(dim, VIEWS + 1) if views else None
        if self.copy is not None:
            # Half of an answer is said and half copied at first.
            nn.init.zeros_(self.copy.bias)
            nn.init.constant_(self.copy.bias[:1], math.log(VIEWS))

    def forward(
        self,
        cells: Float[Tensor, "batch cells dim"],
        views: Int[Tensor, "batch cells views"] | None = None,
    ) -> Float[Tensor, "batch cells symbols"]:
        """Logits of every cell; `views` is what `turned_views` makes of the test input."""
        table, cells = self.colours.weight, self.norm(cells)
        logits = self.say(cells) @ table.T / table.shape[-1] ** 0.5
        logits = logits + torch.cat([self.outside.new_zeros(len(table) - 1), self.outside])
        if self.copy is None or views is None:
            return logits
        said, copied = self.copy(cells).softmax(-1).split([1, VIEWS], -1)
        chances = (said * logits.softmax(-1)).scatter_add(-1, views, copied)
        return (chances + LEAST).log()
