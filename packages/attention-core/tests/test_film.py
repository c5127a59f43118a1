import pytest
import torch

from attention_core import FiLM


@pytest.mark.parametrize("positions", [(), (7,), (4, 5)])
def test_it_starts_at_the_identity(positions):
    features = torch.randn(2, 6, *positions)
    assert torch.equal(FiLM(6, 3)(features, torch.randn(2, 3)), features)


def test_it_scales_and_shifts_channels_as_the_condition_says():
    module = FiLM(2, 1)
    with torch.no_grad():
        module.modulation.weight.copy_(torch.tensor([[1.0], [2.0], [10.0], [20.0]]))
    features = torch.ones(2, 2, 3, 3)
    modulated = module(features, torch.tensor([[0.0], [1.0]]))
    assert modulated[:, :, 1, 2].tolist() == [[1.0, 1.0], [12.0, 23.0]]


def test_it_can_learn_from_the_first_step():
    module = FiLM(6, 3)
    module(torch.randn(4, 6, 5), torch.randn(4, 3)).square().sum().backward()
    assert module.modulation.weight.grad.any()
    assert module.modulation.bias.grad.any()
