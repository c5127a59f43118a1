import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from graph_attention.baselines import Reachability
from graph_attention.testing import metabolic_graphs

NOTHING = np.array([], dtype=np.int64)


def own(graph):
    return Reachability(graph, (graph.lower, graph.upper))


def largest(graph, removed, sign):
    """The largest flux of each reaction forwards or backwards at steady state, one linear program each."""
    lower, upper = graph.lower.copy(), graph.upper.copy()
    lower[removed] = upper[removed] = 0
    found = []
    for reaction in range(len(lower)):
        cost = np.zeros(len(lower))
        cost[reaction] = -sign
        balance = np.zeros(graph.stoichiometry.shape[0])
        found.append(
            -linprog(cost, None, None, graph.stoichiometry, balance, np.column_stack([lower, upper])).fun
        )
    return np.array(found)


@given(metabolic_graphs(), st.integers(0, 2))
def test_what_cannot_run_carries_no_flux_in_any_solution(graph, place):
    removed = np.array([place])
    running = own(graph).runnable(removed)
    possible = np.concatenate([largest(graph, removed, sign) for sign in (1, -1)])
    assert (possible[~running] < 1e-7).all()


def test_a_reaction_without_an_outlet_cannot_run(toy):
    running = own(toy).runnable(NOTHING)
    forward = dict(zip(toy.reactions["id"], running[: len(toy.reactions)], strict=True))
    assert not forward["DEAD"]
    assert forward["OUT"]
    assert forward["SKIP"]


def test_without_either_route_biomass_is_blocked_and_without_one_it_is_not(toy):
    routes = [toy.reaction_index[name] for name in ("SPLIT", "SKIP")]
    network, out = own(toy), toy.reaction_index["OUT"]
    assert not network.runnable(np.array(routes))[out]
    assert network.runnable(np.array(routes[:1]))[out]


def test_starting_from_what_runs_unharmed_changes_nothing(e_coli_core):
    network = own(e_coli_core)
    unharmed = network.runnable(NOTHING)
    for place in range(0, len(e_coli_core.reactions), 7):
        removed = np.array([place])
        assert (network.runnable(removed, unharmed) == network.runnable(removed)).all()


def test_a_reaction_that_only_feeds_its_own_reverse_cannot_run(toy):
    """acid_e ↔ acid_c both ways, the outlet of acid closed and nothing else outside."""
    running = own(toy).runnable(NOTHING)
    both = np.split(running, 2)
    transport = toy.reaction_index["TA"]
    assert toy.reversible[transport]
    # acid may leave, so that the way out is open; nothing brings acid in, so that the way in is not.
    assert both[1][transport]
    assert not both[0][transport]


def expanded(graph, seeds, removed):
    """The scope by sets of names, one reaction at a time."""
    there = {graph.metabolites["id"][int(row)] for row in np.flatnonzero(seeds)}
    columns = graph.stoichiometry.toarray()
    sides = []
    for reaction in range(columns.shape[1]):
        if reaction in removed:
            continue
        uses = {graph.metabolites["id"][int(row)] for row in np.flatnonzero(columns[:, reaction] < 0)}
        makes = {graph.metabolites["id"][int(row)] for row in np.flatnonzero(columns[:, reaction] > 0)}
        sides += [(uses, makes)] if graph.upper[reaction] > 0 else []
        sides += [(makes, uses)] if graph.lower[reaction] < 0 else []
    while new := [made for needs, made in sides if needs <= there and not made <= there]:
        there |= set().union(*new)
    return there


@given(metabolic_graphs(), st.integers(0, 2), st.integers(0, 2**7 - 1))
def test_the_scope_is_what_a_search_by_names_reaches(graph, place, drawn):
    count = len(graph.metabolites)
    seeds = np.array([drawn >> row & 1 for row in range(count)], dtype=bool)
    reached = own(graph).reached(seeds, np.array([place]))
    names = {graph.metabolites["id"][int(row)] for row in np.flatnonzero(reached)}
    assert names == expanded(graph, seeds, {place})


@given(metabolic_graphs())
def test_more_seeds_never_reach_less(graph):
    count = len(graph.metabolites)
    few, many = np.arange(count) == 0, np.arange(count) <= 1
    assert (own(graph).reached(many, NOTHING) >= own(graph).reached(few, NOTHING)).all()
