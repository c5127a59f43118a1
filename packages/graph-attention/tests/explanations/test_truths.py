"""What is lost by deletions, against COBRApy and against a network that can be solved by hand."""

import numpy as np
import pytest

from graph_attention.errors import MetabolicError
from graph_attention.explanations.truths import Truths, metabolite_deletions
from graph_attention.truth.conditions import condition
from graph_attention.truth.media import Medium

SUGAR = Medium("sugar", {"EX_sugar": 10.0})


def named(graph, values, what="reactions"):
    return dict(zip(getattr(graph, what)["id"], values, strict=True))


def test_a_network_solved_by_hand(toy):
    found = Truths.of(toy, SUGAR)
    flux = named(toy, found.flux)
    assert found.growth == pytest.approx(20)
    assert flux["SPLIT"] == pytest.approx(10)
    assert flux["SKIP"] == pytest.approx(0)
    left = named(toy, found.reaction_deletion)
    assert left["TS"] == left["GROW"] == pytest.approx(1)
    assert left["SPLIT"] == pytest.approx(0.5)
    assert left["SKIP"] == left["DEAD"] == left["TA"] == pytest.approx(0)
    without = named(toy, found.metabolite_deletion, "metabolites")
    assert without["sugar_c"] == without["acid_c"] == without["biomass_c"] == pytest.approx(1)
    assert without["gas_e"] == without["waste_c"] == without["acid_e"] == pytest.approx(0)
    unique = named(toy, found.unique_flux)
    assert unique["SPLIT"] == pytest.approx(10)
    assert np.isnan(unique["SKIP"])


def test_nothing_that_is_lost_on_a_medium_without_growth(toy):
    with pytest.raises(MetabolicError, match="nothing grows on hunger"):
        Truths.of(toy, Medium("hunger", {"EX_gas": 1.0}))


def test_metabolites_of_e_coli_core_are_as_essential_as_cobrapy_finds(e_coli_core, cobra_model):
    medium = condition(e_coli_core, "glucose")
    found = named(e_coli_core, metabolite_deletions(e_coli_core, medium), "metabolites")
    with cobra_model("e_coli_core") as model:
        model.medium = dict(medium.uptake)
        for name in ("pyr_c", "atp_c", "o2_c", "fum_c", "akg_c", "lac__D_c", "glc__D_e"):
            with model:
                growth = 0.0 if must_run(model, name) else model.slim_optimize(error_value=0.0)
            assert found[name] == pytest.approx(growth, abs=1e-6), name


def must_run(model, name):
    """Close every reaction in the direction that uses a metabolite; whether one has to run in it."""
    metabolite = model.metabolites.get_by_id(name)
    for reaction in metabolite.reactions:
        lower, upper = reaction.bounds
        forward = reaction.metabolites[metabolite] < 0
        if lower > 0 if forward else upper < 0:
            return True
        reaction.bounds = (lower, min(upper, 0)) if forward else (max(lower, 0), upper)
    return False
