"""The strongest support cells against the whole map."""

import numpy as np
import torch

from arc_context.explanations.strongest import BLOCK, looks_of
from attention_core import DenseMap


def test_places_weights_mass_and_spread_are_those_of_the_whole_map():
    torch.manual_seed(0)
    queries, keys = BLOCK + 7, 20
    weights = torch.rand(1, 2, queries, keys).softmax(-1)
    settled = torch.rand(queries, keys) < 0.2
    settled[0] = False
    asked = torch.arange(queries).flip(0)
    found = looks_of([DenseMap(weights)], ["step 1"], asked, settled, 5)
    whole = weights[0].double().numpy()[:, ::-1]
    whole = np.concatenate([whole.mean(0, keepdims=True), whole])
    assert found.places.shape == (1, 3, queries, 5)
    assert np.allclose(found.weights[0], -np.sort(-whole, -1)[..., :5])
    assert np.allclose(np.take_along_axis(whole, found.places[0], -1), found.weights[0])
    mass = (whole * settled.numpy()).sum(-1)
    assert np.isnan(found.settling[0, :, 0]).all()
    assert np.allclose(found.settling[0, :, 1:], mass[:, 1:], atol=1e-6)
    assert np.allclose(found.spread[0], np.exp(-(whole * np.log(whole)).sum(-1)), rtol=1e-5)
