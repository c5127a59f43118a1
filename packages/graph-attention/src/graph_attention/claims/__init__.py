"""The claims that were made for attention on metabolic networks, and how each is tested. Imports no torch.

With five pairs no permutation of signs is rarer than 0.0625, so that verdicts rest on Student's intervals over
networks.
"""

from graph_attention.claims.attention import CENTRALITY, CONTRASTS, FLUX
from graph_attention.claims.growth import GROWTH
from graph_attention.claims.performance import HEADS, KINDS, PATHWAYS, SCALING, STOICHIOMETRY

CLAIMS = (
    SCALING,
    PATHWAYS,
    STOICHIOMETRY,
    KINDS,
    CONTRASTS,
    HEADS,
    CENTRALITY,
    FLUX,
    GROWTH,
)
"""All of them, by number."""

__all__ = ["CLAIMS"]
