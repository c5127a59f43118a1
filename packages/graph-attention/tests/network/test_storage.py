import pytest
from hypothesis import given

from graph_attention.errors import MetabolicError
from graph_attention.network import storage
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.storage import read_network, write_network
from graph_attention.testing import metabolic_graphs


@given(metabolic_graphs())
def test_what_is_written_is_read(tmp_path_factory, graph):
    path = tmp_path_factory.mktemp("networks") / "deep" / "graph.npz"
    pruned = graph.prune_blocked()
    write_network(path, pruned)
    read = read_network(path)
    assert (read.fingerprint, read.name, read.excluded) == (pruned.fingerprint, pruned.name, pruned.excluded)
    assert [file.name for file in path.parent.iterdir()] == ["graph.npz"]


def test_unknown_charges_and_infinite_bounds_survive(tmp_path):
    graph = MetabolicGraph.from_arrays(
        "odd",
        [[1.0, -1.0]],
        {"id": ["m"], "charge": [None]},
        {"id": ["r", "s"], "lower": [-float("inf"), 0.0], "upper": [float("inf"), 1.5]},
    )
    write_network(tmp_path / "odd.npz", graph)
    read = read_network(tmp_path / "odd.npz")
    assert read.metabolites["charge"].to_list() == [None]
    assert read.reactions.equals(graph.reactions)
    assert read.fingerprint == graph.fingerprint


def test_the_same_network_is_the_same_bytes(tmp_path, toy):
    for name in ("one.npz", "two.npz"):
        write_network(tmp_path / name, toy)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_damaged_file_is_refused_by_name(tmp_path, toy):
    path = tmp_path / "toy.npz"
    write_network(path, toy)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(MetabolicError, match=r"toy.npz: .* delete it"):
        read_network(path)


def test_a_file_of_another_version_is_refused(tmp_path, toy, monkeypatch):
    monkeypatch.setattr(storage, "SCHEMA_VERSION", 0)
    write_network(tmp_path / "old.npz", toy)
    monkeypatch.undo()
    with pytest.raises(MetabolicError, match="got 0; delete it"):
        read_network(tmp_path / "old.npz")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, toy):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MetabolicError, match="can be written"):
        write_network(tmp_path / "file" / "toy.npz", toy)
