import pytest

from graph_attention.configuration import MediaConfig
from graph_attention.truth.dataset import FluxDataset
from graph_attention.truth.learning_media import learning_media


@pytest.fixture(scope="session")
def labelled(e_coli_core, tmp_path_factory):
    """Labelled media of the small network: one to three carbon sources, some without oxygen."""
    media = learning_media(e_coli_core, MediaConfig(count=150))
    return FluxDataset.make(e_coli_core, media, tmp_path_factory.mktemp("fluxes"), jobs=1)


@pytest.fixture(scope="session")
def parts(labelled):
    return labelled.media.split(seed=0)
