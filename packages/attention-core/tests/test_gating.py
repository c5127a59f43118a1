import pytest
import torch

from attention_core import FeatureTaskGating, TaskGating

KINDS = [TaskGating, FeatureTaskGating]


def relu_layers(tensor, first, second):
    return torch.sigmoid(second(first(tensor).clamp_min(0)))


def test_task_gates_are_those_of_the_formula():
    module = TaskGating(6, 4, 8)
    features, task = torch.randn(2, 3, 6, 4, 5), torch.randn(2, 4)
    values, gates = module(features, task)
    expected = relu_layers(task, module.gate[0], module.gate[2])
    torch.testing.assert_close(gates, expected[:, None].expand(2, 3, 6))
    torch.testing.assert_close(values, torch.einsum("btchw,bc->btc", features, expected) / 20)


def test_feature_gates_are_those_of_the_formula():
    module = FeatureTaskGating(6, 4, 8)
    features, task = torch.randn(2, 3, 6, 4, 5), torch.randn(2, 4)
    values, gates = module(features, task)
    pooled = features.flatten(-2).sum(-1) / 20
    mixed = module.query[0](task).clamp_min(0)[:, None] * module.key[0](pooled).clamp_min(0)
    torch.testing.assert_close(gates, relu_layers(mixed, module.gate[0], module.gate[2]))
    torch.testing.assert_close(values, gates * pooled)


def test_only_feature_gates_follow_the_features():
    first, second, task = torch.randn(2, 3, 6, 1, 1), torch.randn(2, 3, 6, 1, 1), torch.randn(2, 4)
    same = [
        torch.equal(module(first, task).gates, module(second, task).gates)
        for module in (k(6, 4, 8) for k in KINDS)
    ]
    assert same == [True, False]


@pytest.mark.parametrize("kind", KINDS)
def test_pooled_features_are_a_map_of_one_cell(kind):
    module, task = kind(6, 4, 8), torch.randn(2, 4)
    features = torch.randn(2, 3, 6, 4, 5)
    pooled = features.mean((-2, -1), keepdim=True)
    torch.testing.assert_close(module(pooled, task).values, module(features, task).values)


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_learn_from_the_first_step(kind):
    module = kind(6, 4, 8)
    values, gates = module(torch.randn(8, 3, 6, 2, 2), torch.randn(8, 4))
    values.square().sum().backward()
    assert all(parameter.grad.isfinite().all() and parameter.grad.any() for parameter in module.parameters())
    assert ((gates > 0) & (gates < 1)).all()
