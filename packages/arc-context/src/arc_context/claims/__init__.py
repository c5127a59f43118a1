"""The claims that were made for looking support pixels up, and how each is tested. Imports no torch.

With five pairs no permutation of signs is rarer than 0.0625, so that verdicts rest on Student's intervals over
networks.
"""

from arc_context.claims.anchors import DECOUPLING
from arc_context.claims.attention import ATTENDS, GRADIENTS
from arc_context.claims.context import BEATS_FILM, COLLAPSE
from arc_context.claims.others import TRM

CLAIMS = (BEATS_FILM, COLLAPSE, ATTENDS, GRADIENTS, DECOUPLING, TRM)
"""All of them, by number."""

__all__ = ["CLAIMS"]
