from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from scipy.sparse import csr_array, hstack

from graph_attention.errors import MetabolicError
from graph_attention.testing import metabolic_graphs
from graph_attention.truth.flux_balance import TIE_BREAK, fba, pfba, tie_break_weights
from graph_attention.truth.media import Medium


@pytest.fixture(scope="module")
def sugar():
    return Medium("sugar", {"EX_sugar": 10.0})


def media_of(graph):
    """Glucose, acetate, succinate and a mixture, with and without oxygen, beside the network's own medium."""
    default = Medium.default(graph)
    sources = [{"EX_glc__D_e": 7.0}, {"EX_ac_e": 9.0}, {"EX_succ_e": 3.0, "EX_fru_e": 2.0}]
    fed = [
        default.but(f"medium {index}", without=("EX_glc__D_e",), add=source)
        for index, source in enumerate(sources)
    ]
    return [default, *fed, fed[0].but("no oxygen", without=("EX_o2_e",))]


def test_growth_on_a_toy_is_what_can_be_counted_by_hand(toy, sugar):
    solution = fba(toy, sugar)
    assert solution.growth == pytest.approx(20.0)
    assert solution.flux[toy.reaction_index["SPLIT"]] == pytest.approx(10.0)
    assert solution.flux[toy.reaction_index["EX_sugar"]] == pytest.approx(-10.0)


def test_a_drained_unit_costs_what_a_supplied_unit_would_give(toy, sugar):
    price = fba(toy, sugar).shadow_price
    assert price[toy.metabolite_index["sugar_e"]] == pytest.approx(-2.0)
    assert price[toy.metabolite_index["acid_c"]] == pytest.approx(-1.0)


@pytest.mark.parametrize("exchange", ["EX_glc__D_e", "EX_succ_e", "EX_fru_e"])
def test_shadow_prices_are_the_finite_differences_of_growth_in_the_uptake(e_coli_core, exchange):
    medium = Medium.default(e_coli_core).but("m", add={"EX_glc__D_e": 5.0, "EX_succ_e": 2.0, "EX_fru_e": 1.0})
    step = 1e-3
    more = medium.but("more", add={exchange: medium.uptake[exchange] + step})
    here = fba(e_coli_core, medium)
    gained = (fba(e_coli_core, more).growth - here.growth) / step
    metabolite = e_coli_core.metabolite_index[exchange.removeprefix("EX_")]
    assert gained > 1e-3
    assert -here.shadow_price[metabolite] == pytest.approx(gained, rel=1e-6)
    assert here.reduced_cost[e_coli_core.reaction_index[exchange]] == pytest.approx(-gained, rel=1e-6)


def test_parsimonious_flux_balances_within_the_bounds_at_the_same_growth(e_coli_core):
    for medium in media_of(e_coli_core):
        solution = pfba(e_coli_core, medium)
        lower, upper = medium.bounds(e_coli_core)
        assert np.abs(e_coli_core.stoichiometry @ solution.flux).max() < 1e-9
        assert (solution.flux >= lower - 1e-9).all()
        assert (solution.flux <= upper + 1e-9).all()
        assert solution.flux @ e_coli_core.objective == pytest.approx(
            fba(e_coli_core, medium).growth, abs=1e-9
        )


def test_the_tie_break_leaves_one_flux_whatever_the_order_of_the_reactions(e_coli_core):
    order = np.random.default_rng(3).permutation(len(e_coli_core.reactions))
    shuffled = replace(
        e_coli_core,
        stoichiometry=e_coli_core.stoichiometry[:, order],
        reactions=e_coli_core.reactions[order],
    )
    for medium in media_of(e_coli_core):
        np.testing.assert_allclose(
            pfba(shuffled, medium).flux, pfba(e_coli_core, medium).flux[order], atol=1e-7
        )


def test_a_solution_says_status_growth_and_how_many_reactions_carry_flux(toy, sugar):
    assert repr(pfba(toy, sugar)) == "FluxSolution(optimal: growth 20 per hour, 5 of 10 reactions carry flux)"


def test_two_equal_routes_are_told_apart_by_the_seed(toy):
    twin = twice(toy, "SPLIT")
    medium = Medium("sugar", {"EX_sugar": 10.0})
    routes = [twin.reaction_index["SPLIT"], twin.reaction_index["SPLIT2"]]
    chosen = [int(pfba(twin, medium, seed=seed).flux[routes].argmax()) for seed in range(12)]
    expected = [int(tie_break_weights(twin, seed)[routes].argmin()) for seed in range(12)]
    assert chosen == expected
    assert set(chosen) == {0, 1}


def twice(graph, name):
    """The network with one reaction once more."""
    column = graph.reaction_index[name]
    row = graph.reactions[column].with_columns(pl.lit(f"{name}2").alias("id"))
    matrix = csr_array(hstack([graph.stoichiometry, graph.stoichiometry[:, [column]]]))
    return replace(graph, stoichiometry=matrix, reactions=pl.concat([graph.reactions, row]))


def test_weights_depend_on_the_seed_and_the_id_alone(e_coli_core, toy):
    weights = tie_break_weights(toy, 0)
    assert (weights >= 1).all()
    assert (weights < 1.001).all()
    assert len(set(weights)) == len(weights)
    np.testing.assert_array_equal(tie_break_weights(replace(toy, name="other"), 0), weights)
    assert (tie_break_weights(toy, 1) != weights).all()
    assert (tie_break_weights(toy, None) == 1).all()


def test_a_medium_that_cannot_pay_maintenance_is_infeasible_and_says_so(e_coli_core):
    solution = pfba(e_coli_core, Medium("nothing", {"EX_h2o_e": 1000.0}))
    assert (solution.status, solution.growth, solution.feasible) == ("infeasible", 0.0, False)
    assert not solution.flux.any()
    assert np.isnan(solution.shadow_price).all()


def test_a_network_without_objective_is_an_error(toy, sugar):
    idle = replace(toy, reactions=toy.reactions.with_columns(objective=pl.lit(0.0)))
    with pytest.raises(MetabolicError, match="toy has no objective"):
        fba(idle, sugar)


def test_growth_without_limit_is_an_error(toy, sugar):
    from_nothing = toy.stoichiometry.toarray()
    from_nothing[toy.metabolite_index["acid_c"], toy.reaction_index["GROW"]] = 0
    reactions = toy.reactions.with_columns(upper=pl.lit(np.inf))
    endless = replace(toy, stoichiometry=csr_array(from_nothing), reactions=reactions)
    with pytest.raises(MetabolicError, match="no optimum"):
        fba(endless, sugar)


@pytest.mark.parametrize(
    "name",
    ["e_coli_core", *(pytest.param(name, marks=pytest.mark.slow) for name in ("iJO1366", "iYS1720"))],
)
def test_growth_and_total_flux_are_those_of_cobrapy(name, cobra_model, request):
    from cobra.flux_analysis import pfba as cobra_pfba

    graph = request.getfixturevalue(name.lower())
    for medium in media_of(graph):
        solution = pfba(graph, medium, seed=None)
        with cobra_model(name) as model:
            model.medium = {**dict.fromkeys(model.medium, 0), **medium.uptake}
            growth = model.slim_optimize(error_value=0.0)
            total = cobra_pfba(model).objective_value if solution.feasible else 0.0
        assert solution.growth == pytest.approx(growth, abs=1e-6)
        assert np.abs(solution.flux).sum() == pytest.approx(total, rel=1e-6)
        assert np.abs(pfba(graph, medium).flux).sum() <= (1 + TIE_BREAK) * total


@given(metabolic_graphs())
def test_random_networks_balance_within_their_bounds_at_the_value_of_the_dual(graph):
    medium = Medium.default(graph)
    lower, upper = medium.bounds(graph)
    best, least = fba(graph, medium), pfba(graph, medium)
    for solution in (best, least):
        assert np.abs(graph.stoichiometry @ solution.flux).max() < 1e-6
        assert (solution.flux >= lower - 1e-6).all()
        assert (solution.flux <= upper + 1e-6).all()
        assert graph.objective @ solution.flux == pytest.approx(best.growth, abs=1e-6)
    cost = best.reduced_cost
    np.testing.assert_allclose(cost, graph.objective - graph.stoichiometry.T @ best.shadow_price, atol=1e-6)
    dual = np.where(cost > 0, cost * upper, cost * lower).sum()
    assert dual == pytest.approx(best.growth, abs=1e-5)
    assert np.abs(least.flux).sum() <= np.abs(best.flux).sum() * (1 + TIE_BREAK) + 1e-6


@pytest.mark.slow
def test_a_growth_at_the_very_edge_of_maintenance_has_a_flux(ijo1366):
    base = Medium.default(ijo1366).but("base", without=("EX_glc__D_e", "EX_o2_e"))
    solution = pfba(ijo1366, base.but("edge", add={"EX_asn__L_e": 4.207953736720725}))
    assert 6e-5 < solution.growth < 7e-5
    assert solution.flux[ijo1366.reaction_index["ATPM"]] == pytest.approx(3.15)


@pytest.mark.slow
def test_ijo1366_has_one_flux_whatever_the_order_of_its_reactions(ijo1366):
    """Without a tie-break ten reactions differ on udpacgal, fourteen on acetate and two on glucose."""
    rng = np.random.default_rng(1)
    reactions, metabolites = (rng.permutation(len(t)) for t in (ijo1366.reactions, ijo1366.metabolites))
    shuffled = replace(
        ijo1366,
        stoichiometry=csr_array(ijo1366.stoichiometry[metabolites][:, reactions]),
        metabolites=ijo1366.metabolites[metabolites],
        reactions=ijo1366.reactions[reactions],
    )
    base = Medium.default(ijo1366).but("base", without=("EX_glc__D_e",))
    for exchange in ("EX_udpacgal_e", "EX_ac_e", "EX_glc__D_e"):
        medium = base.but(exchange, add={exchange: 10.0})
        plain, other = (pfba(graph, medium, seed=None).flux for graph in (ijo1366, shuffled))
        assert np.abs(plain[reactions] - other).max() > 1e-3
        broken, other = (pfba(graph, medium).flux for graph in (ijo1366, shuffled))
        np.testing.assert_allclose(other, broken[reactions], atol=1e-7)
