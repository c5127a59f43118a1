"""The claims that were made for object tokens and attention between them, and how each is tested. Imports no torch.

With five pairs no permutation of signs is rarer than 0.0625, so that verdicts rest on Student's intervals over
networks.
"""

from object_persistence.claims.attention import PREFERENCE, SUPERVISION
from object_persistence.claims.performance import ABOVE_BASELINES, WHAT_HELPS
from object_persistence.claims.sets import WHOLE_SETS

CLAIMS = (ABOVE_BASELINES, PREFERENCE, WHAT_HELPS, SUPERVISION, WHOLE_SETS)
"""All of them, by number."""

__all__ = ["CLAIMS"]
