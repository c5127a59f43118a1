import sys
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.testing import metabolic_graphs

pytest.importorskip("torch_geometric")


@given(metabolic_graphs())
def test_pyg_and_back_loses_nothing(graph):
    back = MetabolicGraph.from_pyg(graph.to_pyg())
    assert (back.fingerprint, back.name, back.excluded) == (graph.fingerprint, graph.name, graph.excluded)


@pytest.mark.parametrize("fixture", ["e_coli_core", "iys1720"])
def test_real_networks_go_to_pyg_and_back(fixture, request):
    graph = request.getfixturevalue(fixture)
    data = graph.to_pyg()
    assert MetabolicGraph.from_pyg(data).fingerprint == graph.fingerprint
    assert data.validate()
    assert data.num_nodes == graph.nodes
    assert data.num_edges == len(graph.edges)


def test_exclusions_go_along(toy):
    pruned = toy.prune_blocked()
    assert MetabolicGraph.from_pyg(pruned.to_pyg()).excluded == pruned.excluded


def test_pyg_edges_run_from_substrate_to_reaction_to_product(toy):
    data = toy.to_pyg()
    substrate, product_ = (
        data["metabolite", "substrate", "reaction"],
        data["reaction", "product", "metabolite"],
    )
    assert (substrate.edge_attr < 0).all()
    assert (product_.edge_attr > 0).all()
    made = {
        (toy.reactions["id"][int(reaction)], toy.metabolites["id"][int(metabolite)])
        for reaction, metabolite in product_.edge_index.T
    }
    assert ("SPLIT", "acid_c") in made
    assert ("TS", "sugar_e") not in made


def test_pyg_data_of_only_ids_and_coefficients_is_a_network(toy):
    data = toy.to_pyg()
    for kind in ("metabolite", "reaction"):
        for name in [name for name in data[kind] if name not in ("id", "num_nodes")]:
            del data[kind][name]
    bare = MetabolicGraph.from_pyg(data)
    assert (bare.stoichiometry.toarray() == toy.stoichiometry.toarray()).all()
    assert (bare.upper == 1000).all()


@pytest.mark.parametrize("missing", ["nodes", "edges", "coefficients"])
def test_what_pyg_data_lack_is_named(toy, missing):
    data = toy.to_pyg()
    if missing == "nodes":
        del data["reaction"]["id"]
    elif missing == "edges":
        del data["reaction", "product", "metabolite"]
    else:
        del data["reaction", "product", "metabolite"]["edge_attr"]
    with pytest.raises(MetabolicError, match="reaction" if missing == "nodes" else "product"):
        MetabolicGraph.from_pyg(data)


@given(metabolic_graphs())
def test_networkx_has_every_node_and_the_signed_coefficients(graph):
    found = graph.to_networkx()
    assert tuple(found) == graph.node_ids
    dense = graph.stoichiometry.toarray()
    pairs = product(enumerate(graph.metabolites["id"]), enumerate(graph.reactions["id"]))
    for (row, metabolite), (column, reaction) in pairs:
        ends = (metabolite, reaction) if dense[row, column] < 0 else (reaction, metabolite)
        assert found.get_edge_data(*ends, {"coefficient": 0})["coefficient"] == dense[row, column]
    assert found.number_of_edges() == np.count_nonzero(dense)


def test_networkx_nodes_carry_their_tables(e_coli_core):
    found = e_coli_core.to_networkx()
    assert found.nodes["atp_c"] == {
        "kind": "metabolite",
        "name": "ATP",
        "formula": "C10H12N5O13P3",
        "charge": -4,
        "compartment": "c",
    }
    assert found.nodes["PFK"]["kind"] == "reaction"
    assert nx.is_bipartite(found)
    assert nx.has_path(found, "glc__D_e", "Biomass_Ecoli_core")


def test_an_edge_to_a_node_that_is_not_there_is_refused(toy):
    data = toy.to_pyg()
    data["metabolite", "substrate", "reaction"].edge_index[1, 0] = 10
    with pytest.raises(MetabolicError, match="a reaction outside the 10"):
        MetabolicGraph.from_pyg(data)


def test_without_torch_geometric_one_line_says_which_extra(toy, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_geometric.data", None)
    with pytest.raises(MetabolicError, match=r"install graph-attention\[pyg\]"):
        toy.to_pyg()
