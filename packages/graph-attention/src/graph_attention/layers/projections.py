"""How the nodes of a network become queries, keys or values."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

NodeProjection = Callable[[int, bool], nn.Module]
"""Makes a module of `(dim, bias)` that takes nodes `[*batch, nodes, dim]` and how many of them are metabolites."""


class SharedProjection(nn.Module):
    """W x, the same for metabolites and reactions."""

    def __init__(self, dim: int, bias: bool):
        super().__init__()
        self.every = nn.Linear(dim, dim, bias)

    def forward(
        self, nodes: Float[Tensor, "*batch nodes dim"], metabolites: int
    ) -> Float[Tensor, "*batch nodes dim"]:
        """Project all nodes alike."""
        return self.every(nodes)


class KindProjection(nn.Module):
    """W_metabolite x or W_reaction x (Hu et al. 2020, HGT)."""

    def __init__(self, dim: int, bias: bool):
        super().__init__()
        self.metabolite = nn.Linear(dim, dim, bias)
        self.reaction = nn.Linear(dim, dim, bias)

    def forward(
        self, nodes: Float[Tensor, "*batch nodes dim"], metabolites: int
    ) -> Float[Tensor, "*batch nodes dim"]:
        """Project metabolites, which come first, and reactions by weights of their own."""
        of_metabolites = self.metabolite(nodes[..., :metabolites, :])
        return torch.cat([of_metabolites, self.reaction(nodes[..., metabolites:, :])], -2)


class KindEmbedding(nn.Module):
    """W (x + e_kind): one projection, after a learned vector for each kind of node."""

    def __init__(self, dim: int, bias: bool):
        super().__init__()
        self.every = nn.Linear(dim, dim, bias)
        self.kinds = nn.Embedding(2, dim)

    def forward(
        self, nodes: Float[Tensor, "*batch nodes dim"], metabolites: int
    ) -> Float[Tensor, "*batch nodes dim"]:
        """Project all nodes alike, each with the vector of its kind added."""
        reaction = torch.arange(nodes.shape[-2], device=nodes.device) >= metabolites
        return self.every(nodes + self.kinds(reaction.long()))
