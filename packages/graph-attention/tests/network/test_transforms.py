import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.testing import metabolic_graphs
from graph_attention.truth.flux_balance import fba, pfba
from graph_attention.truth.media import Medium


@given(metabolic_graphs(), st.integers(1, 4))
def test_copies_stand_on_the_diagonal(graph, k):
    copies = graph.replicate(k)
    assert (copies.stoichiometry.toarray() == np.kron(np.eye(k), graph.stoichiometry.toarray())).all()
    assert copies.node_ids[: len(graph.metabolites)] == tuple(
        f"{name}__1" for name in graph.metabolites["id"]
    )
    for name in ("lower", "upper", "objective", "pathway", "reversible"):
        assert (getattr(copies, name) == np.tile(getattr(graph, name), k)).all()
    assert len(copies.exchanges) == k * len(graph.exchanges)


def test_a_lost_gene_is_lost_in_every_copy(toy):
    assert toy.replicate(2).knocked_out(["g3"]).tolist() == [4, 14]


@given(metabolic_graphs(), st.randoms(use_true_random=False))
def test_kept_reactions_keep_their_numbers(graph, random):
    chosen = np.array(
        sorted(random.sample(range(len(graph.reactions)), len(graph.reactions) // 2)), dtype=int
    )
    kept = graph.keep_reactions(chosen)
    assert kept.reactions.equals(graph.reactions[chosen])
    rows = [graph.metabolite_index[name] for name in kept.metabolites["id"]]
    assert (kept.stoichiometry.toarray() == graph.stoichiometry.toarray()[np.ix_(rows, chosen)]).all()
    gone = np.delete(graph.stoichiometry.toarray(), rows, axis=0)
    assert not gone[:, chosen].any()


def test_isolated_metabolites_stay_and_those_that_lose_their_reactions_go():
    graph = MetabolicGraph.from_arrays("lone", [[1, 0], [0, 1], [0, 0]], ["a", "b", "alone"], ["r", "s"])
    kept = graph.keep_reactions(np.array([0]), "asked for")
    assert graph.isolated == kept.isolated == ("alone",)
    assert kept.metabolites["id"].to_list() == ["a", "alone"]
    assert kept.excluded == (
        "1 reaction asked for: s",
        "1 metabolite with no reaction left (asked for): b",
    )


def test_currency_metabolites_are_those_of_many_reactions(ijo1366):
    dropped = ijo1366.drop_currency()
    degree = (ijo1366.stoichiometry.toarray() != 0).sum(1)
    gone = set(ijo1366.metabolites["id"]) - set(dropped.metabolites["id"])
    assert gone == {ijo1366.metabolites["id"][int(row)] for row in np.flatnonzero(degree > 50)}
    assert {"h_c", "atp_c", "h2o_c"} <= gone
    assert len(gone) == 19
    assert len(dropped.reactions) == 2583
    assert dropped.excluded[-1].startswith("19 metabolites in more than 50 reactions (currency): ")
    assert all(name in dropped.excluded[-1] for name in gone)


def test_a_limit_that_no_metabolite_passes_drops_nothing(toy):
    kept = toy.drop_currency(100)
    assert kept.fingerprint == toy.fingerprint
    said = "no metabolite in more than 100 reactions (currency); acid_c is in most, 5"
    assert kept.excluded == (said,)
    assert kept.summary().endswith(f"left out      {said}")
    with pytest.raises(MetabolicError, match="max_degree"):
        toy.drop_currency(0)


def test_what_is_active_answers_media_that_were_seen_and_no_others(toy):
    sugar, acid = (Medium(name, {f"EX_{name}": 4.0}) for name in ("sugar", "acid"))
    active = toy.keep_active(pfba(toy, sugar).flux[None])
    assert set(active.reactions["id"]) == {"EX_sugar", "EX_acid", "EX_gas", "TS", "SPLIT", "GROW", "OUT"}
    assert active.excluded[0] == "3 reactions without flux in 1 medium: TA, SKIP, DEAD"
    assert (fba(toy, sugar).growth, fba(toy, acid).growth) == pytest.approx((8.0, 4.0))
    assert (fba(active, sugar).growth, fba(active, acid).growth) == pytest.approx((8.0, 0.0))
    with pytest.raises(MetabolicError, match="a flux for each of 10 reactions"):
        toy.keep_active(np.ones((1, 9)))


def test_a_subgraph_is_one_subsystem_with_its_metabolites(toy):
    part = toy.subgraph("splitting")
    assert part.reactions["id"].to_list() == ["SPLIT", "SKIP"]
    assert part.metabolites["id"].to_list() == ["gas_e", "sugar_c", "acid_c"]
    assert part.name == "toy: splitting"
    assert toy.subgraph("unassigned").reactions["id"].to_list() == ["EX_sugar", "EX_acid", "EX_gas", "DEAD"]


def test_an_unknown_subsystem_is_refused_with_the_nearest(toy):
    with pytest.raises(MetabolicError, match="did you mean splitting"):
        toy.subgraph("spliting")


@pytest.mark.parametrize("name", ["TCA", "citric acid cycle", "Citric"])
def test_a_subsystem_is_found_by_what_it_is_often_called(e_coli_core, name):
    with pytest.raises(MetabolicError, match=f"no subsystem '{name}'.*did you mean Citric Acid Cycle"):
        e_coli_core.subgraph(name)


def test_no_copies_are_refused(toy):
    with pytest.raises(MetabolicError, match="at least one copy, got 0"):
        toy.replicate(0)
