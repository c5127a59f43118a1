import pytest
import torch

from attention_core import AttentionError, StreamedMap, attend, collect_received

REFUSED = r"second derivative was asked for.*\n.*attention.dense"
TOKENS = 800


def tokens(count: int = 3, dim: int = 2) -> list[torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    return [torch.randn(1, TOKENS, dim, generator=random).double().requires_grad_() for _ in range(count)]


def collected(query, key, value):
    with collect_received():
        return attend(query, key, value).values


ASKED = {
    "entropy": lambda query, key, value: StreamedMap(query, key).entropy(),
    "power sum": lambda query, key, value: StreamedMap(query, key).power_sum(2.0),
    "received": lambda query, key, value: StreamedMap(query, key).received().square(),
    "mass": lambda query, key, value: StreamedMap(query, key).mass(torch.arange(TOKENS) % 2).square(),
    "largest": lambda query, key, value: StreamedMap(query, key).largest(),
    "values with dropout": lambda *leaves: attend(*leaves, dropout=0.5).values,
    "values collected": collected,
}
every_question = pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)


@every_question
def test_a_penalty_on_gradients_is_refused_and_never_left_out(ask):
    """Whatever is added that has second derivatives of its own."""
    leaves = tokens()
    (gradient,) = torch.autograd.grad(ask(*leaves).sum(), leaves[0], create_graph=True)
    with pytest.raises((AttentionError, RuntimeError), match=f"{REFUSED}|is not implemented"):
        torch.autograd.grad(gradient.square().sum() + leaves[0].square().sum(), leaves[0])


@every_question
def test_a_first_derivative_is_the_same_with_a_graph(ask):
    leaves, found = tokens(), []
    for create_graph in (True, False):
        torch.manual_seed(0)
        found.append(torch.autograd.grad(ask(*leaves).sum(), leaves[0], create_graph=create_graph)[0])
    assert torch.equal(*found)


def test_the_matrix_has_second_derivatives():
    """As the message says."""
    query, key, _ = tokens()
    matrices = StreamedMap(query, key).dense(), (query @ key.mT / 2**0.5).softmax(-1)
    second = []
    for weights in matrices:
        (gradient,) = torch.autograd.grad(torch.special.entr(weights).sum(), query, create_graph=True)
        second += torch.autograd.grad(gradient.square().sum(), query)
    torch.testing.assert_close(*second)
