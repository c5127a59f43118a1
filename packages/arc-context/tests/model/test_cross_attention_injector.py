import pytest
import torch

from arc_context import CrossAttentionInjector
from arc_context.model.cross_attention import Memory
from attention_core.testing import assert_attention_contract


@pytest.fixture
def injector():
    return CrossAttentionInjector(32, 4).eval()


def test_initialization(injector):
    attention = injector.attention
    assert attention.heads == 4
    assert (injector.gate > 0).all()  # or gradients would not reach the support from the first step
    assert torch.equal(attention.query.weight, attention.key.weight)
    assert injector.feed_forward[1].out_features == 64
    assert CrossAttentionInjector(32, 4, hidden=96).feed_forward[1].out_features == 96


def test_forward_pass_shape():
    features, support = torch.randn(2, 128, 10, 10), torch.randn(2, 3, 128, 10, 10)
    values, attention = CrossAttentionInjector(128, 4)(features, support)
    assert values.shape == features.shape
    assert attention.shape == (2, 4, 100, 300)


def test_residual_connection(injector):
    features, support = torch.randn(2, 32, 4, 5), torch.randn(2, 2, 32, 4, 5)
    with torch.no_grad():
        injector.gate.zero_()
        injector.feed_forward[-1].weight.zero_()
        injector.feed_forward[-1].bias.zero_()
    torch.testing.assert_close(injector(features, support).values, features)
    with torch.no_grad():
        injector.gate.fill_(1.0)
    assert not torch.allclose(injector(features, support).values, features)


@pytest.mark.parametrize("pairs", [1, 3, 5])
def test_multiple_support_pairs(injector, pairs):
    features, support = torch.randn(2, 32, 3, 3), torch.randn(2, pairs, 32, 4, 2)
    values, attention = injector(features, support)
    assert values.shape == features.shape
    assert attention.shape == (2, 4, 9, pairs * 8)


def test_gradient_flow(injector):
    features = torch.randn(2, 32, 3, 3, requires_grad=True)
    support = torch.randn(2, 2, 32, 3, 3, requires_grad=True)
    injector(features, support).values.square().sum().backward()
    for each in (features, support):
        assert (each.grad.abs().sum(-3) > 0).all()
    assert [name for name, p in injector.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_attention_computation(injector):
    """Weights and values are those of the formula, written out in float64."""
    injector = injector.double()
    features, support = torch.randn(1, 32, 2, 3).double(), torch.randn(1, 2, 32, 2, 2).double()
    values, attention = injector(features, support)
    cells, keys = features[0].flatten(1).T, support[0].movedim(1, -1).reshape(-1, 32)
    query = injector.attention.query(injector.norm(cells)).unflatten(-1, (4, 8))
    key = injector.attention.key(injector.norm(keys)).unflatten(-1, (4, 8))
    value = injector.attention.value(injector.support_norm(keys)).unflatten(-1, (4, 8))
    here = [(row, column) for row in range(2) for column in range(3)]
    there = [(row, column) for _ in range(2) for row in range(2) for column in range(2)]
    scores = torch.empty(4, 6, 8, dtype=torch.float64)
    for i, (row, column) in enumerate(here):
        for j, (other_row, other_column) in enumerate(there):
            # four channels turn, two with the row and two with the column, by one radian a cell; four do not
            for head in range(4):
                q, k = query[i, head], key[j, head]
                turned = sum(
                    torch.view_as_real(
                        torch.view_as_complex(q[a : a + 2])
                        * torch.view_as_complex(k[a : a + 2]).conj()
                        * torch.polar(torch.tensor(1.0).double(), torch.tensor(float(difference)).double())
                    )[0]
                    for a, difference in ((0, row - other_row), (2, column - other_column))
                )
                scores[head, i, j] = (turned + q[4:] @ k[4:]) / 8**0.5
    weights = scores.softmax(-1)
    torch.testing.assert_close(attention.dense()[0], weights)
    found = torch.einsum("hqk,khd->qhd", weights, value).flatten(1)
    expected = cells + injector.gate * injector.attention.join(found)
    expected = expected + injector.feed_forward(expected)
    torch.testing.assert_close(values[0].flatten(1).T, expected)


def test_batch_independence(injector):
    features, support = torch.randn(3, 32, 4, 4), torch.randn(3, 2, 32, 4, 4)
    together = injector(features, support).values
    for item in range(3):
        one = slice(item, item + 1)
        torch.testing.assert_close(
            injector(features[one], support[one]).values, together[one], rtol=0, atol=1e-5
        )


@pytest.mark.parametrize("shape", [(5, 5), (10, 15), (20, 20), (30, 30)], ids=str)
def test_different_spatial_sizes(shape):
    injector = CrossAttentionInjector(16, 2).eval()
    features, support = torch.randn(1, 16, *shape), torch.randn(1, 2, 16, *shape)
    values, attention = injector(features, support)
    assert values.shape == features.shape
    assert values.isfinite().all()
    torch.testing.assert_close(attention.rows([0, 7]).sum(-1), torch.ones(1, 2, 2))


def test_masked_cells_are_not_attended_and_may_hold_anything(injector):
    features, support = torch.randn(2, 32, 3, 3), torch.randn(2, 3, 32, 3, 3)
    mask = torch.rand(2, 3, 3, 3) < 0.5
    spoilt = torch.where(mask.unsqueeze(2), support, torch.nan)
    values, attention = injector(features, support, mask)
    torch.testing.assert_close(injector(features, spoilt, mask).values, values, rtol=0, atol=0)
    weights = attention.dense()
    assert (weights.masked_select(~mask.flatten(1)[:, None, None]) == 0).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 4, 9))


def test_the_order_of_pairs_means_nothing(injector):
    features, support = torch.randn(2, 32, 3, 3), torch.randn(2, 3, 32, 3, 3)
    order = [2, 0, 1]
    values, attention = injector(features, support)
    other_values, other_attention = injector(features, support[:, order])
    torch.testing.assert_close(other_values, values, rtol=0, atol=1e-5)
    weights = attention.dense().unflatten(-1, (3, 9))[..., order, :].flatten(-2)
    torch.testing.assert_close(other_attention.dense(), weights, rtol=0, atol=1e-5)


def test_without_a_cell_to_look_at_only_the_feed_forward_is_left(injector):
    features = torch.randn(2, 32, 3, 3)
    values, attention = injector(features, torch.randn(2, 0, 32, 3, 3))
    cells = features.movedim(1, -1)
    cells = cells + injector.gate * injector.attention.join.bias
    torch.testing.assert_close(values.movedim(1, -1), cells + injector.feed_forward(cells))
    assert attention.shape == (2, 4, 9, 0)


def test_a_cell_looks_first_at_cells_that_are_like_it(injector):
    features = torch.randn(1, 32, 1, 6)
    _, attention = injector(features, features.unsqueeze(1))
    weights = attention.dense().mean(1)[0]
    assert (weights.argmax(-1) == torch.arange(6)).all()


def test_it_keeps_the_contract(injector):
    def layer(query, key, mask):
        module = injector.to(query.dtype)
        pairs = key.mT[:, None, :, None]
        allowed = torch.ones(*query.shape[:2], key.shape[1], dtype=torch.bool) if mask is None else mask
        memory = module.memory(pairs, allowed.any(1)[:, None, None])
        places = torch.zeros(query.shape[1], 2, dtype=torch.long)
        return module.look(query, places, Memory(memory.key, memory.value, allowed[:, None]))

    ordered = ("the order of keys does not matter", "a repeated key shares its weight")
    assert_attention_contract(layer, query_dim=32, key_dim=32, except_for=ordered)
