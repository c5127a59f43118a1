import numpy as np
import pytest
import torch

from graph_attention import MetabolicGraph
from graph_attention.model.medium_bounds import MediumBounds
from graph_attention.truth.media import Medium


def uptake_of(graph, *media):
    ids = graph.reactions["id"][graph.exchanges]
    return torch.tensor([[medium.uptake.get(name, 0.0) for name in ids] for medium in media])


def assert_same_bounds(graph, *media):
    lower, upper = MediumBounds(graph)(uptake_of(graph, *media))
    for row, medium in enumerate(media):
        expected = medium.bounds(graph)
        assert lower[row].numpy() == pytest.approx(expected[0], rel=1e-6)
        assert upper[row].numpy() == pytest.approx(expected[1], rel=1e-6)


def test_bounds_are_those_of_the_medium(e_coli_core):
    glucose = Medium.default(e_coli_core)
    acetate = glucose.but("acetate", add={"EX_ac_e": 7.0}, without=("EX_glc__D_e", "EX_o2_e"))
    assert_same_bounds(e_coli_core, glucose, acetate)


def test_an_exchange_that_is_written_inwards_opens_upwards(toy):
    matrix = toy.stoichiometry.toarray()
    place = toy.reaction_index["EX_sugar"]
    matrix[:, place] *= -1
    table = toy.reactions.with_row_index().with_columns(
        lower=toy.reactions["lower"].replace(-10.0, 0.0), upper=toy.reactions["upper"]
    )
    turned = MetabolicGraph.from_arrays(
        "turned",
        matrix,
        toy.metabolites.to_dict(as_series=False),
        table.drop("index").to_dict(as_series=False),
    )
    assert_same_bounds(turned, Medium("sugar", {"EX_sugar": 4.0}), Medium("acid", {"EX_acid": 1.0}))


def test_the_summary_counts_the_atoms_on_offer(toy):
    bounds = MediumBounds(toy)
    summary = bounds.summary(uptake_of(toy, Medium("both", {"EX_sugar": 4.0, "EX_acid": 30.0}))).expm1()
    counted = dict(
        zip(("C", "H", "N", "O", "P", "S", "offered", "limiting"), summary[0].tolist(), strict=True)
    )
    # sugar C2H4O2 at 4, acid CH2O at 30, of which 20 count
    expected = {"C": 28, "H": 56, "N": 0, "O": 28, "P": 0, "S": 0, "offered": 2, "limiting": 1}
    assert counted == pytest.approx(expected, rel=1e-5)


def test_it_has_no_parameters_and_leaves_the_network_alone(toy):
    before = toy.lower.copy()
    bounds = MediumBounds(toy)
    bounds(uptake_of(toy, Medium("sugar", {"EX_sugar": 4.0})))
    assert list(bounds.parameters()) == []
    assert np.array_equal(toy.lower, before)
