"""Attributions of a small untrained transformer: all nodes, all media, nothing else."""

import numpy as np
import pytest
import torch

from graph_attention.configuration import ModelConfig
from graph_attention.explanations.attributed import attributed
from graph_attention.model.factory import transformer_of


@pytest.fixture(scope="module")
def model(e_coli_core):
    torch.manual_seed(0)
    return transformer_of(
        e_coli_core, ModelConfig(dim=8, heads=2, layers=2, draft_steps=5, projection_steps=5)
    )


@pytest.fixture(scope="module")
def uptake(e_coli_core):
    return torch.rand(3, len(e_coli_core.exchanges), generator=torch.Generator().manual_seed(0)) * 10


@pytest.fixture(scope="module")
def found(model, uptake):
    return attributed(model, uptake)


def test_every_attribution_is_of_every_node_of_every_medium(found, e_coli_core):
    assert set(found) == {
        "inflow",
        "inflow_layer1",
        "inflow_layer2",
        "rollout",
        "gatt",
        "centrality",
        "split",
        "gradient",
        "degree",
        "random",
    }
    reactions = slice(len(e_coli_core.metabolites), None)
    for name, each in found.items():
        assert each.shape == (3, e_coli_core.nodes)
        assert np.isfinite(each[:, reactions]).all(), name
        assert (each[:, reactions] >= 0).all(), name
    assert np.isnan(found["split"][:, : len(e_coli_core.metabolites)]).all()


def test_attention_is_shared_out_and_none_is_lost(found, e_coli_core):
    for name in ("inflow", "inflow_layer1"):
        np.testing.assert_allclose(found[name].sum(1), e_coli_core.nodes, rtol=1e-4)
    for name in ("rollout", "centrality"):
        np.testing.assert_allclose(found[name].sum(1), 1, rtol=1e-4)


def test_degree_is_that_of_the_network(found, e_coli_core):
    size = abs(e_coli_core.stoichiometry) > 0
    expected = np.concatenate([size.sum(1), size.sum(0)])
    np.testing.assert_array_equal(found["degree"], np.tile(expected, (3, 1)))


def test_attributing_leaves_the_model_and_its_gradients_as_they_were(model, uptake):
    before = {name: each.clone() for name, each in model.state_dict().items()}
    attributed(model, uptake)
    assert all(torch.equal(before[name], each) for name, each in model.state_dict().items())
    assert all(each.grad is None for each in model.parameters())
    assert not any(module._forward_pre_hooks for module in model.modules())
