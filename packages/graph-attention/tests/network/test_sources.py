import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from graph_attention.errors import MetabolicError
from graph_attention.network import sources
from graph_attention.network.graph import MetabolicGraph

cobra = pytest.importorskip("cobra")
DATA = Path(cobra.__file__).parent / "data"


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


@pytest.mark.parametrize("name", ["e_coli_core", "iJO1366", pytest.param("iYS1720", marks=pytest.mark.slow)])
def test_matrix_and_tables_are_those_of_cobra(name, cobra_model):
    graph, model = MetabolicGraph.bundled(name), cobra_model(name)
    expected = cobra.util.create_stoichiometric_matrix(model, array_type="dense")
    assert (graph.stoichiometry.toarray() == expected).all()
    assert graph.metabolites["id"].to_list() == [metabolite.id for metabolite in model.metabolites]
    for column, attribute in (
        ("lower", "lower_bound"),
        ("upper", "upper_bound"),
        ("gene_rule", "gene_reaction_rule"),
    ):
        assert graph.reactions[column].to_list() == [getattr(one, attribute) for one in model.reactions]
    assert graph.reversible.sum() == sum(reaction.reversibility for reaction in model.reactions)
    assert graph.genes == tuple(sorted(gene.id for gene in model.genes))
    assert graph.boundary.tolist() == [reaction.boundary for reaction in model.reactions]
    exchanges = {reaction.id for reaction in model.exchanges}
    assert {graph.reactions["id"][int(index)] for index in graph.exchanges} == exchanges


@pytest.fixture
def quick(monkeypatch):
    """The core model gives its own subsystems, so that no other is parsed."""
    monkeypatch.setattr(sources, "DONOR", "e_coli_core")


@pytest.mark.usefixtures("quick")
def test_a_bundled_network_is_parsed_once(tmp_path, monkeypatch):
    first = MetabolicGraph.bundled("e_coli_core", cache=tmp_path)
    monkeypatch.setattr(sources, "_cobra_reader", None)
    assert MetabolicGraph.bundled("e_coli_core", cache=tmp_path).fingerprint == first.fingerprint
    assert [path.name.split("-")[0] for path in (tmp_path / "networks").iterdir()] == ["e_coli_core"]


@pytest.mark.usefixtures("quick")
def test_a_changed_model_file_is_parsed_again(tmp_path, monkeypatch):
    first = MetabolicGraph.bundled("e_coli_core", cache=tmp_path)
    text = gzip.decompress((DATA / "textbook.xml.gz").read_bytes()).decode()
    assert text.count('name="ATP"') == 1
    changed = tmp_path / "changed.xml"
    changed.write_text(text.replace('name="ATP"', 'name="other"'))
    monkeypatch.setattr(sources, "_model_file", lambda name: changed)
    assert MetabolicGraph.bundled("e_coli_core", cache=tmp_path).fingerprint != first.fingerprint
    assert len(list((tmp_path / "networks").iterdir())) == 2


def test_reading_from_the_cache_imports_neither_cobra_nor_torch():
    code = (
        "import sys; from graph_attention import MetabolicGraph; MetabolicGraph.bundled('e_coli_core').summary();"
        "print(*sorted({'cobra', 'torch', 'sklearn', 'torch_geometric'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == ""


def test_an_unknown_bundled_model_is_refused_with_the_nearest():
    with pytest.raises(MetabolicError, match="did you mean iJO1366"):
        MetabolicGraph.bundled("iJO1336")


def test_without_cobra_one_line_says_which_extra(monkeypatch, tmp_path):
    monkeypatch.setattr(sources, "find_spec", lambda name: None)
    with pytest.raises(MetabolicError, match=r"install graph-attention\[cobra\]") as bundled:
        MetabolicGraph.bundled("iJO1366", cache=tmp_path)
    monkeypatch.setitem(sys.modules, "cobra.io", None)
    with pytest.raises(MetabolicError, match=r"install graph-attention\[cobra\]") as read:
        MetabolicGraph.from_sbml(DATA / "textbook.xml.gz")
    assert "\n" not in str(bundled.value) + str(read.value)


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
