import numpy as np
import pytest

from graph_attention.baselines.targets import Targets, shared
from graph_attention.metrics import signed_log


def test_columns_go_back_to_the_fluxes_and_shares_that_they_came_from(labelled, parts):
    rows = parts["train"]
    targets = Targets.of(labelled, rows, ("growth", "flux", "producers"))
    found = targets.prediction(targets.growth, np.ones(len(rows)), targets.columns)
    assert np.allclose(found.flux, labelled.flux[rows], atol=1e-4)
    _, shares = labelled.splits()
    known = ~np.isnan(shares[rows])
    assert np.allclose(found.producers[known], shares[rows][known], atol=1e-5)


def test_what_does_not_vary_is_no_column_and_keeps_its_training_mean(labelled, parts):
    rows = parts["train"]
    targets = Targets.of(labelled, rows, ("growth", "flux", "producers"))
    varies = signed_log(labelled.flux[rows]).std(0) > 1e-6
    assert 0 < varies.sum() < len(varies)
    assert targets.columns.shape[1] < targets.flux.shape[1] + targets.shares.shape[1]
    shifted = targets.prediction(targets.growth, np.ones(len(rows)), targets.columns + 0.1)
    mean = signed_log(labelled.flux[rows]).mean(0)
    assert np.allclose(signed_log(shifted.flux)[:, ~varies], mean[~varies])


def test_negative_weights_are_no_shares_and_none_at_all_are_equal_ones():
    weights = np.array([[3.0, -1.0, 1.0, 0.0, -2.0]])
    metabolite = np.array([2, 2, 2, 5, 5])
    assert shared(weights, metabolite)[0].tolist() == pytest.approx([0.75, 0.0, 0.25, 0.5, 0.5])


def test_growth_is_never_negative(labelled, parts):
    targets = Targets.of(labelled, parts["train"], ("growth",))
    assert targets.columns.shape[1] == 0
    assert targets.prediction(np.array([-0.5, 0.5]), np.ones(2), np.zeros((2, 0))).growth.tolist() == [
        0.0,
        0.5,
    ]
