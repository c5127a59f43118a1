import numpy as np
from hypothesis import find, given, settings

from graph_attention.testing import metabolic_graphs, random_graph


@given(metabolic_graphs())
def test_every_network_has_uptake_paths_an_objective_and_the_zero_flux(graph):
    assert graph.reactions["id"][graph.biomass] == "GROW"
    assert len(graph.exchanges) >= 1
    assert (graph.lower <= 0).all()
    assert (graph.upper >= 0).all()
    assert np.isfinite([graph.lower, graph.upper]).all()


def test_odd_networks_are_among_them():
    quick = settings(max_examples=2000, deadline=None, database=None)
    assert find(metabolic_graphs(), lambda graph: len(graph.isolated) > 0, settings=quick)
    assert find(metabolic_graphs(), lambda graph: graph.reversible.any(), settings=quick)
    assert find(metabolic_graphs(), lambda graph: len(graph.subsystems) == 3, settings=quick)


def test_the_same_seed_gives_the_same_network():
    assert random_graph((5, 6), 3).fingerprint == random_graph((5, 6), 3).fingerprint
    assert random_graph((5, 6), 3).fingerprint != random_graph((5, 6), 4).fingerprint
