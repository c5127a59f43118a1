"""From a cell's state to what it is."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.canvas import PAD
from arc_context.model.views import VIEWS

LEAST = 1e-6
"""Added to the probability of a symbol, so that its logarithm and gradient are finite."""


FIRST_TRUST = 4.0
"""How much a view that explains the whole support is preferred at first: its odds grow by e to that."""


class Copies(NamedTuple):
    """What answers may be copied from."""

    views: Int[Tensor, "batch cells views"]
    """Of the test input."""
    explained: Float[Tensor, "batch views"] | None = None
    """How well each explains the support; None where the support is not known."""


class Readout(nn.Module):
    """Say of every cell what it is: one of the colours, or outside.

        p = g_0 softmax_c(E_c · W norm(h) / sqrt(dim) + b [c is outside]) + Σ_k g_k [v_k = c],   logit = ln p

    E is the table of colours that grids are encoded by (tied weights, Press and Wolf 2017), and W begins as the
    identity: what looks a colour up can say it. No colour has a bias. With views v_k of the test input an answer may be
    copied from one of them (pointer-generator, See et al. 2017), as g says:

        g = softmax(W' norm(h) + b' + t e_k [v_k is a colour])

    e_k says how well view k explains the support, and t how far that is trusted; what explains the support is preferred
    from the first step on.

    Args:
        colours: the table.
        views: whether answers may be copied from views of the test input.
        supported: whether it will be known how well these explain a support.
    """

    def __init__(self, colours: nn.Embedding, views: bool = True, supported: bool = True):
        super().__init__()
        dim = colours.embedding_dim
        self.colours = colours
        self.norm = nn.LayerNorm(dim)
        self.say = nn.Linear(dim, dim)
        nn.init.eye_(self.say.weight)
        self.outside = nn.Parameter(torch.zeros(1))
        self.copy = nn.Linear(dim, VIEWS + 1) if views else None
        self.trust = nn.Parameter(torch.tensor(FIRST_TRUST)) if views and supported else None
        if self.copy is not None:
            # Half of an answer is said and half copied at first.
            nn.init.zeros_(self.copy.bias)
            nn.init.constant_(self.copy.bias[:1], math.log(VIEWS))

    def forward(
        self,
        cells: Float[Tensor, "batch cells dim"],
        copies: Copies | None = None,
    ) -> Float[Tensor, "batch cells symbols"]:
        """Logits of every cell, which may be copied."""
        table, cells = self.colours.weight, self.norm(cells)
        logits = self.say(cells) @ table.T / table.shape[-1] ** 0.5
        logits = logits + torch.cat([self.outside.new_zeros(len(table) - 1), self.outside])
        if self.copy is None or copies is None:
            return logits
        said, copied = self._gates(self.copy(cells), copies).softmax(-1).split([1, VIEWS], -1)
        chances = (said * logits.softmax(-1)).scatter_add(-1, copies.views, copied)
        return (chances + LEAST).log()

    def _gates(self, gates: Tensor, copies: Copies) -> Tensor:
        if self.trust is None or copies.explained is None:
            return gates
        trusted = self.trust * copies.explained.unsqueeze(1) * (copies.views != PAD)
        return gates + F.pad(trusted, (1, 0))
