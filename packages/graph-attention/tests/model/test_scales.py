import pytest
import torch

from graph_attention.model.scales import signed_exp, signed_log


@pytest.mark.parametrize("scale", [signed_log, signed_exp])
def test_the_slope_is_one_at_zero(scale):
    zero = torch.zeros(1, requires_grad=True)
    scale(zero).backward()
    assert zero.grad.item() == 1.0


def test_signed_logarithms_are_undone():
    flux = torch.tensor([-1000.0, -0.01, 0.0, 2.5, 900.0])
    assert signed_exp(signed_log(flux)).tolist() == pytest.approx(flux.tolist(), rel=1e-4)
