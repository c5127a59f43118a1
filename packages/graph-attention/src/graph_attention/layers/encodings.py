"""What an edge tells attention: stoichiometry, kind, pathway; as features or as a bias on the scores."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from graph_attention.errors import MetabolicError
from graph_attention.layers.attention_edges import AttentionEdges
from graph_attention.layers.network_edges import EDGE_KINDS


class EdgeEncoding(nn.Module):
    """A module that knows something of every edge, in `width` numbers."""

    width: int

    def forward(self, edges: AttentionEdges) -> Float[Tensor, "edges width"]:
        """What it knows."""
        raise NotImplementedError


class Stoichiometry(EdgeEncoding):
    """Sign of S, ln|S|, and whether the reaction may run both ways. Has no parameters."""

    width = 3

    def forward(self, edges: AttentionEdges) -> Float[Tensor, "edges 3"]:
        """The three numbers of each edge."""
        return edges.stoichiometry


class EdgeKinds(EdgeEncoding):
    """Substrate or product, seen from either end, or the node itself: one column each. Has no parameters."""

    width = len(EDGE_KINDS)

    def forward(self, edges: AttentionEdges) -> Float[Tensor, "edges kinds"]:
        """1 in the column of the edge's kind."""
        return edges.kinds


class Pathways(EdgeEncoding):
    """A learned vector for the pathway of the edge's reaction, and the share of the metabolite's reactions in it.

    Pathways are known by name, so that the vectors serve every network that has no others; where a metabolite
    attends itself there is a vector for no pathway.

    Args:
        names: the pathways that have a vector, `AttentionEdges.pathways` of the largest network.
        dim: numbers in a vector.
    """

    def __init__(self, names: Sequence[str], dim: int = 4):
        super().__init__()
        self.names = tuple(names)
        self.width = dim + 1
        self.vectors = nn.Embedding(len(self.names) + 1, dim)

    def forward(self, edges: AttentionEdges) -> Float[Tensor, "edges width"]:
        """Vector and share of each edge.

        Raises:
            MetabolicError: if a pathway of the network has no vector.
        """
        vectors = self.vectors(self._places(edges)[edges.pathway])
        return torch.cat([vectors, edges.share.unsqueeze(-1).to(vectors.dtype)], -1)

    def _places(self, edges: AttentionEdges) -> Tensor:
        known = {name: place for place, name in enumerate(self.names)}
        unknown = [name for name in edges.pathways if name not in known]
        if unknown:
            raise MetabolicError(
                f"expected pathways among the {len(known)} that have a vector; got {len(unknown)} others:"
                f" {', '.join(unknown[:5])}: make Pathways with the names of both networks"
            )
        places = [*(known[name] for name in edges.pathways), len(known)]
        return torch.tensor(places, device=edges.pathway.device)

    def extra_repr(self) -> str:
        """How many pathways."""
        return f"pathways={len(self.names)}"


class Encodings(EdgeEncoding):
    """Several encodings side by side."""

    def __init__(self, *encodings: EdgeEncoding):
        super().__init__()
        if not encodings:
            raise MetabolicError("expected at least one encoding of edges; got none: leave the argument out")
        self.encodings = nn.ModuleList(encodings)
        self.width = sum(encoding.width for encoding in encodings)

    def forward(self, edges: AttentionEdges) -> Float[Tensor, "edges width"]:
        """All that they know of each edge."""
        return torch.cat([encoding(edges) for encoding in self.encodings], -1)


class EdgeBias(nn.Module):
    """b_e = U z_e for each head, with what encodings know of the edge as z_e.

    With `EdgeKinds` this is a learned number per kind and head, with `Stoichiometry` a weighting of the scores
    by ln|S|, which multiplies an edge's weight by a learned power of |S|.
    """

    def __init__(self, heads: int, *encodings: EdgeEncoding):
        super().__init__()
        self.encoding = Encodings(*encodings)
        self.slopes = nn.Linear(self.encoding.width, heads, bias=False)

    def forward(self, edges: AttentionEdges) -> Float[Tensor, "edges heads"]:
        """The bias of each edge and head."""
        return self.slopes(self.encoding(edges).to(self.slopes.weight.dtype))
