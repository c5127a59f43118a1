import polars as pl
import pytest

from graph_attention.network.graph import MetabolicGraph


def network(reactions: dict[str, str], compartment: str = "c") -> MetabolicGraph:
    """One metabolite, and reactions with their subsystems."""
    columns = {"id": list(reactions), "subsystem": list(reactions.values())}
    metabolite = {"id": ["m"], "compartment": [compartment]}
    return MetabolicGraph.from_arrays("net", [[1.0] * len(reactions)], metabolite, columns)


def test_ijo1366_has_its_37_subsystems(ijo1366, cobra_model):
    named = set(ijo1366.subsystems) - {"unassigned"}
    assert len(named) == 37
    assert named == {group.name for group in cobra_model("iJO1366").groups}
    assert ijo1366.subsystems[-1] == "unassigned"
    assert (ijo1366.pathway == 37).sum() == 332


def test_every_reaction_of_ijo1366_is_in_the_group_that_lists_it(ijo1366, cobra_model):
    members = {group.name: {member.id for member in group.members} for group in cobra_model("iJO1366").groups}
    rows = ijo1366.reactions.filter(pl.col("subsystem") != "").select("id", "subsystem").iter_rows()
    assert all(name in members[subsystem] for name, subsystem in rows)


@pytest.mark.parametrize(("fixture", "unassigned", "of"), [("e_coli_core", 25, 95), ("iys1720", 1374, 3357)])
def test_networks_without_subsystems_borrow_and_the_rest_is_counted(fixture, unassigned, of, request):
    graph = request.getfixturevalue(fixture)
    without = graph.pathway == graph.subsystems.index("unassigned")
    assert (without.sum(), len(without)) == (unassigned, of)
    assert f"{unassigned} reactions unassigned" in graph.summary()


def test_the_core_model_finds_its_transporters_across_the_inner_membrane(e_coli_core, ijo1366):
    for name, donor in (("PFK", "PFK"), ("GLCpts", "GLCptspp"), ("ATPS4r", "ATPS4rpp")):
        borrowed = e_coli_core.reactions["subsystem"][e_coli_core.reaction_index[name]]
        assert borrowed == ijo1366.reactions["subsystem"][ijo1366.reaction_index[donor]] != ""


def test_what_a_network_names_itself_is_kept():
    graph = network({"A": "own", "B": ""}).borrow_subsystems(network({"A": "donor's", "B": "donor's"}))
    assert graph.reactions["subsystem"].to_list() == ["own", "donor's"]


def test_numbers_of_copies_do_not_matter_and_donors_that_disagree_give_nothing():
    donor = network({"A_copy1": "one", "A_copy2": "one", "B_copy1": "one", "B_copy2": "two"})
    graph = network({"A": "", "A_copy3": "", "B": ""}).borrow_subsystems(donor)
    assert graph.reactions["subsystem"].to_list() == ["one", "one", ""]


def test_only_a_network_without_periplasm_takes_the_inner_membrane_for_its_own():
    donor = network({"Tpp": "transport"}, "p")
    assert network({"T": ""}).borrow_subsystems(donor).subsystems == ("transport",)
    assert network({"T": ""}, "p").borrow_subsystems(donor).subsystems == ("unassigned",)
