"""Self-attention over a metabolic network."""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core import Attended
from attention_core.edge_functional import allowed_edges, used_nodes
from attention_core.edge_map import edge_mask
from attention_core.masking import silence
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.checks import check_nodes
from graph_attention.layers.edge_heads import EdgeHeads
from graph_attention.layers.encodings import EdgeBias, EdgeEncoding
from graph_attention.layers.feed_forward import FeedForward
from graph_attention.layers.projections import NodeProjection, SharedProjection


class SelfAttention(nn.Module):
    """Nodes attend to their neighbours and themselves, then each is transformed by itself.

        h = x + W_o EdgeHeads(norm(x), edges),   y = h + FeedForward(norm(h))

    Pre-norm (Xiong et al. 2020), which trains without warm-up. What is known of an edge, its stoichiometry, kind
    or pathway, enters as a feature of keys and values or as a bias on the scores, by whichever encodings are
    given. Attention is on edges alone: a pair of nodes without one has no weight.

    Args:
        dim: features of a node.
        heads: how many heads.
        project: makes queries, keys and values of nodes; see `EdgeHeads`.
        features: what keys and values hear of an edge, such as `Encodings(Stoichiometry(), Pathways(names))`.
        bias: what the scores hear of it, such as `EdgeBias(heads, EdgeKinds())`.
        hidden: width of the feed-forward layer; 4 dim where not given.
        dropout: share of weights and of what is added to the nodes that is dropped in training.
    """

    def __init__(
        self,
        dim: int,
        heads: int = 8,
        *,
        project: NodeProjection = SharedProjection,
        features: EdgeEncoding | None = None,
        bias: EdgeBias | None = None,
        hidden: int | None = None,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.attention = EdgeHeads(dim, heads, project=project, features=features, bias=bias, dropout=dropout)
        self.out = nn.Linear(dim, dim)
        self.feed_forward = FeedForward(dim, hidden, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        nodes: Float[Tensor, "*batch nodes dim"],
        edges: AttentionEdges,
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Attended:
        """Transform nodes, which all items of a batch join by the same edges.

        Mask is `[edges]`, or broadcastable to `[*batch, edges, heads]`. A node that it leaves without edges counts
        as zeros, and may hold NaN or infinity.

        Raises:
            MetabolicError: if there are not as many nodes as the edges join, or of another width.
        """
        check_nodes(nodes, edges.nodes, self.attention.dim, repr(edges))
        if mask is not None:
            nodes = self._quiet(nodes, edges, mask)
        found, attention = self.attention(self.norm(nodes), edges, mask=mask)
        nodes = nodes + self.dropout(self.out(found))
        return Attended(nodes + self.dropout(self.feed_forward(nodes)), attention)

    def _quiet(self, nodes: Tensor, edges: AttentionEdges, mask: Tensor) -> Tensor:
        shape = (*nodes.shape[:-2], len(edges), self.attention.heads)
        allowed = allowed_edges(edge_mask(mask, shape, nodes.device), None)
        if allowed is None:
            return nodes
        attending, attended = (used.any(-2) for used in used_nodes(edges.edges, allowed))
        return silence(nodes, attending | attended)
