from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from graph_attention.errors import MetabolicError
from graph_attention.truth.media import Medium
from graph_attention.truth.nutrients import candidates, nutrients, usual_sources


def test_the_nutrients_of_the_core_model_are_those_of_its_exchanges(e_coli_core):
    table = nutrients(e_coli_core)
    assert len(table) == 20
    assert (table["sign"] == -1).all()
    glucose = table.row(by_predicate=pl.col("exchange") == "EX_glc__D_e", named=True)
    assert (glucose["metabolite"], glucose["C"], glucose["O"]) == ("glc__D_e", 6, 6)


def test_the_default_medium_is_what_cobrapy_says(e_coli_core):
    assert dict(Medium.default(e_coli_core).uptake) == {
        "EX_co2_e": 1000.0,
        "EX_glc__D_e": 10.0,
        "EX_h_e": 1000.0,
        "EX_h2o_e": 1000.0,
        "EX_nh4_e": 1000.0,
        "EX_o2_e": 1000.0,
        "EX_pi_e": 1000.0,
    }


def test_a_default_medium_without_limit_is_an_error(toy):
    endless = replace(toy, reactions=toy.reactions.with_columns(lower=pl.lit(-np.inf)))
    with pytest.raises(
        MetabolicError, match=r"toy lets EX_sugar, EX_acid, EX_gas in without limit; .* to 1000"
    ):
        Medium.default(endless)


def test_candidates_of_an_element_are_outside_the_base(e_coli_core):
    base = Medium.default(e_coli_core).but("base", without=("EX_glc__D_e",)).uptake
    assert set(candidates(e_coli_core, "N", base)) == {"EX_gln__L_e", "EX_glu__L_e"}
    assert "EX_glc__D_e" in candidates(e_coli_core, "C", base)
    assert "EX_co2_e" not in candidates(e_coli_core, "C", base)
    assert usual_sources(e_coli_core, "N", base) == ("EX_nh4_e",)
    assert candidates(e_coli_core, "S", base) == ()


def test_a_medium_opens_what_it_names_and_closes_the_other_exchanges(toy):
    lower, upper = Medium("acid", {"EX_acid": 3.0}).bounds(toy)
    assert lower[:3].tolist() == [0.0, -3.0, 0.0]
    np.testing.assert_array_equal(lower[3:], toy.lower[3:])
    np.testing.assert_array_equal(upper, toy.upper)


def test_an_exchange_written_inward_is_opened_by_its_upper_bound(toy):
    flipped = replace(
        toy, stoichiometry=(toy.stoichiometry * np.where(np.arange(10) == 1, -1.0, 1.0)).tocsr()
    )
    lower, upper = Medium("acid", {"EX_acid": 3.0}).bounds(flipped)
    assert (lower[1], upper[1]) == (0.0, 3.0)
    assert Medium("sugar", {"EX_sugar": 1.0}).bounds(flipped)[1][1] == 0.0


def test_an_unknown_exchange_is_named_with_the_nearest_one(e_coli_core):
    with pytest.raises(
        MetabolicError, match=r"EX_glc_D_e is no exchange of e_coli_core; did you mean EX_glc__D_e"
    ):
        Medium("wrong", {"EX_glc_D_e": 1.0}).bounds(e_coli_core)


@pytest.mark.parametrize("amount", [0.0, -1.0, float("nan"), float("inf")])
def test_an_uptake_that_is_no_positive_number_is_an_error(amount):
    with pytest.raises(MetabolicError, match="expected a positive number"):
        Medium("wrong", {"EX_glc__D_e": amount})


def test_a_text_is_no_uptake():
    amounts = {"EX_glc__D_e": 10.0}
    medium = Medium("wrong", amounts)
    amounts["EX_glc__D_e"] = "10"  # put in afterwards, for the type checks of tests refuse it in the call
    with pytest.raises(
        MetabolicError, match=r"the uptake of EX_glc__D_e is '10'; expected a positive number"
    ):
        medium.__post_init__()


def test_a_medium_says_what_was_chosen_in_it_and_how_much_else_it_offers():
    medium = Medium("m", {"EX_a": 2.5, "EX_n": 1.0, "EX_o2_e": 5.0}, {"EX_a": "C"})
    assert repr(medium) == "Medium(m: EX_a 2.5 and 2 more)"
    assert repr(Medium("salts", {"EX_n": 1.0})) == "Medium(salts: 1 nutrient)"


def test_what_was_varied_tells_kind_and_sources():
    medium = Medium("m", {"EX_a": 1.0, "EX_n": 1.0, "EX_o2_e": 5.0}, {"EX_a": "C", "EX_n": "N"})
    assert (medium.kind, medium.aerobic) == ("N", True)
    assert (medium.sources(), medium.sources("C")) == (("EX_a", "EX_n"), ("EX_a",))
    without = medium.but("less", without=("EX_n", "EX_o2_e"), add={"EX_b": 2.0})
    assert (without.kind, without.aerobic, dict(without.uptake)) == ("C", False, {"EX_a": 1.0, "EX_b": 2.0})


def test_a_source_of_another_element_is_an_error():
    with pytest.raises(MetabolicError, match="expected sources of C, N, P, S"):
        Medium("m", {"EX_a": 1.0}, {"EX_a": "Fe"})


def test_a_medium_on_a_smaller_network_keeps_what_that_exchanges(toy):
    medium = Medium("m", {"EX_acid": 1.0, "EX_gone": 2.0}, {"EX_gone": "C"})
    assert dict(medium.on(toy).uptake) == {"EX_acid": 1.0}
    assert medium.on(toy).sources("C") == ("EX_gone",)
