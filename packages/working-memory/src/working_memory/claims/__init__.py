"""The claims that were made for attention in working memory, and how each is tested. Imports no torch.

Spatial attention and channel gates stand for attention, each against the pooled baseline, in pairs of one seed. With
five pairs no permutation of signs is rarer than 0.0625, so that verdicts rest on Student's intervals over networks.
"""

from working_memory.claims.codes import (
    CHRONOLOGY,
    DISTINCTNESS,
    IRRELEVANT,
    ORTHOGONALISATION,
    RECONSTRUCTION,
    ROTATION,
)
from working_memory.claims.looking import FAILURES, FOCUS
from working_memory.claims.performance import ACCURACY, CONVERGENCE, COSTS, GENERALISATION

CLAIMS = (
    CONVERGENCE,
    ACCURACY,
    GENERALISATION,
    IRRELEVANT,
    ORTHOGONALISATION,
    DISTINCTNESS,
    ROTATION,
    RECONSTRUCTION,
    CHRONOLOGY,
    FOCUS,
    FAILURES,
    COSTS,
)
"""All of them, by number."""

__all__ = ["CLAIMS"]
