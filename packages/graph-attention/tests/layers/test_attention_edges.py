from dataclasses import replace

import numpy as np
import pytest
import torch

from graph_attention import MetabolicError, MetabolicGraph
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.network_edges import network_edges
from graph_attention.layers.self_attention import SelfAttention


def test_edges_are_sorted_once_and_need_no_order(core_edges, e_coli_core):
    assert core_edges.edges.order is None
    assert core_edges.edges.pair is None
    found = network_edges(e_coli_core)
    np.testing.assert_array_equal(core_edges.edges.edges, [found.key, found.query])
    assert core_edges.metabolites == len(e_coli_core.metabolites)
    pathways = len(e_coli_core.subsystems)
    assert repr(core_edges) == f"AttentionEdges(metabolites=72, reactions=95, edges=887, pathways={pathways})"
    assert core_edges.to("cpu") is core_edges


@pytest.mark.gpu
def test_a_layer_answers_alike_on_a_gpu(core_edges):
    layer, nodes = SelfAttention(16, 4), torch.randn(2, core_edges.nodes, 16)
    expected = layer(nodes, core_edges).values
    found = layer.cuda()(nodes.cuda(), core_edges.to("cuda")).values
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-4, atol=1e-4)


def test_every_edge_needs_all_that_is_known(toy_edges):
    known = ("kind", "coefficient", "reversible", "pathway", "share")
    shorter = {name: getattr(toy_edges, name)[:-1] for name in known}
    with pytest.raises(MetabolicError, match=r"expected kind for 51 edges; got \[50\]"):
        replace(toy_edges, **shorter)


@pytest.mark.parametrize("content", [float("nan"), float("inf"), 0.0])
def test_a_coefficient_that_is_none_is_refused(content, toy_edges):
    with pytest.raises(MetabolicError, match="a finite coefficient other than 0"):
        replace(toy_edges, coefficient=toy_edges.coefficient.clone().fill_(content))


def test_a_network_of_metabolites_alone_attends_to_itself():
    graph = MetabolicGraph.from_arrays("alone", np.zeros((3, 0)), ["a", "b", "c"], {"id": []})
    edges = AttentionEdges.of(graph)
    assert len(edges) == 3
    nodes = torch.randn(3, 16)
    attention = SelfAttention(16)(nodes, edges).attention
    assert torch.equal(attention.dense(), torch.eye(3).expand(8, 3, 3))


def test_an_empty_network_has_empty_answers():
    edges = AttentionEdges.of(MetabolicGraph.from_arrays("empty", np.zeros((0, 0)), [], {"id": []}))
    values, attention = SelfAttention(16)(torch.randn(2, 0, 16), edges)
    assert values.shape == (2, 0, 16)
    assert attention.shape == (2, 8, 0, 0)
