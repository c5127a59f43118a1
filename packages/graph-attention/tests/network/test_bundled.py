import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from graph_attention.errors import MetabolicError
from graph_attention.network import bundled
from graph_attention.network.graph import MetabolicGraph

cobra = pytest.importorskip("cobra")
DATA = Path(cobra.__file__).parent / "data"


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
    monkeypatch.setattr(bundled, "DONOR", "e_coli_core")


@pytest.mark.usefixtures("quick")
def test_a_bundled_network_is_parsed_once(tmp_path, monkeypatch):
    first = MetabolicGraph.bundled("e_coli_core", cache=tmp_path)
    monkeypatch.setattr(bundled, "cobra_reader", None)
    assert MetabolicGraph.bundled("e_coli_core", cache=tmp_path).fingerprint == first.fingerprint
    assert [path.name.split("-")[0] for path in (tmp_path / "networks").iterdir()] == ["e_coli_core"]


@pytest.mark.usefixtures("quick")
def test_a_changed_model_file_is_parsed_again(tmp_path, monkeypatch):
    first = MetabolicGraph.bundled("e_coli_core", cache=tmp_path)
    text = gzip.decompress((DATA / "textbook.xml.gz").read_bytes()).decode()
    assert text.count('name="ATP"') == 1
    changed = tmp_path / "changed.xml"
    changed.write_text(text.replace('name="ATP"', 'name="other"'))
    monkeypatch.setattr(bundled, "_model_file", lambda name: changed)
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
    monkeypatch.setattr(bundled, "find_spec", lambda name: None)
    with pytest.raises(MetabolicError, match=r"install graph-attention\[cobra\]") as built_in:
        MetabolicGraph.bundled("iJO1366", cache=tmp_path)
    monkeypatch.setitem(sys.modules, "cobra.io", None)
    with pytest.raises(MetabolicError, match=r"install graph-attention\[cobra\]") as read:
        MetabolicGraph.from_sbml(DATA / "textbook.xml.gz")
    assert "\n" not in str(built_in.value) + str(read.value)
