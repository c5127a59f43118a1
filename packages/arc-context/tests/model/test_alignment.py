import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from arc_context.model.alignment import Alignment, goodman_kruskal_lambda, laid
from arc_context.model.canvas import PAD
from arc_context.model.pair_encoders import views_of_pairs
from arc_context.model.views import SYMMETRIES, VIEWS


def goodman_kruskal(given_, outputs):
    """λ by its definition: errors of guessing without the view, and with it."""
    without = len(outputs) - np.bincount(outputs).max()
    errors = sum((given_ == c).sum() - np.bincount(outputs[given_ == c]).max() for c in np.unique(given_))
    return 1.0 if without == 0 else (without - errors) / without


@given(st.integers(0, 2**32 - 1), st.integers(2, 11))
def test_lambda_is_the_share_of_errors_that_is_spared(seed, colours):
    rng = np.random.default_rng(seed)
    seen = rng.integers(0, colours, (1, 2, 3, 4, 5))
    outputs = rng.integers(0, colours, (1, 2, 3, 4))
    mask = rng.random(outputs.shape) < 0.8
    mask[0, 0, 0, 0] = True
    found = goodman_kruskal_lambda(*(torch.from_numpy(each) for each in (seen, outputs, mask)))[0]
    for view in range(5):
        expected = goodman_kruskal(seen[..., view][mask], outputs[mask])
        assert found[view].item() == pytest.approx(expected, abs=1e-6)


def random_pairs(change):
    rng = np.random.default_rng(0)
    inputs = torch.from_numpy(rng.integers(0, 10, (1, 3, 5, 5)))
    return inputs, change(inputs)


TABLE = torch.tensor([*range(1, 10), 0, PAD])


@pytest.mark.parametrize(
    ("change", "view"),
    [(lambda x: x, 0), (lambda x: TABLE[x], 0), (lambda x: x.flip(-1), 2), (lambda x: TABLE[x.flip(-1)], 2)],
)
def test_the_view_that_tells_of_the_outputs_is_preferred_whatever_becomes_of_its_colours(change, view):
    inputs, outputs = random_pairs(change)
    weights = Alignment()(views_of_pairs(inputs, outputs), outputs, torch.ones_like(inputs, dtype=torch.bool))
    assert weights[0].argmax() == view
    assert weights[0, view] > 0.98


def test_where_no_view_tells_of_the_outputs_the_grid_stays_as_it_stands():
    inputs, outputs = random_pairs(
        lambda x: x.flatten()[torch.randperm(75, generator=torch.manual_seed(0))].view_as(x)
    )
    weights = Alignment()(views_of_pairs(inputs, outputs), outputs, torch.ones_like(inputs, dtype=torch.bool))
    assert weights[0, 0] > 0.8
    assert weights.sum().item() == pytest.approx(1)


def test_shares_are_of_the_symbols_that_views_have():
    seen = torch.full((1, 2, 3, VIEWS), 4)
    seen[..., SYMMETRIES:] = PAD
    shares = laid(seen, torch.full((1, VIEWS), 1 / VIEWS))
    assert shares.shape == (1, 2, 3, 11)
    assert torch.allclose(shares[..., 4], torch.tensor(SYMMETRIES / VIEWS))
    assert torch.allclose(shares.sum(-1), torch.tensor(1.0))
