import pytest
import torch

from attention_core.mixture import MixtureMap
from graph_attention import MetabolicError
from graph_attention.layers.condition_map import ConditionLabels
from graph_attention.layers.conditions import ConditionCrossAttention
from graph_attention.layers.joined import JOINED, JoinedAttention
from graph_attention.layers.metabolic import MetabolicMultiHeadAttention
from graph_attention.layers.self_attention import SelfAttention

DIM, HEADS = 16, 4
MEDIA = ("glucose", "acetate")


def joined():
    parts = (
        kind(DIM, HEADS) for kind in (SelfAttention, MetabolicMultiHeadAttention, ConditionCrossAttention)
    )
    return JoinedAttention(*parts, DIM)


def test_values_are_what_the_attentions_found_weighed_by_importance(toy, toy_edges):
    layer, conditions = joined(), torch.randn(2, toy.nodes, DIM)
    torch.nn.init.normal_(layer.join.score)
    found = layer(conditions, toy_edges)
    parts = (
        layer.along_edges(conditions, toy_edges).values,
        layer.metabolic(conditions, toy_edges).values,
        layer.between_conditions(conditions).values,
    )
    importance = found.importance.dense().squeeze(-3)
    expected = sum(
        share.unsqueeze(-1) * part for share, part in zip(importance.unbind(-1), parts, strict=True)
    )
    torch.testing.assert_close(found.values, expected)
    torch.testing.assert_close(importance.sum(-1), torch.ones(2, toy.nodes))


def test_at_first_every_attention_counts_alike(toy, toy_edges):
    importance = joined()(torch.randn(2, toy.nodes, DIM), toy_edges).importance.dense()
    torch.testing.assert_close(importance, torch.full((2, 1, toy.nodes, 3), 1 / 3))


def test_the_importance_of_a_node_is_asked_by_its_id(toy, toy_edges):
    layer, conditions = joined(), torch.randn(2, toy.nodes, DIM)
    torch.nn.init.normal_(layer.join.score)
    found = layer(conditions, toy_edges, labels=ConditionLabels.of(toy, MEDIA))
    asked, place = found.importance_of("SPLIT"), toy.node_ids.index("SPLIT")
    for number, name in enumerate(JOINED):
        torch.testing.assert_close(asked[name], found.importance.dense()[:, 0, place, number])
    assert set(found.between_conditions.looked_at("SPLIT", "acetate")) == set(MEDIA)
    with pytest.raises(MetabolicError, match=r"expected a node among 17.*got 'PGI'"):
        found.importance_of("PGI")


def test_the_maps_along_edges_mix_to_one(toy, toy_edges):
    layer, conditions = joined(), torch.randn(2, toy.nodes, DIM)
    found = layer(conditions, toy_edges)
    shares = torch.full((2, toy.nodes, 2), 0.5)
    mixed = MixtureMap((found.along_edges, found.metabolic), shares)
    torch.testing.assert_close(mixed.dense().sum(-1), torch.ones(2, HEADS, toy.nodes))


def test_no_parameter_is_idle(toy, toy_edges, idle_parameters):
    layer = joined().double()
    conditions = torch.randn(2, toy.nodes, DIM, dtype=torch.float64)
    assert idle_parameters(layer, lambda: layer(conditions, toy_edges).values) == []
