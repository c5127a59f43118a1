import pytest
import torch

from attention_core import AttentionAggregator, AttentionError


def drawn(dim=6, attentions=3) -> AttentionAggregator:
    module = AttentionAggregator(dim, attentions, hidden=4)
    torch.nn.init.normal_(module.score)
    return module


def test_it_starts_as_the_mean():
    found = [torch.randn(2, 5, 6) for _ in range(3)]
    values, importance = AttentionAggregator(6, 3)(found)
    torch.testing.assert_close(values, sum(found) / 3)
    assert importance.shape == (2, 1, 5, 3)
    assert importance.dense().allclose(torch.tensor(1 / 3))


def test_it_is_its_formula():
    module, found = drawn(), [torch.randn(5, 6) for _ in range(3)]
    values, importance = module(found)
    scores = torch.stack(
        [
            torch.tanh(x.double() @ module.project.weight.T.double() + module.project.bias) @ w.double()
            for x, w in zip(found, module.score, strict=True)
        ],
        -1,
    )
    weights = scores.exp() / scores.exp().sum(-1, keepdim=True)
    torch.testing.assert_close(importance.dense()[0].double(), weights, rtol=1e-5, atol=1e-6)
    expected = sum(weights[:, k : k + 1] * x for k, x in enumerate(found))
    torch.testing.assert_close(values.double(), expected, rtol=1e-5, atol=1e-6)


def test_tokens_weigh_the_attentions_each_for_itself():
    module, found = drawn(), [torch.randn(1, 5, 6) for _ in range(3)]
    weights = module(found).attention.dense()
    assert weights.std(-2).min() > 1e-3
    changed = [values.clone() for values in found]
    changed[1][:, 2] += 1
    moved = (module(changed).attention.dense() != weights).any(-1)[0, 0]
    assert moved.tolist() == [False, False, True, False, False]


def test_it_learns_which_attention_counts():
    module = AttentionAggregator(6, 2)
    optimiser = torch.optim.Adam(module.parameters(), 0.05)
    for _ in range(60):
        found = [torch.randn(8, 3, 6), torch.randn(8, 3, 6)]
        values, importance = module(found)
        optimiser.zero_grad()
        (values - found[1]).square().mean().backward()
        optimiser.step()
    assert importance.received()[..., 1].mean() / 3 > 0.9


@pytest.mark.parametrize("content", [float("nan"), float("inf"), 1e10])
def test_what_does_not_count_may_hold_anything(content):
    module, found = drawn(), [torch.randn(2, 5, 6) for _ in range(3)]
    mask = torch.ones(2, 5, 3, dtype=torch.bool)
    mask[0, 1, 2] = False
    mask[1, 4] = False

    def answers(found):
        leaves = [values.clone().requires_grad_() for values in found]
        values, importance = module(leaves, mask=mask)
        gradients = torch.autograd.grad(values.square().sum(), [*leaves, *module.parameters()])
        return values, importance.dense(), *gradients

    clean = answers(found)
    found[2][0, 1] = found[0][1, 4] = content
    assert all(torch.equal(got, expected) for got, expected in zip(answers(found), clean, strict=True))
    assert (clean[0][1, 4] == 0).all()
    assert (clean[1][~mask[:, None]] == 0).all()


def test_gradients_agree_with_finite_differences():
    module, found = drawn().double(), [torch.randn(2, 6).double().requires_grad_() for _ in range(3)]

    def answers(*found):
        values, importance = module(found)
        return values, importance.dense()

    assert torch.autograd.gradcheck(answers, found)


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    module, values = AttentionAggregator(6, 2), torch.zeros(2, 5, 6)
    with pytest.raises(AttentionError, match="got the values of 3 attentions; expected 2"):
        module([values] * 3)
    with pytest.raises(AttentionError, match=r"shapes \[\[2, 5, 6\], \[2, 4, 6\]\]; expected the same"):
        module([values, values[:, :4]])
    with pytest.raises(AttentionError, match=r"\[\*batch, tokens, attentions\] = \[2, 5, 2\]"):
        module([values, values], mask=torch.ones(3, dtype=torch.bool))
    with pytest.raises(AttentionError, match="0 attentions"):
        AttentionAggregator(6, 0)
