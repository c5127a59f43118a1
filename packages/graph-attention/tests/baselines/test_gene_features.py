import networkx as nx
import numpy as np
import pytest

from graph_attention.baselines import GeneFeatures, linked_genes


@pytest.fixture(scope="module")
def features(toy):
    return GeneFeatures(toy, (toy.lower, toy.upper))


def of(table, features, gene):
    return table.row(features.ids.index(gene), named=True)


def test_rules_tell_what_a_gene_names_and_what_is_lost_without_it(features):
    """TS: g1 or g2; TA: g3; SPLIT: g1 and (g4 or g5); SKIP: g5; GROW: g6."""
    assert of(features.rules, features, "g1") == {
        "named": 2.0,
        "lost": 1.0,
        "alternatives": 1.0,
        "subunits": 0.5,
    }
    assert of(features.rules, features, "g4") == {
        "named": 1.0,
        "lost": 0.0,
        "alternatives": 1.0,
        "subunits": 1.0,
    }
    assert of(features.rules, features, "g6") == {
        "named": 1.0,
        "lost": 1.0,
        "alternatives": 0.0,
        "subunits": 0.0,
    }


def test_distance_to_biomass_counts_reactions(features):
    distances = {
        gene: of(features.topology, features, gene)["min distance to biomass"] for gene in ("g6", "g1")
    }
    assert distances == {"g6": 1.0, "g1": 2.0}


def test_other_makers_are_those_beside_the_reaction_itself(features):
    """acid_c is made by SPLIT, SKIP and TA, biomass_c by GROW alone."""
    table = features.topology
    assert of(table, features, "g6")["max other makers"] == 0.0
    assert of(table, features, "g1")["max other makers"] == 2.0


def test_a_gene_that_loses_nothing_has_no_neighbourhood(features):
    row = of(features.neighbourhoods, features, "g4")
    assert set(row.values()) == {-1.0}


def test_the_gene_of_the_only_way_to_biomass_cuts_it_off(features):
    cut = {gene: of(features.structure, features, gene)["biomass blocked"] for gene in features.ids}
    assert cut == {"g1": 0.0, "g2": 0.0, "g3": 0.0, "g4": 0.0, "g5": 0.0, "g6": 1.0}


def test_flows_are_of_the_lost_reactions_alone(features, toy):
    flux = np.zeros(len(toy.reactions))
    flux[[toy.reaction_index["SPLIT"], toy.reaction_index["TS"]]] = [4.0, 6.0]
    table = features.flows(flux)
    assert of(table, features, "g1") == {"largest flux": 4.0, "total flux": 4.0, "carrying": 1.0}
    assert of(table, features, "g6") == {"largest flux": 0.0, "total flux": 0.0, "carrying": 0.0}


def test_the_tables_before_flows_do_not_depend_on_any_flux(toy):
    """Features of two instances are the same bytes: nothing but network and bounds goes in."""
    bounds = toy.lower, toy.upper
    first, second = GeneFeatures(toy, bounds), GeneFeatures(toy, bounds)
    assert first.topology.equals(second.topology)
    assert first.structure.equals(second.structure)


def test_genes_that_a_chain_of_reactions_links_are_in_one_group(rng):
    named = [rng.choice(60, rng.integers(1, 3), replace=False) for _ in range(50)]
    graph = nx.Graph()
    for gene, reactions in enumerate(named):
        graph.add_edges_from((f"g{gene}", int(reaction)) for reaction in reactions)
    components = [
        {int(node[1:]) for node in part if isinstance(node, str)} for part in nx.connected_components(graph)
    ]
    groups = linked_genes(named, 60)
    found = [set(np.flatnonzero(groups == group).tolist()) for group in np.unique(groups)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, components))


@pytest.fixture
def rng():
    return np.random.default_rng(0)
