"""Heads that attend along the edges of a metabolic network."""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core import Attended, EdgeFeatures, attend_edges
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.checks import check_heads, check_nodes
from graph_attention.layers.encodings import EdgeBias, EdgeEncoding
from graph_attention.layers.projections import NodeProjection, SharedProjection


class EdgeHeads(nn.Module):
    """Multi-head attention of each node to its neighbours and itself.

        values_i = [head_1 … head_h],   head = Σ_e p_e (V x_e + W f_e),
        p = softmax_e( Q x_i · (K x_e + W f_e) / sqrt(dim / heads) + b_e )

    PyG's `TransformerConv` (Shi et al. 2021) on the edges of a network, without a bias of the keys, to which the
    softmax is blind. Nodes that take part in an edge must be finite.

    Args:
        dim: features of a node.
        heads: how many heads.
        project: makes Q, K and V: `SharedProjection`, `KindProjection` or `KindEmbedding`.
        features: f_e; none where not given.
        bias: b_e; none where not given.
        dropout: share of the weights that are dropped in training; the map is of the undropped weights.
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        *,
        project: NodeProjection = SharedProjection,
        features: EdgeEncoding | None = None,
        bias: EdgeBias | None = None,
        dropout: float = 0.0,
    ):
        super().__init__()
        check_heads(dim, heads)
        self.dim, self.heads, self.dropout = dim, heads, dropout
        self.query, self.value = project(dim, True), project(dim, True)
        self.key = project(dim, False)
        self.features = features
        self.edge = None if features is None else nn.Linear(features.width, dim, bias=False)
        self.bias = bias

    def forward(
        self,
        nodes: Float[Tensor, "*batch nodes dim"],
        edges: AttentionEdges,
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Attended:
        """Attend along the edges; the map is an `EdgeMap` labelled with node ids, shared edges for all items.

        Mask is `[edges]`, or broadcastable to `[*batch, edges, heads]`; a node left without edges gets zeros.

        Raises:
            MetabolicError: if there are not as many nodes as the edges join, or of another width.
        """
        check_nodes(nodes, edges.nodes, self.dim, repr(edges))
        query, key, value = (
            self._split(project(nodes, edges.metabolites)) for project in (self.query, self.key, self.value)
        )
        values, attention = attend_edges(
            query,
            key,
            value,
            edges.edges,
            features=self._features(edges, nodes),
            mask=mask,
            bias=None if self.bias is None else self.bias(edges),
            dropout=self.dropout if self.training else 0.0,
        )
        return Attended(values.transpose(-2, -3).flatten(-2), attention)

    def extra_repr(self) -> str:
        """Sides for the printed module."""
        return f"dim={self.dim}, heads={self.heads}, dropout={self.dropout}"

    def _split(self, nodes: Tensor) -> Tensor:
        return nodes.unflatten(-1, (self.heads, -1)).transpose(-2, -3)

    def _features(self, edges: AttentionEdges, nodes: Tensor) -> EdgeFeatures | None:
        if self.features is None or self.edge is None:
            return None
        known = self.features(edges).to(nodes.dtype)
        return EdgeFeatures(known, self.edge.weight.unflatten(0, (self.heads, -1)))
