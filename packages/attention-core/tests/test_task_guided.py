import math
from functools import partial

import pytest
import torch
from torch.nn import functional as F

from attention_core import (
    Attended,
    AttentionError,
    DenseMap,
    MultiHeadTaskGuidedAttention,
    TaskGuidedAttention,
    attend_cells,
)
from attention_core.testing import assert_attention_contract

KINDS = [TaskGuidedAttention, partial(MultiHeadTaskGuidedAttention, heads=2)]


def unfolded(module, features, task, heads):
    """The formula of the docstring, cell by cell in float64, with a key bias that must not matter."""
    weights = {name: tensor.double() for name, tensor in module.state_dict().items()}
    cells = features.double().flatten(-2).movedim(2, -1)
    keys = cells @ weights["key.weight"].T + 1.7
    query = task.double() @ weights["query.weight"].T + weights["query.bias"]
    products = (weights["score"] * keys * query[:, None, None]).unflatten(-1, (heads, -1))
    attention = (products.sum(-1) / math.sqrt(products.shape[-1])).softmax(-2)
    return torch.einsum("btnh,btnc->bthc", attention, cells), attention.movedim(-1, 2)


def drawn(module):
    """The module with scores that are not all one."""
    torch.nn.init.normal_(module.score)
    return module


def test_the_folded_scores_are_those_of_the_formula():
    module = drawn(TaskGuidedAttention(6, 4, 8))
    features, task = torch.randn(3, 2, 6, 4, 5), torch.randn(3, 4)
    values, attention = module(features, task)
    contexts, weights = unfolded(module, features, task, 1)
    torch.testing.assert_close(values.double(), contexts[:, :, 0], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(attention.dense()[:, :, :, 0].double(), weights, rtol=1e-5, atol=1e-6)
    assert attention.shape == (3, 2, 1, 1, 20)


def test_each_head_follows_its_own_part_of_the_formula():
    module = drawn(MultiHeadTaskGuidedAttention(6, 4, 8, heads=2))
    features, task = torch.randn(3, 2, 6, 4, 5), torch.randn(3, 4)
    values, attention = module(features, task)
    contexts, weights = unfolded(module, features, task, 2)
    torch.testing.assert_close(values.double(), contexts.mean(2), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(attention.dense()[:, :, :, 0].double(), weights, rtol=1e-5, atol=1e-6)
    assert attention.shape == (3, 2, 2, 1, 20)


def test_without_a_direction_the_context_is_the_mean():
    features = torch.randn(2, 3, 6, 4, 4)
    contexts, attention = attend_cells(features, torch.zeros(2, 1, 6))
    torch.testing.assert_close(contexts[:, :, 0], features.mean((-2, -1)))
    torch.testing.assert_close(attention.entropy(), torch.full((2, 3, 1, 1), math.log(16)))


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_learn_from_the_first_step(kind):
    module = kind(6, 4, 8)
    features, task = torch.randn(2, 3, 6, 4, 4), torch.eye(4)[:2]
    values, attention = module(features, task)
    values.square().sum().backward()
    assert (attention.dense().std(-1) > 1e-3).all()
    assert all(parameter.grad.isfinite().all() and parameter.grad.any() for parameter in module.parameters())


def test_it_learns_to_look_where_the_task_points():
    """Each cell shows one of four colours; the context is the label beside the colour asked for."""
    module = TaskGuidedAttention(8, 4, 16)
    optimizer = torch.optim.Adam(module.parameters(), 0.05)
    for _ in range(150):
        task, colours = torch.randint(4, (64,)), torch.rand(64, 1, 4).argsort(-1)
        labels = torch.randint(4, (64, 1, 4))
        cells = torch.cat([F.one_hot(colours, 4), F.one_hot(labels, 4)], -1).float()
        values, _ = module(cells.mT.unflatten(-1, (2, 2)), F.one_hot(task, 4).float())
        target = labels[colours == task[:, None, None]]
        loss = F.nll_loss((values[:, 0, 4:] + 1e-6).log(), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert (values[:, 0, 4:].argmax(-1) == target).float().mean() > 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_the_contract(kind):
    module = kind(6, 4, 8)

    def layer(query, key, mask):
        """Each query is a task of its own, each key a cell."""
        batch, queries, keys = len(query), query.shape[1], key.shape[1]
        features = key.mT[:, None, :, None].repeat_interleave(queries, 0)
        cells = None if mask is None else mask.flatten(0, 1)[:, None, None]
        values, attention = module.to(query.dtype)(features, query.flatten(0, 1), mask=cells)
        heads = attention.shape[2]

        def per_item(tensor):
            return tensor.reshape(batch, queries, heads, keys).transpose(1, 2)

        if mask is not None:
            assert torch.equal(attention.allowed(), attention.mask.expand(attention.shape))
        return Attended(
            values.reshape(batch, queries, 6),
            DenseMap(per_item(attention.dense()), per_item(attention.allowed())),
        )

    assert_attention_contract(layer, query_dim=4, key_dim=6)


def test_a_frame_without_cells_gives_zeros():
    mask = torch.tensor([True, False, True])[None, :, None, None]
    values, attention = TaskGuidedAttention(6, 4, 8)(torch.randn(2, 3, 6, 4, 4), torch.randn(2, 4), mask=mask)
    assert (values[:, 1] == 0).all()
    assert attention.topk(1).indices[:, :, 0, 0, 0].ge(0).tolist() == [[True, False, True]] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_acts_on_the_context_and_not_on_the_map(kind):
    module = kind(6, 4, 8, dropout=0.5)
    features, task = torch.randn(2, 3, 6, 4, 4), torch.randn(2, 4)
    training = module(features, task)
    module.eval()
    resting = module(features, task)
    assert not torch.allclose(training.values, resting.values)
    assert torch.equal(training.attention.dense(), resting.attention.dense())
    torch.testing.assert_close(
        training.attention.dense().sum(-1), torch.ones(2, 3, training.attention.shape[2], 1)
    )


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    module, task = TaskGuidedAttention(6, 4, 8), torch.zeros(2, 4)
    with pytest.raises(
        AttentionError, match=r"features have shape \[2, 6, 4, 4\]; expected \[batch, time, channels"
    ):
        module(torch.zeros(2, 6, 4, 4), task)
    with pytest.raises(AttentionError, match=r"with batch 2, as the task has, and 6 channels"):
        module(torch.zeros(3, 1, 6, 4, 4), task)
    with pytest.raises(
        AttentionError,
        match=r"mask of shape \[4, 5\] cannot be broadcast to \[batch, time, height, width\]",
    ):
        module(torch.zeros(2, 1, 6, 4, 4), task, mask=torch.ones(4, 5, dtype=torch.bool))
    with pytest.raises(AttentionError, match=r"mask is torch.float32; expected boolean"):
        module(torch.zeros(2, 1, 6, 4, 4), task, mask=torch.ones(4, 4))
    with pytest.raises(AttentionError, match="dim 8 cannot be split over 3 heads"):
        MultiHeadTaskGuidedAttention(6, 4, 8, heads=3)
