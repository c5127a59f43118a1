import math
import os
import subprocess
import sys

import pytest
import torch

from attention_core import AttentionError, DenseMap, EdgeMap, StreamedMap, losses

WEIGHTS = torch.tensor([[[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])


def test_the_bonus_is_the_mean_entropy_of_queries_that_attend():
    assert losses.entropy_bonus(DenseMap(WEIGHTS)).item() == pytest.approx(-0.75 * math.log(4) / 2)


def test_the_margin_counts_what_each_query_lacks():
    assert losses.attention_margin(DenseMap(WEIGHTS), 0.75).item() == pytest.approx((0.5 + 0) / 2)


def test_supervision_is_the_cross_entropy_of_mass_on_groups():
    target = torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    found = losses.attention_supervision(DenseMap(WEIGHTS), torch.tensor([0, 1, 1]), target)
    assert found.item() == pytest.approx(-math.log(0.5) / 2)


@pytest.mark.parametrize(
    "loss",
    [
        losses.entropy_bonus,
        losses.attention_margin,
        lambda attention: losses.attention_supervision(
            attention, torch.tensor([0, 1, 1, 0]), torch.tensor([1.0, 0])
        ),
    ],
)
def test_losses_have_gradients(loss):
    query, key = (torch.randn(2, 4, 3).double().requires_grad_() for _ in range(2))
    mask = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 1, 0, 1]]).bool()
    assert torch.autograd.gradcheck(lambda query, key: loss(StreamedMap(query, key, mask)), (query, key))


@pytest.mark.filterwarnings(
    "ignore:There is a performance drop because we have not yet implemented:UserWarning"
)
@pytest.mark.parametrize("loss", [losses.entropy_bonus, losses.attention_margin])
def test_losses_are_mapped_over_a_batch(loss):
    query, key = torch.randn(2, 3, 1, 4, 3).double()
    expected = [torch.func.grad(lambda one, i=i: loss(StreamedMap(one, key[i])))(query[i]) for i in range(3)]
    mapped = torch.func.vmap(torch.func.grad(lambda query, key: loss(StreamedMap(query, key))))
    torch.testing.assert_close(mapped(query, key), torch.stack(expected))


COMPILED = """
import torch
from attention_core import attend, losses
pairs = torch.arange(900) % 2 == torch.arange(2)[:, None]
asked = {
    "entropy": losses.entropy_bonus,
    "margin": losses.attention_margin,
    "supervision": lambda attention: losses.attention_supervision(
        attention, pairs[:, : attention.shape[-1]].mT, torch.tensor([1.0, 0.0])
    ),
}
for name, loss in asked.items():
    call = lambda tokens: loss(attend(tokens, tokens, tokens, causal=True).attention)
    torch.compiler.reset()
    compiled = torch.compile(call, fullgraph=True, backend="aot_eager")
    for count in (5, 900):
        tokens = torch.randn(1, 1, count, 4, dtype=torch.float64)
        leaves = [tokens.clone().requires_grad_() for _ in range(2)]
        found, expected = compiled(leaves[0]), call(leaves[1])
        torch.testing.assert_close(found, expected)
        torch.testing.assert_close(*(torch.autograd.grad(*each)[0] for each in zip((found, expected), leaves)))
    print(name)
"""


def test_losses_compile_as_one_graph():
    """Also with so many keys that blocks of rows are made, which without a compiler are made again."""
    command = [sys.executable, "-c", COMPILED]
    environment = os.environ | {"JAXTYPING_DISABLE": "1"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert ended.stdout.split() == ["entropy", "margin", "supervision"]


def test_a_mass_of_zero_gives_a_finite_loss_and_gradient():
    query = torch.tensor([[[1e4, 0.0]]], requires_grad=True)
    attention = StreamedMap(query, torch.eye(2)[None])
    loss = losses.attention_supervision(attention, torch.tensor([0, 1]), torch.tensor([0.0, 1.0]))
    loss.backward()
    assert loss.isfinite()
    assert query.grad.isfinite().all()


def test_bad_input_is_named():
    attention = DenseMap(WEIGHTS)
    with pytest.raises(AttentionError, match=r"margin is 0.0; expected a difference of weights in \(0, 1\]"):
        losses.attention_margin(attention, 0.0)
    with pytest.raises(
        AttentionError, match=r"target of shape \[3\] does not fit masses of shape \[1, 3, 2\]"
    ):
        losses.attention_supervision(attention, torch.tensor([0, 1, 1]), torch.ones(3))
    with pytest.raises(AttentionError, match=r"no query of a map .* may attend a key"):
        losses.entropy_bonus(DenseMap(torch.zeros(1, 2, 2)))


@pytest.mark.parametrize("gap", [-40.0, -50.0, -80.0, -90.0, -200.0])
@pytest.mark.parametrize("kind", ["dense", "edges"])
def test_however_small_a_weight_is_the_entropy_has_the_gradient_of_double_precision(gap, kind):
    edges = torch.tensor([[0, 1], [0, 0]])

    def gradient(dtype):
        scores = torch.tensor([[0.0, gap]], dtype=dtype, requires_grad=True)
        weights = scores.softmax(-1)
        attention = DenseMap(weights[None]) if kind == "dense" else EdgeMap(weights.mT, edges, 1, 2)
        losses.entropy_bonus(attention).backward()
        return scores.grad

    found, expected = gradient(torch.float32).double(), gradient(torch.float64)
    assert found.isfinite().all()
    torch.testing.assert_close(found[0, 1], expected[0, 1], rtol=1e-4, atol=1e-36)
