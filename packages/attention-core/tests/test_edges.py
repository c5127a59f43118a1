import copy
import os
import pickle
import subprocess
import sys

import pytest
import torch
from torch_geometric.nn import TransformerConv

from attention_core import AttentionError, EdgeAttention, EdgeMap, RootedEdgeAttention, SortedEdges
from attention_core.testing import assert_attention_contract

NODES, DIM, HEADS = 7, 8, 2


def a_graph(queries=NODES, keys=NODES, count=20) -> torch.Tensor:
    """Edges in no order, one of them twice; the last query and the last key have none."""
    random = torch.Generator().manual_seed(0)
    sides = (torch.randint(side - 1, (count - 1,), generator=random) for side in (keys, queries))
    edges = torch.stack(list(sides))
    return torch.cat([edges, edges[:, :1]], 1)


def gradients(module, values, *leaves):
    """Of some weighting of the values, by number of the leaf and name of the parameter."""
    weighting = torch.linspace(-1, 1, values.numel(), dtype=values.dtype).view(values.shape)
    named = {**dict(enumerate(leaves)), **dict(module.named_parameters())}
    found = torch.autograd.grad((values * weighting).sum(), list(named.values()), allow_unused=True)
    return dict(zip(named, found, strict=True))


def assert_equal_to_pyg(ours, theirs, nodes, features, average=False):
    """The state dict loads as it is, and values, weights and gradients agree."""
    missing, unused = ours.load_state_dict(theirs.state_dict(), strict=False)
    assert not missing
    assert not theirs.root_weight or not unused
    edges = a_graph(*((len(side) for side in nodes[::-1]) if isinstance(nodes, tuple) else ()))
    key, query = nodes if isinstance(nodes, tuple) else (nodes, nodes)
    expected, (_, weights) = theirs(nodes, edges, features, return_attention_weights=True)
    values, attention = ours(query, edges, key, features=features)
    if average:
        values = values.unflatten(-1, (ours.heads, -1)).mean(-2)
    torch.testing.assert_close(values, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(attention.weights, weights, rtol=1e-5, atol=1e-5)
    leaves = [query, *([key] if isinstance(nodes, tuple) else []), *([] if features is None else [features])]
    found = gradients(ours, values, *leaves)
    for name, gradient in gradients(theirs, expected, *leaves).items():
        torch.testing.assert_close(found.get(name), gradient, rtol=1e-5, atol=1e-5, msg=str(name))


@pytest.mark.parametrize("edge_dim", [None, 3])
@pytest.mark.parametrize("concat", [True, False])
def test_it_is_pygs_transformer_convolution(edge_dim, concat):
    theirs = TransformerConv(DIM, 4, HEADS, concat=concat, edge_dim=edge_dim, root_weight=False)
    features = None if edge_dim is None else torch.randn(20, edge_dim, requires_grad=True)
    ours = EdgeAttention(DIM, HEADS, edge_dim=edge_dim)
    assert_equal_to_pyg(ours, theirs, torch.randn(NODES, DIM, requires_grad=True), features, not concat)


@pytest.mark.parametrize("gated", [False, True])
def test_with_the_node_itself_it_is_pygs_default_and_beta(gated):
    theirs = TransformerConv(DIM, 5, HEADS, beta=gated, edge_dim=3)
    ours = RootedEdgeAttention(DIM, HEADS, gated=gated, head_dim=5, edge_dim=3)
    nodes, features = torch.randn(NODES, DIM, requires_grad=True), torch.randn(20, 3, requires_grad=True)
    assert_equal_to_pyg(ours, theirs, nodes, features)


def test_between_two_kinds_of_nodes_it_is_pygs_bipartite_convolution():
    theirs = TransformerConv((6, DIM), 4, HEADS)
    ours = RootedEdgeAttention(DIM, HEADS, key_dim=6)
    keys, queries = torch.randn(9, 6, requires_grad=True), torch.randn(NODES, DIM, requires_grad=True)
    assert_equal_to_pyg(ours, theirs, (keys, queries), None)


def test_values_may_come_from_elsewhere():
    module = EdgeAttention(DIM, HEADS, key_dim=6, value_dim=3)
    query, key, value = torch.randn(NODES, DIM), torch.randn(9, 6), torch.randn(9, 3)
    values, attention = module(query, a_graph(NODES, 9), key, value)
    expected = attention.apply(module.lin_value(value).view(9, HEADS, -1).transpose(0, 1))
    torch.testing.assert_close(values, expected.transpose(0, 1).flatten(-2))


def test_edges_may_come_in_any_order():
    module = EdgeAttention(DIM, HEADS, edge_dim=3)
    nodes, features, edges = torch.randn(NODES, DIM), torch.randn(20, 3), a_graph()
    values, attention = module(nodes, edges, features=features)
    order = torch.randperm(20)
    again, permuted = module(nodes, edges[:, order], features=features[order])
    torch.testing.assert_close(again, values)
    torch.testing.assert_close(permuted.weights, attention.weights[order])
    torch.testing.assert_close(permuted.dense(), attention.dense())


def test_nodes_may_come_in_any_order():
    module = EdgeAttention(DIM, HEADS)
    nodes, edges = torch.randn(NODES, DIM), a_graph()
    values, attention = module(nodes, edges)
    order = torch.randperm(NODES)
    again, permuted = module(nodes[order], order.argsort()[edges])
    torch.testing.assert_close(again, values[order])
    torch.testing.assert_close(permuted.weights, attention.weights)


def test_graphs_side_by_side_do_not_touch():
    module = EdgeAttention(DIM, HEADS, edge_dim=3)
    graphs = [(torch.randn(NODES, DIM), a_graph(count=count), torch.randn(count, 3)) for count in (20, 11)]
    apart = [module(nodes, edges, features=features).values for nodes, edges, features in graphs]
    nodes, edges, features = zip(*graphs, strict=True)
    block = torch.cat([edges[0], edges[1] + NODES], 1)
    together = module(torch.cat(nodes), block, features=torch.cat(features))
    torch.testing.assert_close(together.values, torch.cat(apart))
    assert (together.attention.dense()[:, :NODES, NODES:] == 0).all()


def test_a_batch_of_node_features_shares_the_edges():
    module = EdgeAttention(DIM, HEADS, edge_dim=3)
    nodes, features, edges = torch.randn(3, 2, NODES, DIM), torch.randn(20, 3), SortedEdges(a_graph(), NODES)
    mask = torch.rand(3, 1, 20, HEADS) < 0.7
    values, attention = module(nodes, edges, features=features, mask=mask)
    assert attention.shape == (3, 2, HEADS, NODES, NODES)
    for item in range(3):
        alone = module(nodes[item, 1], edges, features=features, mask=mask[item, 0])
        torch.testing.assert_close(values[item, 1], alone.values)
        torch.testing.assert_close(attention.entropy()[item, 1], alone.attention.entropy())


def test_a_graph_without_edges_gives_zeros():
    module = EdgeAttention(DIM, HEADS, edge_dim=3)
    nodes = torch.randn(NODES, DIM, requires_grad=True)
    values, attention = module(nodes, torch.zeros(2, 0, dtype=torch.long), features=torch.zeros(0, 3))
    assert torch.equal(values, torch.zeros(NODES, DIM))
    assert attention.weights.shape == (0, HEADS)
    assert all((gradient == 0).all() for gradient in gradients(module, values, nodes).values())


def test_a_graph_without_nodes_has_no_values():
    values, attention = EdgeAttention(DIM, HEADS)(torch.zeros(0, DIM), torch.zeros(2, 0, dtype=torch.long))
    assert values.shape == (0, DIM)
    assert attention.shape == (HEADS, 0, 0)


def test_what_is_masked_or_alone_may_be_anything():
    module, edges, mask = EdgeAttention(DIM, HEADS, edge_dim=3), a_graph(), torch.ones(20, dtype=torch.bool)
    mask[edges[0] == 2] = False
    alone = torch.ones(NODES, dtype=torch.bool)
    alone[edges[:, mask].flatten()] = False
    assert alone.sum() == 1
    mask[5] = False
    clean, spoilt = torch.randn(NODES, DIM), torch.randn(20, 3)
    answers = []
    for content in (0.0, float("nan"), float("inf")):
        nodes, features, bias = clean.clone(), spoilt.clone(), torch.zeros(20, HEADS)
        nodes[alone], features[~mask], bias[~mask] = content, content, content
        given = [each.requires_grad_() for each in (nodes, features, bias)]
        values, _ = module(nodes, edges, features=features, mask=mask, bias=bias)
        answers.append([values, *gradients(module, values, *given).values()])
    for answer in answers[1:]:
        for found, expected in zip(answer, answers[0], strict=True):
            assert torch.equal(found, expected)


@pytest.mark.parametrize("shared", [True, False])
def test_a_node_without_edges_leaves_the_gradients_of_the_parameters_alone(shared):
    module, edges, clean = EdgeAttention(DIM, HEADS), a_graph(), torch.randn(NODES, DIM)
    spoilt = clean.clone()
    spoilt[-1] = float("nan")
    assert (edges < NODES - 1).all()
    found = []
    for nodes in (clean, spoilt):
        given = (nodes, edges) if shared else (nodes, edges, nodes.clone(), nodes.clone())
        found.append(gradients(module, module(*given).values))
    torch.testing.assert_close(found[0], found[1], rtol=0, atol=0)


def test_the_contract_is_kept_on_a_graph_of_all_pairs():
    module = EdgeAttention(8, HEADS)

    def layer(query, key, mask):
        queries, keys = query.shape[1], key.shape[1]
        edges = torch.cartesian_prod(torch.arange(queries), torch.arange(keys)).mT.flip(0)
        mask = None if mask is None else mask.flatten(1).unsqueeze(-1)
        return module.to(query.dtype)(query, edges, key, mask=mask)

    assert_attention_contract(layer)


def test_nothing_of_the_size_of_the_matrix_is_formed():
    """The matrix of this graph would take 80 GB for each head."""
    module, nodes = EdgeAttention(DIM, HEADS, edge_dim=3), torch.randn(100_000, DIM, requires_grad=True)
    edges = torch.randint(100_000, (2, 50))
    values, attention = module(nodes, edges, features=torch.randn(50, 3), mask=torch.arange(50) > 5)
    assert attention.attending().sum() <= HEADS * 45
    assert attention.summary()["received"].shape == (HEADS, 100_000)
    gradients(module, values + attention.entropy().sum(), nodes)


def test_the_map_is_of_the_edges_given():
    attention = EdgeAttention(DIM, HEADS)(torch.randn(NODES, DIM), a_graph()).attention
    assert isinstance(attention, EdgeMap)
    assert torch.equal(attention.edges, a_graph())


def test_labels_reach_the_map():
    names = list("abcdefg")
    edges = SortedEdges(a_graph(), NODES, query_labels=names)
    attention = EdgeAttention(DIM, HEADS)(torch.randn(NODES, DIM), edges).attention
    assert attention.query_labels == attention.key_labels == names


def test_dropout_acts_in_training_only_and_not_on_the_map():
    module, nodes = EdgeAttention(DIM, HEADS, dropout=0.5), torch.randn(NODES, DIM)
    training = module(nodes, a_graph())
    module.eval()
    quiet = module(nodes, a_graph())
    assert not torch.allclose(training.values, quiet.values)
    assert torch.equal(training.attention.weights, quiet.attention.weights)


def test_autocast_lowers_the_values_and_not_the_weights():
    module, nodes, edges = EdgeAttention(DIM, HEADS, edge_dim=3), torch.randn(NODES, DIM), a_graph()
    features, bias = torch.randn(20, 3), torch.randn(20)
    with torch.autocast("cpu", torch.bfloat16):
        values, attention = module(nodes, edges, features=features, bias=bias)
    exact = module(nodes, edges, features=features, bias=bias)
    assert values.dtype == torch.bfloat16
    assert attention.weights.dtype == torch.float32
    torch.testing.assert_close(values.float(), exact.values, rtol=0.05, atol=0.05)
    gradients(module, values)


def test_its_gradient_is_a_function_too():
    module, nodes, edges = EdgeAttention(DIM, HEADS), torch.randn(NODES, DIM), SortedEdges(a_graph(), NODES)

    def energy(parameters):
        return torch.func.functional_call(module, parameters, (nodes, edges)).values.square().sum()

    found = torch.func.grad(energy)(dict(module.named_parameters()))
    energy(dict(module.named_parameters())).backward()
    for name, parameter in module.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad)


COMPILED = """
import torch
from attention_core import EdgeAttention, SortedEdges
torch.manual_seed(0)
module, nodes, features = EdgeAttention(8, 2, edge_dim=3), torch.randn(7, 8), torch.randn(20, 3)
edges = SortedEdges(torch.randint(7, (2, 20)), 7)
compiled = torch.compile(module, backend="aot_eager", fullgraph=True)
expected, found = (each(nodes, edges, features=features).values for each in (module, compiled))
torch.testing.assert_close(found, expected)
for ours, theirs in zip(*(torch.autograd.grad(each.sum(), module.parameters()) for each in (found, expected))):
    torch.testing.assert_close(ours, theirs)
"""


def test_it_compiles_whole_once_its_graph_is_sorted():
    """In a process without the shape hook, which Dynamo cannot trace."""
    environment = {**os.environ, "JAXTYPING_DISABLE": "1"}
    done = subprocess.run([sys.executable, "-c", COMPILED], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_it_is_copied_and_pickled_with_its_graph():
    module, nodes, edges = EdgeAttention(DIM, HEADS), torch.randn(NODES, DIM), SortedEdges(a_graph(), NODES)
    expected = module(nodes, edges).values
    assert torch.equal(copy.deepcopy(module)(nodes, copy.deepcopy(edges)).values, expected)
    twin, graph = pickle.loads(pickle.dumps((module, edges)))  # noqa: S301 - our own bytes
    assert torch.equal(twin(nodes, graph).values, expected)


def test_it_prints_its_sides():
    assert repr(EdgeAttention(DIM, HEADS)).startswith("EdgeAttention(\n  dim=8, heads=2, dropout=0.0")


@pytest.mark.usefixtures("as_shipped")
def test_bad_input_is_named():
    with pytest.raises(AttentionError, match="dim 8 cannot be split over 3 heads"):
        EdgeAttention(8, 3)
    with pytest.raises(AttentionError, match="dropout is 1"):
        EdgeAttention(8, 2, dropout=1)
    module, nodes, edges = EdgeAttention(DIM, HEADS, edge_dim=3), torch.randn(NODES, DIM), a_graph()
    with pytest.raises(AttentionError, match=r"query has shape \[7, 5\]; expected \[\*batch, 7, 8\]"):
        module(nodes[:, :5], edges)
    with pytest.raises(AttentionError, match=r"key has shape \[2, 9, 8\]; expected \[\*batch, 9, 8\]"):
        module(nodes, edges, torch.randn(2, 9, 8))
    with pytest.raises(AttentionError, match="features are missing and the layer has edge_dim 3"):
        module(nodes, edges)
    with pytest.raises(AttentionError, match="features are given and the layer has edge_dim None"):
        EdgeAttention(DIM, HEADS)(nodes, edges, features=torch.randn(20, 3))
    with pytest.raises(AttentionError, match=r"features have shape \[20, 2\]; expected \[20, 3\]"):
        module(nodes, edges, features=torch.randn(20, 2))
    features = torch.randn(20, 3)
    with pytest.raises(AttentionError, match=r"mask is torch\.float32; expected boolean"):
        module(nodes, edges, features=features, mask=torch.ones(20))
    with pytest.raises(AttentionError, match="bias is boolean"):
        module(nodes, edges, features=features, bias=torch.ones(20, dtype=torch.bool))
    with pytest.raises(AttentionError, match=r"bias of shape \[19\] does not fit"):
        module(nodes, edges, features=features, bias=torch.ones(19))
