from dataclasses import replace

import numpy as np
import polars as pl
from scipy import sparse

from analysis.testing import loaded_by
from graph_attention.layers.network_edges import EDGE_KINDS, network_edges


def named_edges(graph):
    found = network_edges(graph)
    kinds = [EDGE_KINDS[kind] for kind in found.kind]
    return {
        (found.node_ids[key], found.node_ids[query]): (kind, coefficient)
        for key, query, kind, coefficient in zip(
            found.key, found.query, kinds, found.coefficient, strict=True
        )
    }


def test_every_nonzero_is_two_edges_and_every_node_attends_itself(toy):
    found = named_edges(toy)
    assert len(found) == 2 * toy.stoichiometry.nnz + toy.nodes == len(network_edges(toy))
    assert found["sugar_c", "SPLIT"] == ("substrate to reaction", -1.0)
    assert found["SPLIT", "sugar_c"] == ("reaction to substrate", -1.0)
    assert found["acid_c", "SPLIT"] == ("product to reaction", 2.0)
    assert found["SPLIT", "acid_c"] == ("reaction to product", 2.0)
    assert all(found[node, node] == ("self", 0.0) for node in toy.node_ids)


def test_edges_carry_the_matrix_in_both_directions(e_coli_core):
    found = network_edges(e_coli_core)
    shape = (e_coli_core.nodes, e_coli_core.nodes)
    square = sparse.csr_array((found.coefficient, (found.query, found.key)), shape=shape).toarray()
    expected, metabolites = e_coli_core.stoichiometry.toarray(), found.metabolites
    np.testing.assert_array_equal(square[:metabolites, metabolites:], expected)
    np.testing.assert_array_equal(square[metabolites:, :metabolites], expected.T)
    assert not square[:metabolites, :metabolites].any()
    assert not square[metabolites:, metabolites:].any()


def test_edges_are_sorted_by_query_and_then_by_key(e_coli_core):
    found = network_edges(e_coli_core)
    assert (np.diff(found.query * e_coli_core.nodes + found.key) > 0).all()


def test_pathways_are_those_of_the_reaction_and_shares_count_its_neighbours(toy):
    found = network_edges(toy)
    place = {name: index for index, name in enumerate(found.node_ids)}
    at = {
        (key, query): number for number, (key, query) in enumerate(zip(found.key, found.query, strict=True))
    }
    for key, query in (("acid_c", "SPLIT"), ("SPLIT", "acid_c"), ("SPLIT", "SPLIT")):
        assert found.pathways[found.pathway[at[place[key], place[query]]]] == "splitting"
    # acid_c takes part in TA, SPLIT, SKIP, GROW and DEAD.
    assert found.share[at[place["acid_c"], place["SPLIT"]]] == 2 / 5
    assert found.share[at[place["GROW"], place["acid_c"]]] == 1 / 5
    itself = at[place["acid_c"], place["acid_c"]]
    assert found.pathway[itself] == len(found.pathways)
    assert found.share[itself] == 1
    reversible = {found.node_ids[node] for node in found.query[found.reversible]}
    assert reversible == {"EX_sugar", "sugar_e", "TA", "acid_e", "acid_c"}


def test_an_isolated_node_has_the_edge_to_itself(toy):
    lonely = toy.metabolites[:1].with_columns(pl.lit("lonely").alias("id"))
    stoichiometry = sparse.vstack([toy.stoichiometry, sparse.csr_array((1, 10))]).tocsr()
    graph = replace(toy, stoichiometry=stoichiometry, metabolites=pl.concat([toy.metabolites, lonely]))
    found = named_edges(graph)
    assert [pair for pair in found if "lonely" in pair] == [("lonely", "lonely")]


def test_edges_are_found_without_torch():
    rooms = ("network_edges", "split_edges")
    assert "torch" not in loaded_by(*(f"graph_attention.layers.{room}" for room in rooms))
