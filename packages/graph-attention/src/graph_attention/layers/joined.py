"""Attention along edges, by stoichiometry and between conditions, joined."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from attention_core import AttentionAggregator, AttentionMap
from graph_attention.errors import MetabolicError
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.condition_map import ConditionLabels, ConditionMap
from graph_attention.layers.conditions import ConditionCrossAttention
from graph_attention.layers.metabolic import MetabolicMultiHeadAttention
from graph_attention.layers.self_attention import SelfAttention

JOINED = ("self", "metabolic", "conditions")


@dataclass(frozen=True)
class Joined:
    """Nodes of all conditions, the map of each attention, and how much each counted where."""

    values: Float[Tensor, "*batch conditions nodes dim"]
    along_edges: AttentionMap
    """`[*batch, conditions, heads, nodes, nodes]`."""
    metabolic: AttentionMap
    """`[*batch, conditions, heads, nodes, nodes]`."""
    between_conditions: ConditionMap
    """`[*batch, nodes, heads, conditions, conditions]`."""
    importance: AttentionMap
    """`[*batch, conditions, 1, nodes, 3]`, over `JOINED`."""
    node_ids: tuple[str, ...]

    def importance_of(self, node: str) -> dict[str, Float[Tensor, "*batch conditions"]]:
        """How much each attention counted for a node; the three sum to one.

        Raises:
            MetabolicError: if there is no such node.
        """
        if node not in self.node_ids:
            some = ", ".join(self.node_ids[:3])
            raise MetabolicError(f"expected a node among {len(self.node_ids)}, such as {some}; got {node!r}")
        row = self.importance.rows(self.node_ids.index(node))[..., 0, 0, :]
        return dict(zip(JOINED, row.unbind(-1), strict=True))


class JoinedAttention(nn.Module):
    """Each node weighs for itself what it found along edges, by stoichiometry, and in other conditions.

        y_cn = Σ_k a_kcn y^k_cn,   k over self-attention, metabolic attention and cross-attention of conditions

    with attention_core's `AttentionAggregator` for a (Wang et al. 2019, HAN). The three see the same nodes and
    stand side by side.
    """

    def __init__(
        self,
        along_edges: SelfAttention,
        metabolic: MetabolicMultiHeadAttention,
        between_conditions: ConditionCrossAttention,
        dim: int,
    ):
        super().__init__()
        self.along_edges = along_edges
        self.metabolic = metabolic
        self.between_conditions = between_conditions
        self.join = AttentionAggregator(dim, len(JOINED))

    def forward(
        self,
        conditions: Float[Tensor, "*batch conditions nodes dim"],
        edges: AttentionEdges,
        *,
        labels: ConditionLabels | None = None,
    ) -> Joined:
        """Attend in three ways, and join; all conditions share the edges of one network."""
        first, along_edges = self.along_edges(conditions, edges)
        second, metabolic = self.metabolic(conditions, edges)
        third, between = self.between_conditions(conditions, labels=labels)
        values, importance = self.join([first, second, third])
        return Joined(values, along_edges, metabolic, between, importance, edges.node_ids)
