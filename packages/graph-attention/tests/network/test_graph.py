import numpy as np
import pytest
from scipy import sparse

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph


@pytest.fixture(params=["e_coli_core", "ijo1366"])
def network(request):
    return request.getfixturevalue(request.param)


def test_the_bundled_models_have_the_sizes_of_their_files(e_coli_core, ijo1366):
    assert e_coli_core.stoichiometry.shape == (72, 95)
    assert (e_coli_core.stoichiometry.nnz, len(e_coli_core.genes)) == (360, 137)
    assert ijo1366.stoichiometry.shape == (1805, 2583)
    assert (ijo1366.stoichiometry.nnz, len(ijo1366.genes), len(ijo1366.exchanges)) == (10183, 1367, 324)
    assert len(e_coli_core.exchanges) == 20
    assert ijo1366.reactions["id"][ijo1366.biomass] == "BIOMASS_Ec_iJO1366_core_53p95M"
    assert ijo1366.compartments == ("c", "e", "p")


def test_the_edges_are_the_nonzeros(network):
    dense = np.zeros(network.stoichiometry.shape)
    dense[network.edges.metabolite, network.edges.reaction] = network.edges.coefficient
    assert (dense == network.stoichiometry.toarray()).all()
    assert len(network.edges) == network.stoichiometry.nnz


def test_nodes_are_metabolites_and_then_reactions(toy):
    assert (toy.nodes, toy.node_ids[0], toy.node_ids[7]) == (17, "sugar_e", "EX_sugar")
    assert toy.node_kinds.tolist() == [0] * 7 + [1] * 10
    assert [toy.reaction_index[name] for name in toy.reactions["id"]] == list(range(10))
    assert [toy.metabolite_index[name] for name in toy.metabolites["id"]] == list(range(7))


def test_only_reactions_of_the_outer_compartment_are_exchanges(toy):
    assert toy.exchanges.tolist() == [0, 1, 2]
    assert np.flatnonzero(toy.boundary).tolist() == [0, 1, 2, 8]


def test_subsystems_are_sorted_and_unassigned_is_last(toy):
    assert toy.subsystems == ("growth", "splitting", "transport", "unassigned")
    assert toy.pathway.tolist() == [3, 3, 3, 2, 2, 1, 1, 0, 0, 3]


def test_a_fingerprint_changes_with_any_number_and_not_with_the_name(toy):
    same = MetabolicGraph("other", toy.stoichiometry, toy.metabolites, toy.reactions)
    changed = toy.stoichiometry.copy()
    changed.data[3] *= 2
    other = MetabolicGraph("toy", changed, toy.metabolites, toy.reactions)
    assert same.fingerprint == toy.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("stoichiometry", "reactions", "said"),
    [
        ([[np.nan]], {"id": ["r"]}, "1 coefficient is not finite; the first is nan for m in r"),
        ([[1.0]], {"id": ["m"]}, r"m \(metabolite and reaction\)"),
        ([[1.0, 1.0]], {"id": ["r", "r"]}, r"1 id occurs twice: r \(reaction and reaction\)"),
        ([[1.0, 1.0]], {"id": ["r", "m"], "gene_rule": ["", "(a and"]}, r"1 id occurs"),
        ([[1.0, 1.0]], {"id": ["r", "s"], "gene_rule": ["a", "(a and"]}, r"s: gene rule '\(a and'"),
        (
            [[1.0, 1.0]],
            {"id": ["r", "s"], "lower": [2.0, 3.0], "upper": [1.0, 1.0]},
            "2 reactions need lower",
        ),
        ([[1.0]], {"id": ["r"], "lower": [2.0], "upper": [1.0]}, r"1 reaction needs lower .* 2.0 to 1.0"),
        ([[1.0]], {"id": ["r"], "lower": [np.nan]}, "nan to"),
        ([[1.0]], {"id": ["r", "s"]}, r"expected \(1, 2\)"),
    ],
)
def test_what_is_no_network_is_refused(stoichiometry, reactions, said):
    with pytest.raises(MetabolicError, match=said):
        MetabolicGraph.from_arrays("bad", stoichiometry, ["m"], reactions)


def test_reactions_without_metabolites_are_left_out_and_listed():
    columns = {"id": ["r", "s", "t"], "upper": [1.0, 2.0, 3.0]}
    graph = MetabolicGraph.from_arrays("gap", [[1, 0, -1], [0, 0, 1]], ["a", "b"], columns)
    assert graph.reactions["id"].to_list() == ["r", "t"]
    assert (graph.upper.tolist(), graph.stoichiometry.toarray().tolist()) == ([1.0, 3.0], [[1, -1], [0, 1]])
    assert graph.excluded == ("1 reaction without metabolites: s",)
    assert "1 reaction without metabolites: s" in graph.summary()


def test_the_objective_must_be_one_reaction_where_one_is_asked_for(toy):
    none = MetabolicGraph.from_arrays("none", [[1.0]], ["m"], ["r"])
    with pytest.raises(MetabolicError, match="got none"):
        _ = none.biomass


@pytest.mark.parametrize(
    ("compartments", "found"), [("eec", [0, 1]), ("xxy", [0, 1]), ("eyy", [0]), ("", [0, 1, 2])]
)
def test_the_outer_compartment_is_e_or_has_most_boundary_reactions(compartments, found):
    columns = {"id": ["a", "b", "c"], "compartment": list(compartments) or ["", "", ""]}
    graph = MetabolicGraph.from_arrays("outer", -np.eye(3), columns, ["r", "s", "t"])
    assert graph.exchanges.tolist() == found


def test_parallel_entries_are_added_and_zeros_are_no_edges():
    matrix = sparse.coo_array(([1.0, 2.0, 1.0, -1.0], ([0, 0, 1, 1], [0, 0, 0, 0])), shape=(2, 1))
    graph = MetabolicGraph.from_arrays("sums", matrix, ["a", "b"], ["r"])
    assert (graph.edges.metabolite.tolist(), graph.edges.coefficient.tolist()) == ([0], [3.0])
    assert graph.isolated == ("b",)
