"""A drawing holds what was asked for, says what it left out, and never more nodes than can be read."""

import numpy as np
import pytest

from graph_attention import MetabolicError
from graph_attention.pictures.currency import is_currency
from graph_attention.pictures.drawn_network import MOST_NODES, DrawnNetwork, inner_links


def test_currency_is_known_by_its_id_or_its_many_reactions(e_coli_core, toy):
    found = set(np.array(e_coli_core.metabolites["id"])[is_currency(e_coli_core)])
    assert {"atp_c", "h_c", "h_e", "nadh_c", "coa_c", "q8_c"} <= found
    assert not found & {"pyr_c", "accoa_c", "glc__D_e", "akg_c"}
    assert not is_currency(toy).any()
    assert is_currency(toy, most_reactions=4).sum() == 1  # acid_c


def test_a_subsystem_is_drawn_with_all_its_reactions_and_what_they_touch(ijo1366):
    drawn = DrawnNetwork.of_subsystem(ijo1366, "Citric Acid Cycle")
    inside = set(ijo1366.reactions.filter(ijo1366.reactions["subsystem"] == "Citric Acid Cycle")["id"])
    assert set(drawn.nodes.filter(drawn.nodes["kind"] == "reaction")["id"]) == inside
    columns = [ijo1366.reaction_index[name] for name in inside]
    assert drawn.links.height == ijo1366.stoichiometry[:, columns].nnz
    assert drawn.left_out == ""


def test_a_link_knows_its_place_in_the_network(core_seen):
    graph = core_seen.graph
    drawn = DrawnNetwork.of_reactions(graph, np.arange(20), "some")
    ids = dict(drawn.nodes.select("key", "id").iter_rows())
    for metabolite, reaction, link, coefficient in drawn.links.iter_rows():
        row, column = graph.metabolite_index[ids[metabolite]], graph.reaction_index[reaction]
        assert graph.stoichiometry[row, column] == coefficient == graph.edges.coefficient[link]


def test_currency_is_split_by_reaction_or_hidden_and_counted(e_coli_core):
    reactions = np.array([e_coli_core.reaction_index[name] for name in ("PFK", "PGI", "PYK")])
    split = DrawnNetwork.of_reactions(e_coli_core, reactions, "three")
    assert {"atp_c of PFK", "atp_c of PYK"} <= set(split.keys)
    assert len(set(split.keys)) == split.nodes.height
    hidden = DrawnNetwork.of_reactions(e_coli_core, reactions, "three", currency="hidden")
    assert set(hidden.nodes["id"]) == {"PFK", "PGI", "PYK", "g6p_c", "f6p_c", "fdp_c", "pep_c", "pyr_c"}
    assert hidden.left_out == "6 copies of currency metabolites are hidden"


@pytest.mark.parametrize("largest", [10, 40, 300])
@pytest.mark.parametrize("currency", ["split", "hidden"])
def test_there_are_never_more_nodes_than_asked_for_and_the_rest_is_counted(ijo1366, largest, currency):
    drawn = DrawnNetwork.of_subsystem(
        ijo1366, "Cell Envelope Biosynthesis", currency=currency, largest=largest
    )
    assert drawn.nodes.height <= largest
    kept = drawn.nodes.filter(drawn.nodes["kind"] == "reaction").height
    assert (f"{134 - kept} of 134 reactions are not drawn" in drawn.left_out) == (kept < 134)


def test_of_a_subsystem_that_does_not_fit_the_strongest_reactions_are_drawn(ijo1366):
    strength = np.random.default_rng(0).random(ijo1366.stoichiometry.shape[1])
    drawn = DrawnNetwork.of_subsystem(ijo1366, "Cell Envelope Biosynthesis", largest=40, strength=strength)
    kept = {
        ijo1366.reaction_index[name] for name in drawn.nodes.filter(drawn.nodes["kind"] == "reaction")["id"]
    }
    inside = np.flatnonzero(ijo1366.pathway == ijo1366.subsystems.index("Cell Envelope Biosynthesis"))
    assert kept == set(inside[np.argsort(-strength[inside])][: len(kept)])


def test_the_strongest_links_are_among_those_drawn(core_seen):
    graph, strength = core_seen.graph, np.full(len(core_seen.graph.edges), 0.1)
    path = [("g6p_c", "PGI"), ("f6p_c", "PGI"), ("f6p_c", "PFK"), ("fdp_c", "PFK"), ("fdp_c", "FBA")]
    ends = [
        (graph.metabolites["id"][int(m)], graph.reactions["id"][int(r)])
        for m, r in zip(graph.edges.metabolite, graph.edges.reaction, strict=True)
    ]
    strength[[ends.index(pair) for pair in path]] = [5, 4, 3, 2, 1]
    drawn = DrawnNetwork.strongest(graph, strength, nodes=7)
    links = {(m, r) for m, r in drawn.links.select("metabolite", "reaction").iter_rows()}
    assert links == {*path, ("fdp_c", "FBP"), ("f6p_c", "FBP")}  # which joins two of them
    assert drawn.title.startswith("nodes of the 5 strongest of ")


def test_reactions_that_would_stand_apart_are_joined_and_what_ends_in_nothing_is_counted(core_seen):
    graph, strength = core_seen.graph, np.full(len(core_seen.graph.edges), 0.1)
    path = [("ac_c", "ACKr"), ("ac_c", "ACt2r"), ("accoa_c", "PTAr"), ("accoa_c", "CS"), ("cit_c", "CS")]
    ends = [
        (graph.metabolites["id"][int(m)], graph.reactions["id"][int(r)])
        for m, r in zip(graph.edges.metabolite, graph.edges.reaction, strict=True)
    ]
    strength[[ends.index(pair) for pair in path]] = 5.0
    drawn = DrawnNetwork.strongest(graph, strength, nodes=9)
    links = set(drawn.links.select("metabolite", "reaction").iter_rows())
    assert links == {*path, ("actp_c", "ACKr"), ("actp_c", "PTAr")}
    # The outside of the acetate symporter and oxaloacetate of citrate synthase.
    assert "2 links of these reactions end at metabolites that are not drawn" in drawn.left_out


def test_links_that_meet_no_other_are_counted(core_seen):
    graph, strength = core_seen.graph, np.zeros(len(core_seen.graph.edges))
    drawn = DrawnNetwork.strongest(graph, core_seen.links()[0], nodes=40)
    ends = drawn.links["metabolite"].to_list() + drawn.links["reaction"].to_list()
    assert all(
        ends.count(m) + ends.count(r) > 2 for m, r in drawn.links.select("metabolite", "reaction").iter_rows()
    )
    with pytest.raises(MetabolicError, match="one strength for each"):
        DrawnNetwork.strongest(graph, strength[:-1])


def test_no_biomass_is_among_the_strongest_links(ijo1366):
    inner = inner_links(ijo1366)
    touched = set(np.array(ijo1366.reactions["id"])[np.unique(ijo1366.edges.reaction[inner])])
    assert {"PGI", "PDH", "CS"} <= touched
    assert not {name for name in touched if name.startswith(("BIOMASS", "EX_"))}


def test_what_cannot_be_drawn_is_refused(e_coli_core):
    with pytest.raises(MetabolicError, match="Glycolysis is no subsystem of e_coli_core"):
        DrawnNetwork.of_subsystem(e_coli_core, "Glycolysis")
    with pytest.raises(MetabolicError, match="at least one reaction"):
        DrawnNetwork.of_reactions(e_coli_core, np.array([], dtype=int), "nothing")
    with pytest.raises(MetabolicError, match=f"2 to {MOST_NODES}"):
        DrawnNetwork.of_reactions(e_coli_core, np.arange(3), "three", largest=301)
