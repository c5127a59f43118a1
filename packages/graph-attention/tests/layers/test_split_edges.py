import numpy as np

from graph_attention.layers.split_edges import consumer_edges, producer_edges


def named(graph, found):
    metabolites, reactions = graph.metabolites["id"].to_list(), graph.reactions["id"].to_list()
    pairs = {}
    for metabolite, reaction in zip(found.metabolite, found.reaction, strict=True):
        pairs.setdefault(metabolites[metabolite], set()).add(reactions[reaction])
    return pairs


def test_a_reaction_makes_what_it_can_by_sign_and_bounds(toy):
    assert named(toy, producer_edges(toy)) == {
        "sugar_e": {"EX_sugar"},
        "acid_e": {"EX_acid", "TA"},
        "gas_e": {"EX_gas", "SKIP"},
        "sugar_c": {"TS"},
        "acid_c": {"TA", "SPLIT", "SKIP"},
        "biomass_c": {"GROW"},
        "waste_c": {"DEAD"},
    }


def test_a_reaction_uses_what_it_can_by_sign_and_bounds(toy):
    assert named(toy, consumer_edges(toy)) == {
        "sugar_e": {"EX_sugar", "TS"},
        "acid_e": {"EX_acid", "TA"},
        "gas_e": {"EX_gas"},
        "sugar_c": {"SPLIT", "SKIP"},
        "acid_c": {"TA", "GROW", "DEAD"},
        "biomass_c": {"OUT"},
    }


def test_a_flux_within_its_bounds_moves_along_the_edges_alone(e_coli_core):
    random, open_exchanges = np.random.default_rng(0), e_coli_core.lower.copy()
    open_exchanges[e_coli_core.exchanges] = -10
    flux = random.uniform(open_exchanges, e_coli_core.upper)
    moved = e_coli_core.stoichiometry.toarray() * flux
    for found, side in ((producer_edges(e_coli_core), moved > 0), (consumer_edges(e_coli_core), moved < 0)):
        side[found.metabolite, found.reaction] = False
        assert not side.any()


def test_pairs_are_sorted_by_metabolite_and_then_by_reaction(e_coli_core):
    for found in (producer_edges(e_coli_core), consumer_edges(e_coli_core)):
        place = found.metabolite * e_coli_core.stoichiometry.shape[1] + found.reaction
        assert (np.diff(place) > 0).all()
        expected = e_coli_core.stoichiometry.toarray()[found.metabolite, found.reaction]
        np.testing.assert_array_equal(found.coefficient, expected)
