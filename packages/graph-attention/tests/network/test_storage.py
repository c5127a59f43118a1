from hypothesis import given

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
