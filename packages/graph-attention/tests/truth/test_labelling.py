"""Labels are the same wherever they are made."""

import numpy as np
import pytest
from distributed import Client, LocalCluster

from graph_attention import learning_media
from graph_attention.configuration import MediaConfig
from graph_attention.truth.labelling import label, label_all


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster of one worker in this process, with nothing that listens."""
    settings = {"n_workers": 1, "threads_per_worker": 1, "processes": False}
    folder = str(tmp_path_factory.mktemp("dask"))
    with LocalCluster(**settings, dashboard_address=None, local_directory=folder) as local, Client(local):
        yield


@pytest.mark.usefixtures("cluster")
def test_a_dask_cluster_gives_the_labels_of_this_process(e_coli_core, tmp_path):
    media = learning_media(e_coli_core, MediaConfig(count=30))
    told = []
    found = label_all(
        e_coli_core, media, tmp_path, backend="dask", report=lambda *what: told.append(what[1:])
    )
    expected = label(e_coli_core, media, 0)
    for name, each in vars(expected).items():
        np.testing.assert_array_equal(getattr(found, name), each)
    assert told == [(0, 30), (25, 30), (30, 30)]
