import numpy as np
import pytest
from hypothesis import given, settings

from graph_attention.errors import MetabolicError
from graph_attention.testing import metabolic_graphs
from graph_attention.truth.flux_balance import fba, pfba
from graph_attention.truth.media import Medium
from graph_attention.truth.variability import flux_variability

SUGAR = Medium("sugar", {"EX_sugar": 10.0})


def test_the_ranges_of_a_toy_can_be_counted_by_hand(toy):
    names = ["SPLIT", "SKIP", "EX_sugar", "EX_gas", "OUT", "DEAD"]
    low, high = flux_variability(toy, SUGAR, names)
    assert low.tolist() == pytest.approx([10, 0, -10, 0, 20, 0], abs=1e-9)
    assert high.tolist() == pytest.approx([10, 0, -10, 0, 20, 0], abs=1e-9)
    low, high = flux_variability(toy, SUGAR, names, fraction=0.5)
    assert low.tolist() == pytest.approx([0, 0, -10, 0, 10, 0], abs=1e-9)
    assert high.tolist() == pytest.approx([10, 10, -5, 10, 20, 0], abs=1e-9)


@pytest.mark.parametrize("fraction", [1.0, 0.9, 0.0])
def test_ranges_are_those_of_cobrapy(e_coli_core, cobra_model, fraction):
    from cobra.flux_analysis import flux_variability_analysis

    medium = Medium.default(e_coli_core).but("m", add={"EX_ac_e": 5.0, "EX_glc__D_e": 3.0})
    low, high = flux_variability(e_coli_core, medium, fraction=fraction)
    with cobra_model("e_coli_core") as model:
        model.medium = dict(medium.uptake)
        table = flux_variability_analysis(model, fraction_of_optimum=fraction, processes=1)
    table = table.loc[e_coli_core.reactions["id"].to_list()]
    np.testing.assert_allclose(low, table["minimum"], atol=1e-5)
    np.testing.assert_allclose(high, table["maximum"], atol=1e-5)


@settings(max_examples=15)
@given(metabolic_graphs())
def test_a_parsimonious_flux_is_within_its_range(graph):
    medium = Medium.default(graph)
    flux = pfba(graph, medium).flux
    for fraction in (1.0, 0.7):
        low, high = flux_variability(graph, medium, fraction=fraction)
        assert (low <= flux + 1e-6).all()
        assert (flux <= high + 1e-6).all()
        lower, upper = medium.bounds(graph)
        assert (low >= lower - 1e-6).all()
        assert (high <= upper + 1e-6).all()


@settings(max_examples=10)
@given(metabolic_graphs(metabolites=5, reactions=4))
def test_a_range_is_what_two_programs_without_shortcuts_find(graph):
    from scipy.optimize import linprog

    medium = Medium.default(graph)
    growth = fba(graph, medium).growth
    rows, bounds = graph.stoichiometry.toarray(), np.column_stack(medium.bounds(graph))
    low, high = flux_variability(graph, medium)
    for reaction in range(len(low)):
        for sign, found in ((1, low), (-1, high)):
            cost = sign * np.eye(len(low))[reaction]
            limit = {"A_ub": -graph.objective[None], "b_ub": [-growth + 1e-9]}
            plain = linprog(cost, A_eq=rows, b_eq=np.zeros(len(rows)), bounds=bounds, **limit)
            assert found[reaction] == pytest.approx(sign * plain.fun, abs=1e-5)


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_a_fraction_outside_0_to_1_is_an_error(toy, fraction):
    with pytest.raises(MetabolicError, match="fraction: expected 0 to 1"):
        flux_variability(toy, SUGAR, fraction=fraction)


def test_an_infeasible_medium_has_no_ranges(e_coli_core):
    with pytest.raises(MetabolicError, match="medium nothing is infeasible on e_coli_core"):
        flux_variability(e_coli_core, Medium("nothing", {"EX_h2o_e": 10.0}))


@pytest.mark.slow
def test_ranges_of_ijo1366_are_those_of_cobrapy(ijo1366, cobra_model):
    from cobra.flux_analysis import flux_variability_analysis

    names = ["PGI", "PFK", "PYK", "CS", "ICL", "NADH16pp", "ATPS4rpp", "FBA", "TALA", "EX_co2_e", "GLUDy"]
    low, high = flux_variability(ijo1366, Medium.default(ijo1366), names)
    with cobra_model("iJO1366") as model:
        table = flux_variability_analysis(model, reaction_list=names, fraction_of_optimum=1.0, processes=1)
    np.testing.assert_allclose(low, table["minimum"], atol=1e-4)
    np.testing.assert_allclose(high, table["maximum"], atol=1e-4)
