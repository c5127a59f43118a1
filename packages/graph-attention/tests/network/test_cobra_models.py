import json

import numpy as np
import pytest

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph

cobra = pytest.importorskip("cobra")


def small_model(**bounds):
    """a_e → a_c → out, growing on a."""
    model = cobra.Model("small")
    a_e, a_c = (
        cobra.Metabolite(name, formula="CH2O", charge=0, compartment=name[-1]) for name in ("a_e", "a_c")
    )
    for name, metabolites in (("EX_a", {a_e: -1}), ("T", {a_e: -1, a_c: 1}), ("OUT", {a_c: -1})):
        reaction = cobra.Reaction(name, lower_bound=-10 if name == "EX_a" else 0, upper_bound=1000)
        reaction.add_metabolites(metabolites)
        model.add_reactions([reaction])
    model.objective = "OUT"
    return model


@pytest.mark.parametrize("kind", ["xml", "xml.gz", "json"])
def test_files_hold_the_same_network_as_the_model(tmp_path, kind):
    model, path = small_model(), tmp_path / f"small.{kind}"
    if kind == "json":
        cobra.io.save_json_model(model, str(path))
    else:
        cobra.io.write_sbml_model(model, str(path))
    read = MetabolicGraph.from_json(path) if kind == "json" else MetabolicGraph.from_sbml(path)
    direct = MetabolicGraph.from_cobra(model)
    assert read.reactions["id"].to_list() == direct.reactions["id"].to_list()
    assert (
        read.stoichiometry.toarray().tolist()
        == direct.stoichiometry.toarray().tolist()
        == [[-1, -1, 0], [0, 1, -1]]
    )
    assert read.objective.tolist() == [0, 0, 1]
    assert read.metabolites["formula"].to_list() == ["CH2O", "CH2O"]


def test_a_model_without_objective_is_refused():
    model = small_model()
    model.objective = {}
    with pytest.raises(MetabolicError, match=r"small: .* 0 objective reactions; set model\.objective"):
        MetabolicGraph.from_cobra(model)


def test_a_model_that_minimises_is_refused():
    model = small_model()
    model.objective_direction = "min"
    with pytest.raises(MetabolicError, match="direction min"):
        MetabolicGraph.from_cobra(model)


def test_empty_reactions_are_left_out_and_named():
    model = small_model()
    model.add_reactions([cobra.Reaction("NOTHING"), cobra.Reaction("VOID")])
    graph = MetabolicGraph.from_cobra(model)
    assert graph.excluded == ("2 reactions without metabolites: NOTHING, VOID",)
    assert len(graph.reactions) == 3
    assert "2 reactions without metabolites: NOTHING, VOID" in graph.summary()


def test_unused_metabolites_are_kept_as_isolated_nodes():
    model = small_model()
    model.add_metabolites([cobra.Metabolite("lone_c", compartment="c")])
    graph = MetabolicGraph.from_cobra(model)
    assert graph.isolated == ("lone_c",)
    assert "isolated      1: lone_c" in graph.summary()
    assert np.isnan(graph.metabolites["charge"].cast(float).fill_null(np.nan).to_numpy()[-1])


def test_groups_stand_in_for_subsystems():
    model = small_model()
    group = cobra.core.Group("g1", name="Transport", members=[model.reactions.T], kind="partonomy")
    model.add_groups([group])
    assert MetabolicGraph.from_cobra(model).reactions["subsystem"].to_list() == ["", "Transport", ""]


def test_nan_coefficients_are_refused_with_their_place():
    model = small_model()
    model.reactions.T.add_metabolites({model.metabolites.a_c: 1.0})
    model.reactions.T._metabolites[model.metabolites.a_c] = float("nan")
    with pytest.raises(MetabolicError, match="nan for a_c in T"):
        MetabolicGraph.from_cobra(model)


@pytest.mark.parametrize("read", [MetabolicGraph.from_sbml, MetabolicGraph.from_json])
def test_files_that_are_no_models_are_refused_by_name(read, tmp_path):
    with pytest.raises(MetabolicError, match=r"none.xml: expected a model file, found none"):
        read(tmp_path / "none.xml")
    broken = tmp_path / "broken.xml"
    broken.write_text("{} no model <")
    with pytest.raises(MetabolicError, match=r"broken.xml: not a model") as refused:
        read(broken)
    assert "\n" not in str(refused.value)


def test_a_json_file_that_names_a_reaction_twice_is_refused(tmp_path):
    path = tmp_path / "twice.json"
    cobra.io.save_json_model(small_model(), str(path))
    record = json.loads(path.read_text())
    record["reactions"].append(record["reactions"][0])
    path.write_text(json.dumps(record))
    with pytest.raises(MetabolicError, match=r"twice.json.*EX_a"):
        MetabolicGraph.from_json(path)


def test_unknown_charges_stay_unknown_and_broken_ones_are_refused():
    model = small_model()
    model.metabolites.a_c.charge = float("nan")
    assert MetabolicGraph.from_cobra(model).metabolites["charge"].to_list() == [0, None]
    model.metabolites.a_c.charge = 0.5
    with pytest.raises(MetabolicError, match=r"a_c: expected a whole charge, got 0\.5"):
        MetabolicGraph.from_cobra(model)
