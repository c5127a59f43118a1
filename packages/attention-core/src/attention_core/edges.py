"""Multi-head attention along the edges of a graph."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from attention_core.checks import check_dropout, check_heads
from attention_core.edge_functional import EdgeFeatures, allowed_edges, attend_edges, used_nodes
from attention_core.edge_map import edge_bias, edge_mask
from attention_core.errors import AttentionError
from attention_core.maps import Attended
from attention_core.masking import silence
from attention_core.sorted_edges import SortedEdges


class EdgeAttention(nn.Module):
    """Each node attends to the nodes at the other end of its edges.

        values_i = [head_1 … head_h],   head = Σ_e p_e (V x_e + W f_e),
        p = softmax_e( Q x_i · (K x_e + W f_e) / sqrt(head_dim) + b_e )

    Shi et al. 2021. This is PyG's `TransformerConv(…, root_weight=False)`, with parameters of the same names;
    its state dict loads with `strict=False`, for it holds a root weight that is not used. With that weight it
    is `RootedEdgeAttention`; the mean over heads (`concat=False`) is
    `values.unflatten(-1, (heads, -1)).mean(-2)`. Dropout acts on the weights used in training; the map is of
    the undropped weights. `torch.compile(fullgraph=True)` takes edges that an earlier call has sorted.

    Args:
        dim: features of a query.
        heads: how many heads.
        head_dim: width of a head; `dim / heads` where not given.
        key_dim: features of a key; those of a query where not given.
        value_dim: features of a value; those of a key where not given.
        edge_dim: features of an edge; none where not given.
        dropout: share of the weights that are dropped.
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        *,
        head_dim: int | None = None,
        key_dim: int | None = None,
        value_dim: int | None = None,
        edge_dim: int | None = None,
        dropout: float = 0.0,
    ):
        super().__init__()
        if head_dim is None:
            check_heads(dim, heads)
        check_dropout(dropout)
        width = dim if head_dim is None else heads * head_dim
        key_dim = dim if key_dim is None else key_dim
        self.heads = heads
        self.dropout = dropout
        self.lin_query = nn.Linear(dim, width)
        self.lin_key = nn.Linear(key_dim, width)
        self.lin_value = nn.Linear(key_dim if value_dim is None else value_dim, width)
        self.lin_edge = None if edge_dim is None else nn.Linear(edge_dim, width, bias=False)

    def forward(
        self,
        query: Float[Tensor, "*batch queries dim"],
        edges: SortedEdges | Int[Tensor, "2 edges"],
        key: Float[Tensor, "*batch keys key_dim"] | None = None,
        value: Float[Tensor, "*batch keys value_dim"] | None = None,
        *,
        features: Float[Tensor, "edges edge_dim"] | None = None,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
    ) -> Attended:
        """Attend from query to key along edges; key is the query, and value the key, where not given.

        Plain edges, keys in row 0 and queries in row 1, are sorted at every call, `SortedEdges` once. Mask and
        bias are `[edges]` or broadcastable to `[*batch, edges, heads]`. Nodes and edge features that take part
        in no allowed edge may hold NaN or infinity. The map is `EdgeMap`.

        Raises:
            AttentionError: if shapes, dtypes or devices do not belong together.
        """
        key = query if key is None else key
        value = key if value is None else value
        if not isinstance(edges, SortedEdges):
            edges = SortedEdges(edges, query.shape[-2], key.shape[-2])
        self._check(query, edges, key, value, features)
        shape = (*query.shape[:-2], len(edges), self.heads)
        mask = None if mask is None else edge_mask(mask, shape, query.device)
        bias = None if bias is None else edge_bias(bias, shape, query.device)
        query, key, value = _without_unused(query, key, value, edges, allowed_edges(mask, bias))
        values, attention = attend_edges(
            self._split(self.lin_query(query)),
            self._split(self.lin_key(key)),
            self._split(self.lin_value(value)),
            edges,
            features=self._edge_features(features),
            mask=mask,
            bias=bias,
            dropout=self.dropout if self.training else 0.0,
        )
        return Attended(values.transpose(-2, -3).flatten(-2), attention)

    def extra_repr(self) -> str:
        """Sides for the printed module."""
        return f"dim={self.lin_query.in_features}, heads={self.heads}, dropout={self.dropout}"

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(-2, -3)

    def _edge_features(self, features: Tensor | None) -> EdgeFeatures | None:
        if features is None or self.lin_edge is None:
            return None
        return EdgeFeatures(features, self.lin_edge.weight.unflatten(0, (self.heads, -1)))

    def _check(
        self, query: Tensor, edges: SortedEdges, key: Tensor, value: Tensor, features: Tensor | None
    ) -> None:
        linears = (self.lin_query, self.lin_key, self.lin_value)
        for name, tokens, linear in zip(("query", "key", "value"), (query, key, value), linears, strict=True):
            nodes = edges.queries if name == "query" else edges.keys
            expected = (*query.shape[:-2], nodes, linear.in_features)
            if tokens.ndim < 2 or tuple(tokens.shape) != expected:
                raise AttentionError(
                    f"{name} has shape {list(tokens.shape)}; expected [*batch, {nodes}, {linear.in_features}]"
                    f" for {edges!r}."
                )
        edge_dim = 0 if self.lin_edge is None else self.lin_edge.in_features
        if (features is None) != (self.lin_edge is None):
            raise AttentionError(
                f"features are {'missing' if features is None else 'given'} and the layer has edge_dim"
                f" {edge_dim or None}; give both or none."
            )
        if features is not None and tuple(features.shape) != (len(edges), edge_dim):
            raise AttentionError(
                f"features have shape {list(features.shape)}; expected [{len(edges)}, {edge_dim}]."
            )


class RootedEdgeAttention(EdgeAttention):
    """Edge attention, beside what each node says itself.

        values_i = m_i + S x_i,   gated: β_i S x_i + (1 − β_i) m_i,   β_i = σ(w · [m_i, S x_i, m_i − S x_i])

    m_i are the values of `EdgeAttention`. The default of PyG's `TransformerConv`, gated its `beta=True`; its
    state dict loads as it is. Queries must be finite, also those without edges.
    """

    def __init__(self, dim: int, heads: int, *, gated: bool = False, **options):
        super().__init__(dim, heads, **options)
        width = self.lin_query.out_features
        self.lin_skip = nn.Linear(dim, width)
        self.lin_beta = nn.Linear(3 * width, 1, bias=False) if gated else None

    def forward(self, query: Float[Tensor, "*batch queries dim"], *given, **options) -> Attended:
        """Attend as `EdgeAttention` does, and add or mix in the node itself."""
        found, attention = super().forward(query, *given, **options)
        own = self.lin_skip(query)
        if self.lin_beta is None:
            return Attended(found + own, attention)
        gate = self.lin_beta(torch.cat([found, own, found - own], -1)).sigmoid()
        return Attended(gate * own + (1 - gate) * found, attention)


def _without_unused(
    query: Tensor, key: Tensor, value: Tensor, edges: SortedEdges, allowed: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Zeros for nodes without edges: before the projection, or NaN would reach the gradient of its weights."""
    attending, attended = edges.linked
    if allowed is not None:
        attending, attended = (used.any(-2) for used in used_nodes(edges, allowed))
    if key is query:
        attending = attended = _either(attending, attended)
    quiet_query = _quiet(query, attending)
    quiet_key = quiet_query if key is query else _quiet(key, attended)
    return quiet_query, quiet_key, quiet_key if value is key else _quiet(value, attended)


def _quiet(nodes: Tensor, used: Tensor | None) -> Tensor:
    return nodes if used is None else silence(nodes, used)


def _either(attending: Tensor | None, attended: Tensor | None) -> Tensor | None:
    if attending is None or attended is None:
        return None
    used = attending | attended
    return None if used.all() else used
