"""Attention that knows metabolites from reactions, and how much of one the other takes."""

from graph_attention.layers.encodings import EdgeBias, EdgeEncoding, EdgeKinds, Stoichiometry
from graph_attention.layers.projections import KindProjection, NodeProjection
from graph_attention.layers.self_attention import SelfAttention


class MetabolicMultiHeadAttention(SelfAttention):
    """Self-attention in which each kind of node has its own projections and S weighs the scores.

        p = softmax_e( Q_kind(i) x_i · K_kind(e) x_e / sqrt(dim / heads) + u · z_e ),
        z_e = (sign S, ln|S|, reversible, kind of the edge)

    so that a head weighs an edge by a learned power of |S|. Kinds of nodes as in Hu et al. 2020 (HGT). S is a
    bias and never a mask: what is no edge has no weight, whatever its coefficient would be.

    Args:
        dim: features of a node.
        heads: how many heads.
        project: how kinds of nodes are told apart: `KindProjection`, `KindEmbedding`, or `SharedProjection` for
            not at all.
        bias: what weighs the scores; stoichiometry and edge kind where not given.
        features: what keys and values hear of an edge besides.
        hidden: width of the feed-forward layer; 4 dim where not given.
        dropout: share of weights and of what is added to the nodes that is dropped in training.
    """

    def __init__(
        self,
        dim: int,
        heads: int = 8,
        *,
        project: NodeProjection = KindProjection,
        bias: EdgeBias | None = None,
        features: EdgeEncoding | None = None,
        hidden: int | None = None,
        dropout: float = 0.0,
    ):
        bias = EdgeBias(heads, Stoichiometry(), EdgeKinds()) if bias is None else bias
        options = {"features": features, "hidden": hidden, "dropout": dropout}
        super().__init__(dim, heads, project=project, bias=bias, **options)
