"""Tables of nodes and edges, in the order in which attention has them."""

import numpy as np
from scipy import stats

from graph_attention.explanations.nodes import edge_table, majority, node_table
from graph_attention.layers.attention_edges import AttentionEdges


def test_nodes_are_numbered_as_the_network_has_them_with_their_degrees(toy):
    table = node_table(toy)
    assert table["node"].to_list() == list(toy.node_ids)
    assert (table["kind"] == "metabolite").sum() == len(toy.metabolites)
    of = dict(zip(table["node"], table["degree"], strict=True))
    assert of["acid_c"] == 5
    assert of["SKIP"] == 3
    assert of["OUT"] == 1


def test_a_metabolite_is_in_the_subsystem_of_most_of_its_reactions(toy):
    of = dict(zip(*node_table(toy).select("node", "subsystem"), strict=True))
    assert of["sugar_c"] == "splitting"
    assert of["biomass_c"] == "growth"
    assert of["SPLIT"] == "splitting"


def test_edges_stand_in_the_order_of_attention(toy):
    table, attention = edge_table(toy), AttentionEdges.of(toy)
    np.testing.assert_array_equal(table.select("key", "query").to_numpy().T, attention.edges.edges.numpy())
    subsystem = node_table(toy)["subsystem"].to_numpy()
    assert (table["key_subsystem"].to_numpy() == subsystem[table["key"].to_numpy()]).all()


def test_a_metabolite_belongs_to_the_pathway_of_most_of_its_reactions():
    rng = np.random.default_rng(0)
    metabolite, pathway = rng.integers(0, 20, 300), rng.integers(0, 4, 300)
    expected = [stats.mode(pathway[metabolite == each]).mode for each in range(20)]
    np.testing.assert_array_equal(majority(metabolite, pathway, 21), [*expected, -1])
