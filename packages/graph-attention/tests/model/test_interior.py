import numpy as np
import pytest
import torch

from graph_attention.model.balance import FluxBalance
from graph_attention.model.interior import SHORT, SPELL, SPELLS, FluxSteps, Interior, Terms, length_of
from graph_attention.truth.flux_balance import fba, pfba
from graph_attention.truth.media import Medium


def state_after(balance, graph, medium, steps, start=None, push=None, price=None):
    """Where unlearned steps stand that set out from nothing, or from a start."""
    objective = torch.tensor(graph.objective).float()
    bounds = balance.bounds(*(torch.tensor(each).float()[None] for each in medium.bounds(graph)))
    nothing = torch.zeros_like(bounds[0]).clamp(*bounds)
    none = torch.zeros_like(objective)
    terms = Terms(none if push is None else push, none if price is None else price)
    start = Interior(nothing, torch.zeros_like(nothing)) if start is None else start
    with torch.no_grad():
        return FluxSteps(objective, steps)(balance, bounds, start, terms)


def fluxes_after(graph, medium, steps, push=None, price=None):
    """The fluxes that unlearned steps reach from nothing."""
    balance = FluxBalance(graph)
    found = state_after(balance, graph, medium, steps, push=push, price=price)
    return balance.fluxes(balance.exactly_onto(found.within))[0].numpy()


@pytest.mark.parametrize("uptake", [{"EX_sugar": 4.0}, {"EX_acid": 2.0}, {"EX_sugar": 1.0, "EX_acid": 3.0}])
def test_many_steps_reach_the_growth_of_the_linear_programme(toy, uptake):
    medium = Medium("some", uptake)
    found = fluxes_after(toy, medium, 1000)
    assert found[toy.biomass] == pytest.approx(fba(toy, medium).growth, rel=1e-2)


def test_many_steps_reach_the_parsimonious_fluxes(toy):
    medium = Medium("sugar", {"EX_sugar": 4.0})
    assert fluxes_after(toy, medium, 1000) == pytest.approx(pfba(toy, medium).flux, abs=0.1)


def test_on_e_coli_core_more_steps_come_nearer(e_coli_core):
    medium = Medium.default(e_coli_core)
    growth = fba(e_coli_core, medium).growth
    errors = [
        abs(fluxes_after(e_coli_core, medium, steps)[e_coli_core.biomass] - growth) for steps in (50, 1500)
    ]
    assert errors[1] < 0.02 * growth
    assert errors[1] < errors[0]


def test_spells_of_long_and_short_steps_take_turns_and_then_all_are_long():
    lengths = [length_of(step) for step in range(2 * SPELLS * SPELL)]
    assert lengths == SPELLS // 2 * (SPELL * [1.0] + SPELL * [SHORT]) + SPELLS * SPELL * [1.0]


def test_what_long_steps_settled_on_short_ones_leave(toy):
    """Neither prices nor fluxes of the solution depend on how long the steps are."""
    balance, medium = FluxBalance(toy), Medium("sugar", {"EX_sugar": 4.0})
    settled = state_after(balance, toy, medium, 2000)
    once_more = state_after(balance, toy, medium, 2 * SPELL, start=settled)
    assert length_of(2 * SPELL - 1) == SHORT
    assert once_more.within.numpy() == pytest.approx(settled.within.numpy(), abs=1e-2)
    assert once_more.dual.numpy() == pytest.approx(settled.dual.numpy(), abs=1e-2)


@pytest.mark.slow
def test_few_steps_find_out_that_nothing_grows_on_an_unusable_source_of_nitrogen(ijo1366):
    """Full steps alone leave a growth of 0.2 per hour there."""
    network = ijo1366.prune_blocked()
    uridine = Medium.default(network).but("uridine", without=("EX_nh4_e", "EX_o2_e"), add={"EX_uri_e": 8.0})
    assert fba(network, uridine).growth == pytest.approx(0, abs=1e-6)
    assert abs(fluxes_after(network, uridine, 320)[network.biomass]) < 0.03


def test_a_price_turns_flux_away_from_a_reaction(toy):
    """Sugar may be split in two acids, or into one acid and gas: a price on the first leaves the second."""
    medium = Medium("sugar", {"EX_sugar": 4.0})
    dear = torch.zeros(10)
    dear[toy.reaction_index["SPLIT"]] = np.log(2e5)
    free, priced = fluxes_after(toy, medium, 1000), fluxes_after(toy, medium, 1000, price=dear)
    assert free[toy.reaction_index["SPLIT"]] == pytest.approx(4.0, rel=0.02)
    assert abs(priced[toy.reaction_index["SPLIT"]]) < 0.1


def test_a_push_opens_a_route_that_brings_nothing(toy):
    medium = Medium("both", {"EX_sugar": 4.0})
    push = torch.zeros(10)
    push[toy.reaction_index["SKIP"]] = 1000.0
    assert fluxes_after(toy, medium, 1000, push=push)[toy.reaction_index["SKIP"]] == pytest.approx(
        4.0, rel=0.05
    )
