import numpy as np
import pytest
from hypothesis import given
from scipy.optimize import linprog

from graph_attention.errors import MetabolicError
from graph_attention.network.blocked import blocked_reactions
from graph_attention.network.graph import MetabolicGraph
from graph_attention.testing import metabolic_graphs


def largest_by_variability(graph: MetabolicGraph) -> np.ndarray:
    """The largest |v_r| with every exchange open, by two programmes for each reaction."""
    lower, upper = graph.lower.copy(), graph.upper.copy()
    lower[graph.exchanges], upper[graph.exchanges] = -1000, 1000
    dense, found = graph.stoichiometry.toarray(), []
    for cost in np.eye(len(lower)):
        ends = [
            linprog(
                sign * cost, A_eq=dense, b_eq=np.zeros(len(dense)), bounds=np.stack([lower, upper], 1)
            ).fun
            for sign in (1, -1)
        ]
        found.append(np.abs(ends).max())
    return np.array(found)


@given(metabolic_graphs())
def test_flux_variability_blocks_the_same_reactions(graph):
    assert (blocked_reactions(graph) == (largest_by_variability(graph) < 1e-6)).all()


def test_what_leads_nowhere_is_blocked_and_named(toy):
    assert toy.reactions["id"].to_numpy()[blocked_reactions(toy)].tolist() == ["DEAD"]
    pruned = toy.prune_blocked()
    assert set(toy.reactions["id"]) - set(pruned.reactions["id"]) == {"DEAD"}
    assert pruned.excluded == (
        "1 reaction blocked with every exchange open: DEAD",
        "1 metabolite with no reaction left (blocked with every exchange open): waste_c",
    )


def test_nothing_is_left_to_prune_twice(toy):
    once = toy.prune_blocked()
    assert once.prune_blocked().fingerprint == once.fingerprint


def test_a_closed_exchange_blocks_nothing_and_a_closed_reaction_is_blocked(toy):
    assert toy.lower[toy.reaction_index["EX_acid"]] == 0
    assert "EX_acid" in toy.prune_blocked().reaction_index
    closed = {"id": ["EX", "INNER"], "lower": [-1.0, 0.0], "upper": [1.0, 0.0]}
    graph = MetabolicGraph.from_arrays("closed", [[-1, -1], [0, 1]], ["a", "b"], closed)
    assert blocked_reactions(graph).all()


def test_the_order_in_which_signs_are_drawn_does_not_matter(e_coli_core):
    alcohol = [e_coli_core.reaction_index[name] for name in ("ACALD", "ALCD2x")]
    shut = e_coli_core.keep_reactions(np.delete(np.arange(95), alcohol))
    found = [blocked_reactions(shut, seed) for seed in range(3)]
    assert found[0].any()
    assert (found[0] == found[1]).all()
    assert (found[0] == found[2]).all()


def test_bounds_without_a_steady_state_are_refused():
    forced = {"id": ["MAKE"], "lower": [1.0], "upper": [2.0]}
    matrix = [[1.0], [1.0]]
    graph = MetabolicGraph.from_arrays("forced", matrix, ["a", "b"], forced)
    with pytest.raises(MetabolicError, match="forced: no steady state"):
        blocked_reactions(graph)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["e_coli_core", "iJO1366", "iYS1720"])
def test_cobra_blocks_the_same_reactions(name, cobra_model):
    import cobra

    graph = MetabolicGraph.bundled(name)
    with cobra_model(name) as model:
        expected = cobra.flux_analysis.find_blocked_reactions(model, open_exchanges=True, processes=1)
    assert sorted(graph.reactions["id"].filter(blocked_reactions(graph))) == sorted(expected)
