from functools import partial

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from attention_core import Attended, DenseMap
from attention_core.testing import as_cross_attention, assert_attention_contract
from graph_attention import MetabolicError
from graph_attention.layers.condition_map import ConditionLabels, stack_conditions
from graph_attention.layers.conditions import (
    ConditionCrossAttention,
    ConditionPooling,
    ConditionProjection,
    CrossAttention,
    shared_projection,
)

DIM, HEADS, NODES = 16, 4, 6
MEDIA = ("glucose", "acetate", "lactose")
OWN = partial(ConditionProjection, 3)


def test_conditions_attend_to_each_other_at_every_node_alone():
    layer, conditions = ConditionCrossAttention(DIM, HEADS), torch.randn(3, NODES, DIM)
    values, attention = layer(conditions)
    assert attention.shape == (NODES, HEADS, 3, 3)
    normal = layer.norm(conditions)
    for node in range(NODES):
        parts = (
            project(normal[:, node]).view(3, HEADS, -1).transpose(0, 1)
            for project in (layer.query, layer.key, layer.value)
        )
        query, key, value = parts
        weights = (query @ key.mT / (DIM / HEADS) ** 0.5).softmax(-1)
        found = conditions[:, node] + layer.out((weights @ value).transpose(0, 1).flatten(-2))
        torch.testing.assert_close(values[:, node], found + layer.feed_forward(found))
        torch.testing.assert_close(attention.dense()[node], weights)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_any_number_of_conditions_in_any_order(count):
    layer, conditions = ConditionCrossAttention(DIM, HEADS), torch.randn(2, count, NODES, DIM)
    order = torch.randperm(count)
    values, attention = layer(conditions)
    again, permuted = layer(conditions[:, order])
    torch.testing.assert_close(again, values[:, order])
    torch.testing.assert_close(permuted.dense(), attention.dense()[..., order, :][..., order])


def test_nodes_do_not_touch_and_no_pair_of_nodes_is_formed():
    layer, conditions = ConditionCrossAttention(DIM, HEADS), torch.randn(3, NODES, DIM)
    changed = conditions.clone()
    changed[:, 2] += 1
    same = torch.arange(NODES) != 2
    assert torch.equal(layer(changed).values[:, same], layer(conditions).values[:, same])
    assert layer(conditions).attention.dense().numel() == NODES * HEADS * 9


def test_a_condition_with_projections_of_its_own_is_projected_by_them():
    project, tokens = ConditionProjection(3, DIM, True), torch.randn(NODES, 3, DIM)
    expected = [F.linear(tokens[:, place], project.weight[place], project.bias[place]) for place in range(3)]
    torch.testing.assert_close(project(tokens), torch.stack(expected, 1))


def test_conditions_of_their_own_weights_must_be_as_many():
    layer = ConditionCrossAttention(DIM, HEADS, project=OWN)
    with pytest.raises(MetabolicError, match="expected 3 conditions, each with weights of its own; got 2"):
        layer(torch.randn(2, NODES, DIM))


@pytest.mark.parametrize("project", [shared_projection, OWN])
def test_no_parameter_is_idle(project, idle_parameters):
    layer = ConditionCrossAttention(DIM, HEADS, project=project).double()
    conditions = torch.randn(2, 3, NODES, DIM, dtype=torch.float64)
    assert idle_parameters(layer, lambda: layer(conditions).values) == []
    pooling = ConditionPooling(DIM, HEADS).double()
    assert idle_parameters(pooling, lambda: pooling(conditions).values) == []


def test_which_medium_a_reaction_looks_at_is_one_call(toy):
    layer, labels = ConditionCrossAttention(DIM, HEADS), ConditionLabels.of(toy, MEDIA)
    conditions = torch.randn(3, toy.nodes, DIM)
    attention = layer(conditions, labels=labels).attention
    place = toy.node_ids.index("SPLIT")
    expected = attention.dense()[place].mean(0)
    torch.testing.assert_close(attention.between("SPLIT"), expected)
    looked = attention.looked_at("SPLIT", "acetate")
    assert list(looked.values()) == sorted(looked.values(), reverse=True)
    for medium, weight in looked.items():
        assert weight == pytest.approx(expected[1, MEDIA.index(medium)].item())
    assert sum(looked.values()) == pytest.approx(1)
    batched = layer(conditions.expand(2, -1, -1, -1), labels=labels).attention
    torch.testing.assert_close(batched.between("SPLIT"), expected.expand(2, 3, 3))


def test_a_map_keeps_its_labels_when_it_is_detached(toy):
    labels = ConditionLabels.of(toy, MEDIA)
    attention = ConditionCrossAttention(DIM, HEADS)(torch.randn(3, toy.nodes, DIM), labels=labels).attention
    assert attention.detach().labels == labels
    assert not attention.detach().between("GROW").requires_grad
    assert attention.summary()["entropy"].shape == (toy.nodes, HEADS, 3)


def test_a_masked_condition_is_looked_at_by_none(toy):
    layer, conditions = ConditionCrossAttention(DIM, HEADS), torch.randn(3, toy.nodes, DIM)
    held = torch.tensor([True, False, True])
    mask = held & held.unsqueeze(-1)
    spoilt = conditions.clone()
    spoilt[1] = float("nan")
    labels = ConditionLabels.of(toy, MEDIA)
    values, attention = layer(spoilt, mask=mask, labels=labels)
    assert attention.looked_at("GROW", "glucose")["acetate"] == 0
    torch.testing.assert_close(values[held], layer(conditions[held]).values)


def test_what_is_asked_of_no_node_no_medium_or_no_labels_is_refused(toy):
    layer, conditions = ConditionCrossAttention(DIM, HEADS), torch.randn(3, toy.nodes, DIM)
    with pytest.raises(MetabolicError, match="no labels"):
        layer(conditions).attention.between("GROW")
    attention = layer(conditions, labels=ConditionLabels.of(toy, MEDIA)).attention
    with pytest.raises(MetabolicError, match=r"expected a node among 17.*got 'PGI'"):
        attention.between("PGI")
    with pytest.raises(MetabolicError, match=r"expected a condition among 3.*got 'xylose'"):
        attention.looked_at("GROW", "xylose")
    with pytest.raises(MetabolicError, match="names of 2 conditions and 17 nodes; got 3 and 17"):
        layer(conditions[:2], labels=ConditionLabels.of(toy, MEDIA))
    batch = layer(conditions.unsqueeze(0), labels=ConditionLabels.of(toy, MEDIA)).attention
    with pytest.raises(MetabolicError, match="a batch"):
        batch.looked_at("GROW", "glucose")


def test_conditions_of_differing_graphs_are_refused_with_names_and_counts(toy):
    smaller = toy.keep_reactions(np.delete(np.arange(10), toy.reaction_index["DEAD"]))
    found = {"glucose": torch.randn(toy.nodes, DIM), "acetate": torch.randn(smaller.nodes, DIM)}
    with pytest.raises(MetabolicError, match="only in glucose: DEAD"):
        stack_conditions(found, {"glucose": toy, "acetate": smaller})
    with pytest.raises(MetabolicError, match="got none for acetate"):
        stack_conditions(found, {"glucose": toy})
    with pytest.raises(MetabolicError, match="at least one condition"):
        stack_conditions({}, {})
    short = {"glucose": torch.randn(toy.nodes, DIM), "acetate": torch.randn(toy.nodes - 1, DIM)}
    with pytest.raises(MetabolicError, match=r"expected tensors of one shape, .* of glucose, .* of acetate"):
        stack_conditions(short, dict.fromkeys(short, toy))


def test_conditions_of_one_network_are_stacked_in_their_order(toy):
    found = {name: torch.randn(2, toy.nodes, DIM) for name in MEDIA}
    stacked, labels = stack_conditions(found, dict.fromkeys(reversed(MEDIA), toy))
    assert labels == ConditionLabels(MEDIA, toy.node_ids)
    torch.testing.assert_close(stacked[:, 1], found["acetate"])


def test_the_contract_is_kept():
    module = ConditionCrossAttention(DIM, 2, hidden=8)

    def layer(tokens, mask):
        values, attention = module.to(tokens.dtype)(tokens.unsqueeze(-2), mask=mask[:, None, None])
        return Attended(values.squeeze(-2), attention)

    assert_attention_contract(as_cross_attention(layer), query_dim=DIM, key_dim=DIM)


def test_pooling_keeps_the_contract():
    module = ConditionPooling(DIM, 2)

    def layer(query, key, mask):
        # Each query pools the keys by itself: they are the nodes, and what they see are conditions.
        keys = key.unsqueeze(2).expand(-1, -1, query.shape[1], -1) + 0 * query.unsqueeze(1)
        mask = None if mask is None else mask[:, :, None, None]
        values, attention = module.to(query.dtype)(keys, mask=mask)
        by_head = (each.squeeze(-2).transpose(1, 2) for each in (attention.dense(), attention.allowed()))
        return Attended(values, DenseMap(*by_head))

    assert_attention_contract(layer, query_dim=DIM, key_dim=DIM)


def test_pooling_is_attention_of_a_learned_query():
    layer, conditions = ConditionPooling(DIM, HEADS), torch.randn(2, 3, NODES, DIM)
    values, attention = layer(conditions)
    key, value = (
        project(conditions).unflatten(-1, (HEADS, -1)).movedim(1, -2) for project in (layer.key, layer.value)
    )
    weights = (layer.query @ key.mT / (DIM / HEADS) ** 0.5).softmax(-1)
    torch.testing.assert_close(values, (weights @ value).flatten(-3))
    torch.testing.assert_close(attention.dense(), weights)
    assert values.shape == (2, NODES, DIM)


def test_the_older_name_is_the_same_layer():
    assert CrossAttention is ConditionCrossAttention
