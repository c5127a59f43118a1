"""Pooled context: what the support set says, the same to every cell."""

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from arc_context.model.attention import cell_places, feed_forward
from attention_core import FiLM

FIRST_SCALE = 0.05
"""Standard deviation of the first weights: small, so that modulation starts near the identity, and not zero, so that
gradients reach the support set from the first step."""


class ContextInjector(nn.Module):
    """Scale and shift the features of all cells by one vector, and transform each cell by itself.

        h = x + (γ(c) − 1) ⊙ norm(x) + β(c),   y = h + FeedForward(norm(h))

    Feature-wise linear modulation (Perez et al. 2018) of normalised features, beside a residual path.

    Args:
        dim: channels.
        hidden: width inside the feed-forward; twice the channels where none is given.
        dropout: of the feed-forward.
    """

    def __init__(self, dim: int, hidden: int | None = None, dropout: float = 0.0):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.condition = nn.LayerNorm(dim)
        self.film = FiLM(dim, dim)
        nn.init.normal_(self.film.modulation.weight, std=FIRST_SCALE)
        self.feed_forward = feed_forward(dim, 2 * dim if hidden is None else hidden, dropout)

    def memory(
        self,
        support: Float[Tensor, "batch dim"],
        mask: Bool[Tensor, "batch pairs height width"],
        keys: Tensor | None = None,
    ) -> Float[Tensor, "batch dim"]:
        """What looks take of a support set; one without cells says nothing, and cells are not recognised."""
        return self.condition(support) * mask.flatten(1).any(-1, keepdim=True)

    def look(
        self,
        cells: Float[Tensor, "batch cells dim"],
        places: Int[Tensor, "cells 2"],
        memory: Float[Tensor, "batch dim"],
    ) -> tuple[Float[Tensor, "batch cells dim"], None]:
        """What `forward` does, of cells in a row; there is no map."""
        normed = self.norm(cells).mT
        cells = cells + (self.film(normed, memory) - normed).mT
        return cells + self.feed_forward(cells), None

    def forward(
        self, features: Float[Tensor, "batch dim height width"], context: Float[Tensor, "batch dim"]
    ) -> Float[Tensor, "batch dim height width"]:
        """Modulate features by context."""
        height, width = features.shape[-2:]
        places = cell_places(height, width, features.device)
        values, _ = self.look(features.flatten(2).mT, places, self.condition(context))
        return values.mT.unflatten(-1, (height, width))
