"""The edges of a metabolic network, one for each nonzero of its stoichiometry."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True, eq=False)
class MetabolicEdges:
    """Which metabolite takes part in which reaction, by metabolite and then by reaction.

    A negative coefficient marks a substrate and a positive one a product, for the reaction as it is written.
    """

    metabolite: Int[np.ndarray, " edges"]
    reaction: Int[np.ndarray, " edges"]
    coefficient: Float[np.ndarray, " edges"]
    reversible: Bool[np.ndarray, " edges"]
    """Whether the reaction may run both ways, so that a substrate may also be made."""

    def __len__(self) -> int:
        """How many edges there are."""
        return len(self.coefficient)
