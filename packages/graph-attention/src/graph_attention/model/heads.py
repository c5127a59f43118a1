"""What is read from the nodes of a network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from graph_attention.layers.flux_split import FluxSplit, FluxSplitAttention, FluxSplitEdges, SideEdges
from graph_attention.model.interior import PRICE
from graph_attention.model.scales import QUICKER, signed_exp, signed_log
from graph_attention.model.solvers import Draft, Proposal

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph

STRONGEST = 2.0
"""The logarithm by which attention may raise or lower the price of a flux at most."""
SHARP = 200.0
"""How sharply growth turns from none, per 1/h: half its slope is reached at no flux, all of it 0.02/h above."""
TRACE = 1e-4
"""A flux of this size, in mmol/gDW/h, stands for none where a logarithm is taken."""


class ProposalHead(nn.Module):
    """What attention proposes for every reaction: a flux to start from, a push, and a price.

        s(v⁰) = s(draft) + a · h,   push = π b · h,   ln price = 2 tanh(c · h / 2),   s(v) = sign(v) ln(1 + |v|)

    π is the price of flux at the start, which a push has to be measured by. The proposal begins as the draft itself.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.out = nn.Linear(dim, 3)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, reactions: Float[Tensor, "batch reactions dim"], draft: Draft) -> Proposal:
        """The proposal for each reaction."""
        change, push, price = self.out(self.norm(reactions)).unbind(-1)
        flux = signed_exp(signed_log(draft.flux) + change)
        return Proposal(flux, PRICE * push, STRONGEST * (price / STRONGEST).tanh())


class SplitHead(nn.Module):
    """The split of flux at every metabolite: `FluxSplitAttention` that hears the predicted flux through a slope.

        b_mr = 10 w · ln(1 + max(±v_r, 0) / ε)

    with the direction of r that makes m for producers, and that which uses it for consumers. w starts at zero,
    where the map is attention to the nodes alone; with 10 w = 1 and no nodes it is the split of the predicted flux.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.attention = FluxSplitAttention(dim)
        self.slopes = nn.Parameter(torch.zeros(2))

    def forward(
        self,
        nodes: Float[Tensor, "batch nodes dim"],
        edges: FluxSplitEdges,
        flux: Float[Tensor, "batch reactions"],
        signs: tuple[Float[Tensor, " producers"], Float[Tensor, " consumers"]],
    ) -> FluxSplit:
        """Both maps; `signs` are 1 where a positive flux of the pair counts, and −1 where a negative one does."""
        heard = (
            _heard(flux, side, sign)
            for side, sign in zip((edges.producers, edges.consumers), signs, strict=True)
        )
        slopes = (QUICKER * self.slopes).unbind()
        biases = tuple(slope * each for slope, each in zip(slopes, heard, strict=True))
        return self.attention(nodes, edges, biases=biases)


class GrowthHead(nn.Module):
    """Growth, and the logit that there is any, of the flux of the objective reaction and its node.

        growth = softplus(v_b) · exp(a · h),
        logit = c · h / 10 + d₀ + d₁ ln(1 + max(v_b, 0) / ε) − d₂ ln(1 + unmet / ε)

    h is the node of the objective reaction beside the mean of what the splits gather; softplus turns at 0.01/h, so
    that a flux of none can still learn to be one. With d = (0, 1, 2), where it begins, the logit is above zero where
    the steps found a growth that outweighs the square of what they left unmet. It is read from the fluxes and does
    not bend them: no gradient leaves it along v_b and unmet, and what a node says counts little beside them.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.LayerNorm(2 * dim)
        self.out = nn.Linear(2 * dim, 2)
        self.evidence = nn.Parameter(torch.tensor([0.0, 1.0, -2.0]) / QUICKER)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(
        self,
        node: Float[Tensor, "batch dim"],
        split: FluxSplit,
        flux: Float[Tensor, " batch"],
        unmet: Float[Tensor, " batch"],
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """Growth in 1/h, and the logit."""
        gathered = (split.producers.values.mean(-2) + split.consumers.values.mean(-2)) / 2
        factor, logit = self.out(self.norm(torch.cat([node, gathered], -1))).unbind(-1)
        grown = F.softplus(flux, beta=SHARP)
        return grown * factor.exp(), logit / QUICKER + self._told(flux.detach(), unmet.detach())

    def _told(self, flux: Tensor, unmet: Tensor) -> Tensor:
        logs = [(each.clamp_min(0) / TRACE).log1p() for each in (flux, unmet)]
        return torch.stack([torch.ones_like(flux), *logs], -1) @ (QUICKER * self.evidence)


class EssentialityHead(nn.Module):
    """The logit that growth needs a gene, of the reactions that stop without it, as the gene rules have it.

        ℓ_g = ln Σ_r∈lost(g) exp ℓ_r,   ℓ_r = w · h_r + b

    A gene without which nothing stops, for want of a rule or thanks to an isoenzyme, gets a logit of its own.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.reaction = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, 1))
        self.dispensable = nn.Parameter(torch.tensor(-4.0))

    def forward(
        self,
        reactions: Float[Tensor, "batch reactions dim"],
        lost: tuple[Tensor, Tensor],
        genes: int,
    ) -> Float[Tensor, "batch genes"]:
        """One logit per gene; `lost` pairs genes with reactions that stop without them (see `lost_reactions`)."""
        gene, reaction = lost
        logits = self.reaction(reactions).squeeze(-1)[..., reaction]
        start = self.dispensable.expand(*logits.shape[:-1], genes)
        top = start.detach().scatter_reduce(-1, gene.expand_as(logits), logits.detach(), "amax")
        total = (start - top).exp().index_add(-1, gene, (logits - top[..., gene]).exp())
        return top + total.log()


def lost_reactions(graph: "MetabolicGraph", genes: Sequence[str] | None = None) -> tuple[Tensor, Tensor]:
    """Pairs of a gene (index into `genes`) and a reaction that cannot run when that gene alone is deleted.

    `genes` are those of the network where not given; one that it does not have, as a gene of pruned reactions alone,
    is in no pair.
    """
    named = graph.genes if genes is None else genes
    present = set(graph.genes)
    known = {gene: n for n, gene in enumerate(named) if gene in present}
    pairs = [(n, int(r)) for gene, n in known.items() for r in graph.knocked_out([gene])]
    gene, reaction = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).unbind(-1)
    return gene, reaction


def _heard(flux: Tensor, side: SideEdges, sign: Tensor) -> Tensor:
    carried = (flux[..., side.edges.edges[0]] * sign.to(flux.dtype)).clamp_min(0)
    return (carried / TRACE).log1p().unsqueeze(-1)
