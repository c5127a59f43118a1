"""PyG's attention layers under observation."""

import pytest
import torch
from torch import nn
from torch_geometric.nn import AGNNConv, GATConv, GATv2Conv, GCNConv, TransformerConv
from torch_geometric.utils import to_torch_csr_tensor

from attention_core import EdgeMap, observe

EDGES = torch.tensor([[0, 1, 2, 3, 3, 0, 4], [1, 2, 0, 0, 1, 3, 4]])
NODES = 6  # the last has no edge


class Graph(nn.Module):
    def __init__(self, *layers: nn.Module):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, nodes, edges, **options):
        for layer in self.layers:
            nodes = layer(nodes, edges, **options)
        return nodes


def dense(edges, weights, queries, keys):
    """The matrix by hand: head, query, key."""
    matrix = torch.zeros(weights.shape[1], queries, keys)
    for (source, target), weight in zip(edges.T.tolist(), weights, strict=True):
        matrix[:, target, source] += weight
    return matrix


CONVOLUTIONS = [
    lambda **options: GATConv(8, 4, heads=2, **options),
    lambda **options: GATv2Conv(8, 4, heads=2, **options),
    lambda **options: TransformerConv(8, 4, heads=2, **options),
]


@pytest.mark.parametrize("build", CONVOLUTIONS, ids=["GATConv", "GATv2Conv", "TransformerConv"])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("edge_dim", [None, 3])
def test_attention_over_edges_is_seen_before_dropout_and_changes_nothing(build, training, edge_dim):
    model = Graph(build(dropout=0.5, edge_dim=edge_dim)).train(training)
    nodes = torch.randn(NODES, 8, requires_grad=True)
    options = {} if edge_dim is None else {"edge_attr": torch.randn(EDGES.shape[1], edge_dim)}

    def run():
        torch.manual_seed(2)
        values = model(nodes, EDGES, **options)
        return values, *torch.autograd.grad(values.square().sum(), (nodes, *model.parameters()))

    before = run()
    with observe(model) as seen:
        during = run()
    assert all(torch.equal(*pair) for pair in zip(before, during, strict=True))
    assert list(seen) == ["layers.0"]
    attention = seen["layers.0"]
    assert isinstance(attention, EdgeMap)
    assert attention.shape == (2, NODES, NODES)
    edges, weights = model.eval().layers[0](nodes, EDGES, return_attention_weights=True, **options)[1]
    torch.testing.assert_close(attention.dense(), dense(edges, weights, NODES, NODES))


def test_layers_are_chosen_and_summarised_as_others_are():
    model = Graph(GATConv(8, 8), GCNConv(8, 8), AGNNConv(), GATConv(8, 8))
    with observe(model, ["layers.2", "layers.3"], keep="summary", groups=torch.arange(NODES) % 2) as seen:
        model(torch.randn(NODES, 8), EDGES)
    assert list(seen) == ["layers.2", "layers.3"]
    assert seen["layers.3"]["group_mass"].shape == (1, NODES, 2)


@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
def test_the_side_that_gathers_is_the_query(flow):
    model, nodes = Graph(GATConv(8, 4, heads=2, add_self_loops=False, flow=flow)), torch.randn(NODES, 8)
    with observe(model) as seen:
        model(nodes, EDGES)
    edges, weights = model.layers[0](nodes, EDGES, return_attention_weights=True)[1]
    expected = dense(edges if flow == "source_to_target" else edges.flip(0), weights, NODES, NODES)
    torch.testing.assert_close(seen["layers.0"].dense(), expected)
    attending = expected.sum(-1)
    assert set(attending.flatten().round(decimals=4).tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("build", CONVOLUTIONS, ids=["GATConv", "GATv2Conv", "TransformerConv"])
def test_two_sets_of_nodes_are_two_sides(build):
    kind = type(build())
    options = {} if kind is TransformerConv else {"add_self_loops": False}
    model = kind((8, 5), 4, heads=2, **options)
    sources, targets = torch.randn(7, 8), torch.randn(3, 5)
    edges = torch.tensor([[0, 6, 2, 3], [1, 1, 0, 0]])
    with observe(model) as seen:
        model((sources, targets), edges)
    weights = model((sources, targets), edges, return_attention_weights=True)[1][1]
    torch.testing.assert_close(seen[""].dense(), dense(edges, weights, 3, 7))


def test_a_sparse_adjacency_is_read_as_its_edges():
    model, nodes = TransformerConv(8, 4, heads=2), torch.randn(NODES, 8)
    with torch.sparse.check_sparse_tensor_invariants():
        adjacency = to_torch_csr_tensor(EDGES.flip(0), size=(NODES, NODES))
    with observe(model) as seen:
        model(nodes, adjacency)
    edges, weights = model(nodes, EDGES, return_attention_weights=True)[1]
    torch.testing.assert_close(seen[""].dense(), dense(edges, weights, NODES, NODES))


def test_hooks_and_functions_are_put_back():
    from torch_geometric.nn.conv import gat_conv

    model, before = GATConv(8, 4), gat_conv.softmax
    with observe(model):
        assert gat_conv.softmax is not before
    assert gat_conv.softmax is before
    with pytest.raises(IndexError), observe(model):
        model(torch.randn(2, 8), EDGES)
    assert gat_conv.softmax is before
    assert not model._propagate_forward_hooks
