import pytest

from graph_attention.configuration import NetworkConfig
from graph_attention.errors import MetabolicError
from graph_attention.network import transforms
from graph_attention.network_of import network_of


def test_a_network_is_pruned_once_and_then_read(tmp_path, monkeypatch):
    config = NetworkConfig("e_coli_core")
    first = network_of(config, tmp_path)
    monkeypatch.setattr(transforms, "prune_blocked", None)
    again = network_of(config, tmp_path)
    assert again.fingerprint == first.fingerprint
    assert again.excluded == first.excluded


def test_a_network_that_is_not_pruned_is_whole(tmp_path, e_coli_core):
    assert (
        network_of(NetworkConfig("e_coli_core", "nothing"), tmp_path).fingerprint == e_coli_core.fingerprint
    )


@pytest.mark.parametrize("name", ["missing.xml", "missing.json"])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(MetabolicError, match=name):
        network_of(NetworkConfig(str(tmp_path / name)), tmp_path)
