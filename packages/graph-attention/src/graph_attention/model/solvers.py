"""How proposed fluxes become fluxes that keep mass."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention.model.balance import LEAST_TYPICAL, FluxBalance
from graph_attention.model.interior import FluxSteps, Interior, Terms
from graph_attention.model.projection import clipped, projected
from graph_attention.model.scales import QUICKER, signed_exp, signed_log

NO_FLUX = 1e-8
"""Root mean square fluxes below this count as this much, in mmol/gDW/h."""

Bounds = tuple[Float[Tensor, "batch reactions"], Float[Tensor, "batch reactions"]]


class Proposal(NamedTuple):
    """What attention says of every reaction: a flux to start from, a push, and the logarithm of a price factor."""

    flux: Float[Tensor, "batch reactions"]
    push: Float[Tensor, "batch reactions"]
    price: Float[Tensor, "batch reactions"]


class Draft(NamedTuple):
    """What is known of the fluxes before attention has looked."""

    flux: Float[Tensor, "batch reactions"]
    tension: Float[Tensor, "batch reactions"]
    """How hard bounds and prices hold the reaction's flux back, in units of its typical flux."""
    state: Interior | None


class Solved(NamedTuple):
    """Balanced fluxes."""

    flux: Float[Tensor, "batch reactions"]
    unmet: Float[Tensor, "batch"]
    """How far bounds and balance are apart where the steps end, in units of the flux: a ratio of root mean squares."""


class OptimisingSolver(nn.Module):
    """Steps towards fastest growth, from nothing to a draft, and from the proposal to the fluxes (see `FluxSteps`).

    Each reaction has a price of its own besides, which settles between fluxes that are otherwise equally good. It is
    the one number that belongs to a single reaction, and moves to another network by its id (see `transfer.moved`).
    """

    def __init__(self, balance: FluxBalance, before: FluxSteps, after: FluxSteps):
        super().__init__()
        self.balance, self.before, self.after = balance, before, after
        self.own_price = nn.Parameter(torch.zeros(balance.reactions))

    def draft(self, bounds: Bounds) -> Draft:
        """The fluxes that the first steps reach."""
        ends = self.balance.bounds(*bounds)
        nothing = clipped(torch.zeros_like(ends[0]), *ends)
        terms = Terms(torch.zeros_like(self.own_price), self.own_price)
        state = self.before(self.balance, ends, Interior(nothing, torch.zeros_like(nothing)), terms)
        tension = state.dual.new_zeros(len(nothing), self.balance.reactions)
        held = state.dual[..., self.balance.group] * self.balance.ratio.sign().to(state.dual.dtype)
        tension = tension.index_copy(-1, self.balance.members, held)
        return Draft(self.balance.fluxes(state.within), tension, state)

    def solve(self, bounds: Bounds, draft: Draft, proposal: Proposal) -> Solved:
        """The fluxes that the remaining steps reach, brought exactly onto balance."""
        assert draft.state is not None
        ends = self.balance.bounds(*bounds)
        start = Interior(clipped(self.balance.grouped(proposal.flux), *ends), draft.state.dual)
        terms = Terms(proposal.push, self.own_price + proposal.price)
        return _balanced(self.balance, self.after(self.balance, ends, start, terms).within)


class ProjectingSolver(nn.Module):
    """The nearest balanced fluxes to those proposed, whatever growth they give: no objective is sought.

    The draft is the projection of a learned flux per reaction, the same in all media, onto the bounds of the medium.
    That flux moves to another network by the reaction's id.

    Args:
        balance: the network's coordinates.
        direction: 1 or −1 where a reaction runs one way only, and 0; the learned flux begins as its typical flux
            that way.
        before: steps of the draft.
        after: steps that follow the proposal.
    """

    def __init__(self, balance: FluxBalance, direction: Float[Tensor, " reactions"], before: int, after: int):
        super().__init__()
        self.balance, self.before, self.after = balance, before, after
        used = torch.where(balance.typical > LEAST_TYPICAL, balance.typical, 0.0).to(direction.dtype)
        self.own_flux = nn.Parameter(signed_log(used * direction) / QUICKER)

    def draft(self, bounds: Bounds) -> Draft:
        """The learned flux, as near as the medium allows; its tension is what the medium does not allow."""
        wanted = signed_exp(QUICKER * self.own_flux).expand_as(bounds[0])
        flux = projected(self.balance, wanted, bounds, self.before)
        return Draft(flux, (wanted - flux) / self.balance.typical.to(flux.dtype), None)

    def solve(self, bounds: Bounds, draft: Draft, proposal: Proposal) -> Solved:
        """The projected proposal."""
        flux = projected(self.balance, proposal.flux, bounds, self.after)
        grouped = self.balance.grouped(flux)
        return Solved(flux, _relative(grouped - clipped(grouped, *self.balance.bounds(*bounds)), flux))


def _balanced(balance: FluxBalance, within: Tensor) -> Solved:
    exact = balance.exactly_onto(within)
    flux = balance.fluxes(exact).to(within.dtype)
    return Solved(flux, _relative(exact.to(within.dtype) - within, flux))


def _relative(gap: Tensor, flux: Tensor) -> Tensor:
    return _size(gap) / _size(flux).clamp_min(NO_FLUX)


def _size(gap: Tensor) -> Tensor:
    """Root mean square; unlike that of a square root its gradient is finite where the gap is none."""
    return torch.linalg.vector_norm(gap, dim=-1) / gap.shape[-1] ** 0.5
