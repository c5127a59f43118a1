"""Maps with more keys than are answered from the matrix, in functions that torch.func transforms."""

import pytest
import torch

from attention_core import StreamedMap, attend

TOKENS = 800
pytestmark = pytest.mark.filterwarnings(
    "ignore:There is a performance drop because we have not yet implemented:UserWarning"
)


def streamed(query, key):
    return StreamedMap(query, key, causal=True)


ASKED = {
    "entropy": lambda query, key: streamed(query, key).entropy(),
    "power sum": lambda query, key: streamed(query, key).power_sum(2.0),
    "largest": lambda query, key: streamed(query, key).largest(),
    "received": lambda query, key: streamed(query, key).received(),
    "applied": lambda query, key: streamed(query, key).apply(torch.linspace(-1, 1, TOKENS)[:, None]),
    "distance": lambda query, key: streamed(query, key).expected_distance(
        torch.arange(TOKENS)[:, None].double()
    ),
    "values": lambda query, key: attend(query, key, key, causal=True).values,
}
every_question = pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)


def tokens():
    random = torch.Generator().manual_seed(0)
    return [torch.randn(2, 1, TOKENS, 2, generator=random).double() for _ in range(2)]


@every_question
def test_a_map_is_asked_in_a_mapped_function(ask):
    query, key = tokens()
    expected = torch.stack([ask(*pair) for pair in zip(query, key, strict=True)])
    torch.testing.assert_close(torch.func.vmap(ask)(query, key), expected)


@every_question
def test_gradients_of_each_item_are_those_of_the_item_alone(ask):
    def loss(query, key):
        return ask(query, key).square().sum()

    query, key = tokens()
    one_by_one = []
    for pair in zip(query, key, strict=True):
        leaf = pair[0].clone().requires_grad_()
        one_by_one += torch.autograd.grad(loss(leaf, pair[1]), leaf)
    alone = torch.func.grad(loss)(query[0], key[0])
    together = torch.func.vmap(torch.func.grad(loss))(query, key)
    torch.testing.assert_close(alone, one_by_one[0])
    torch.testing.assert_close(together, torch.stack(one_by_one))


@pytest.mark.parametrize("learns", [False, True])
def test_an_operator_is_mapped_over_what_it_is_applied_to(learns):
    query, key = (each[0].requires_grad_(learns) for each in tokens())
    attention, given = streamed(query, key), torch.linspace(-1, 1, 3 * TOKENS).double().reshape(3, TOKENS, 1)
    for ask in (attention.apply, attention.apply_transposed):
        torch.testing.assert_close(torch.func.vmap(ask)(given), torch.stack([ask(each) for each in given]))
