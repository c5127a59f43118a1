import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention_core.row_order import histogram, quantiles
from attention_core.row_statistics import Rows


@st.composite
def rows(draw):
    """Weights of few levels, so that some are equal and some on an edge, and which keys count."""
    random = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    sides = draw(st.sampled_from([(3, 5), (2, 4, 1), (1, 40), (2, 0)]))
    weights = torch.randint(5, sides, generator=random).double() / 4
    allowed = torch.rand(sides, generator=random) < draw(st.sampled_from([0.5, 2.0]))
    return Rows(weights, allowed, slice(None))


@given(rows(), st.sampled_from([[0.0, 1.0], [-1.0, 0.25, 0.3, 0.75], [0.5, torch.inf], [2.0, 3.0]]))
def test_a_histogram_is_that_of_numpy(rows, edges):
    found = histogram(rows, torch.tensor(edges).double())
    for place in np.ndindex(*rows.weights.shape[:-1]):
        # NumPy has no bins up to infinity.
        ends = np.minimum(edges, 1e9)
        expected, _ = np.histogram(rows.weights[place][rows.allowed[place]].numpy(), ends)
        assert found[place].tolist() == expected.tolist()


@pytest.mark.parametrize("learns", [False, True])
@given(rows())
def test_quantiles_are_those_of_numpy(learns, rows):
    shares = torch.tensor([0.0, 0.3, 0.5, 1.0]).double()
    found = quantiles(rows._replace(weights=rows.weights.requires_grad_(learns)), shares).detach()
    for place in np.ndindex(*rows.weights.shape[:-1]):
        kept = rows.weights.detach()[place][rows.allowed[place]].numpy()
        expected = np.quantile(kept, shares) if len(kept) else np.zeros(4)
        np.testing.assert_allclose(found[place], expected, atol=1e-12)


def test_quantiles_have_gradients_and_tangents_and_can_be_mapped():
    weights = torch.rand(2, 3, 5).double()
    allowed = torch.tensor([True, True, True, True, False])

    def median(weights: torch.Tensor) -> torch.Tensor:
        return quantiles(
            Rows(weights, allowed.expand(weights.shape), slice(None)), torch.tensor([0.4]).double()
        )

    leaf = weights.clone().requires_grad_()
    assert torch.autograd.gradcheck(median, leaf, check_forward_ad=True)
    torch.testing.assert_close(torch.func.vmap(median)(weights), median(weights))
