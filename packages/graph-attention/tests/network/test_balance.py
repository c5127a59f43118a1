import numpy as np
import pytest

from graph_attention.network.balance import composition, elements, imbalance
from graph_attention.network.graph import MetabolicGraph


@pytest.mark.parametrize(
    ("formula", "counts"),
    [
        ("C6H12O6", {"C": 6, "H": 12, "O": 6}),
        ("H2O", {"H": 2, "O": 1}),
        ("C10H16N5O13P3", {"C": 10, "H": 16, "N": 5, "O": 13, "P": 3}),
        ("NaCl", {"Na": 1, "Cl": 1}),
        ("CH3CH3", {"C": 2, "H": 6}),
        ("C2.5H", {"C": 2.5, "H": 1}),
        ("C2XR", {"C": 2, "X": 1, "R": 1}),
        ("", None),
        ("C6H12(OH)", None),
        ("water", None),
    ],
)
def test_formulas_are_counted_and_what_cannot_be_read_is_unknown(formula, counts):
    assert elements(formula) == counts


def test_composition_is_by_element_and_nan_where_unknown():
    graph = MetabolicGraph.from_arrays(
        "two", [[-1.0], [1.0]], {"id": ["a", "b"], "formula": ["CO2", ""]}, ["r"]
    )
    names, counts = composition(graph)
    assert names == ("C", "O")
    assert counts[0].tolist() == [1, 2]
    assert np.isnan(counts[1]).all()
    assert np.isnan(imbalance(graph)).all()
    assert graph.unbalanced == ()


def test_lost_atoms_and_lost_charges_are_found():
    metabolites = {"id": ["a", "b", "c"], "formula": ["CO2", "CO2", "CO"], "charge": [0, 1, 0]}
    matrix = [[-1, -1, 0], [1, 0, -1], [0, 1, 0]]
    graph = MetabolicGraph.from_arrays("odd", matrix, metabolites, ["charged", "oxygen", "out"])
    assert imbalance(graph).tolist() == [1, 1, 2]
    assert graph.unbalanced == ("charged", "oxygen")  # the third is an exchange


@pytest.mark.parametrize("name", ["e_coli_core", "iJO1366", pytest.param("iYS1720", marks=pytest.mark.slow)])
def test_cobra_finds_the_same_reactions_unbalanced(name, cobra_model):
    graph, model = MetabolicGraph.bundled(name), cobra_model(name)
    known = ~np.isnan(imbalance(graph)) & ~graph.boundary
    judged = [model.reactions.get_by_id(one) for one in graph.reactions["id"].filter(known)]
    off = [
        reaction.id
        for reaction in judged
        if max(map(abs, reaction.check_mass_balance().values()), default=0) > 1e-6
    ]
    assert list(graph.unbalanced) == off


def test_unbalanced_reactions_can_be_left_out_and_growth_is_not(ijo1366):
    kept = ijo1366.drop_unbalanced()
    assert ijo1366.unbalanced == ("BIOMASS_Ec_iJO1366_WT_53p95M", "BIOMASS_Ec_iJO1366_core_53p95M")
    assert kept.unbalanced == ("BIOMASS_Ec_iJO1366_core_53p95M",)
    assert kept.excluded == ("1 reaction unbalanced: BIOMASS_Ec_iJO1366_WT_53p95M",)
