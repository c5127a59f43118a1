import numpy as np
import torch
from hypothesis import given
from torch.nn import functional as F

from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.edge_heads import EdgeHeads
from graph_attention.layers.encodings import EdgeBias, EdgeKinds, Stoichiometry
from graph_attention.layers.flux_split import FluxSplitAttention, FluxSplitEdges
from graph_attention.layers.metabolic import MetabolicMultiHeadAttention
from graph_attention.layers.network_edges import network_edges
from graph_attention.layers.projections import KindProjection
from graph_attention.testing import metabolic_graphs

DIM, HEADS = 8, 2


def neighbours(graph):
    """Pairs that attend each other, from S alone."""
    joined = graph.stoichiometry.toarray() != 0
    metabolites, reactions = joined.shape
    blocks = [[np.eye(metabolites, dtype=bool), joined], [joined.T, np.eye(reactions, dtype=bool)]]
    return np.block(blocks)


@given(metabolic_graphs())
def test_attention_is_on_edges_alone_and_sums_to_one(graph):
    edges = AttentionEdges.of(graph)
    weights = MetabolicMultiHeadAttention(DIM, HEADS)(torch.randn(graph.nodes, DIM), edges).attention.dense()
    np.testing.assert_array_equal(
        (weights > 0).numpy(), np.broadcast_to(neighbours(graph), (HEADS, graph.nodes, graph.nodes))
    )
    torch.testing.assert_close(weights.sum(-1), torch.ones(HEADS, graph.nodes))


@given(metabolic_graphs())
def test_heads_are_masked_dense_attention_with_the_logarithm_of_s_as_bias(graph):
    heads = EdgeHeads(DIM, HEADS, project=KindProjection, bias=EdgeBias(HEADS, Stoichiometry(), EdgeKinds()))
    matrix, count = graph.stoichiometry.toarray(), len(graph.metabolites)
    square = np.block([[np.zeros((count, count)), matrix], [matrix.T, np.zeros((matrix.shape[1],) * 2)]])
    slopes = heads.bias.slopes.weight.detach().double().numpy()
    told = np.zeros((graph.nodes, graph.nodes, 8))
    told[..., 0] = np.sign(square)
    told[..., 1] = np.log(np.where(square, np.abs(square), 1))
    told[:count, count:, 2], told[count:, :count, 2] = graph.reversible, graph.reversible[:, None]
    told[:count, count:, 2] *= matrix != 0
    told[count:, :count, 2] *= matrix.T != 0
    told[count:, count:, 2] = np.diag(graph.reversible)
    to_reaction = np.repeat([False, True], [count, graph.nodes - count])[:, None]
    for kind, chosen in enumerate(
        [(square < 0) & to_reaction, (square > 0) & to_reaction, (square < 0) & ~to_reaction,
         (square > 0) & ~to_reaction, np.eye(graph.nodes, dtype=bool)]
    ):  # fmt: skip
        told[..., 3 + kind] = chosen
    scores = np.where(neighbours(graph)[..., None], told @ slopes.T, -np.inf).transpose(2, 0, 1)
    nodes = torch.randn(graph.nodes, DIM)
    parts = [project(nodes, count).unflatten(-1, (HEADS, -1)).transpose(0, 1)
             for project in (heads.query, heads.key, heads.value)]  # fmt: skip
    expected = F.scaled_dot_product_attention(*parts, attn_mask=torch.from_numpy(scores).float())
    found = heads(nodes, AttentionEdges.of(graph)).values
    torch.testing.assert_close(found, expected.transpose(0, 1).flatten(-2), rtol=1e-5, atol=1e-5)


@given(metabolic_graphs())
def test_the_order_of_reactions_does_not_matter(graph):
    layer, nodes = MetabolicMultiHeadAttention(DIM, HEADS), torch.randn(graph.nodes, DIM)
    count, reactions = graph.stoichiometry.shape
    order = np.random.default_rng(0).permutation(reactions)
    permuted = type(graph)(
        graph.name, graph.stoichiometry[:, order], graph.metabolites, graph.reactions[order]
    )
    places = torch.from_numpy(np.concatenate([np.arange(count), count + order]))
    found = layer(nodes[places], AttentionEdges.of(permuted)).values
    torch.testing.assert_close(found, layer(nodes, AttentionEdges.of(graph)).values[places])


@given(metabolic_graphs())
def test_splits_sum_to_one_where_there_is_something_to_split(graph):
    found = FluxSplitAttention(DIM)(torch.randn(2, graph.nodes, DIM), FluxSplitEdges.of(graph))
    for side in found:
        total = side.attention.dense().sum(-1)
        torch.testing.assert_close(total, side.attention.attending().to(total.dtype))


@given(metabolic_graphs())
def test_every_edge_has_its_opposite(graph):
    found = network_edges(graph)
    pairs = set(zip(found.key.tolist(), found.query.tolist(), strict=True))
    assert pairs == {(query, key) for key, query in pairs}
    assert len(pairs) == len(found) == 2 * graph.stoichiometry.nnz + graph.nodes
