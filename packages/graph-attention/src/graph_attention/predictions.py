"""What a model or a baseline says of some media."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from graph_attention.errors import MetabolicError


@dataclass(frozen=True)
class Prediction:
    """Growth of some media, and what else is said of them; None where nothing is.

    `growth` is in 1/h, `flux` in mmol/gDW/h, `producers` the share of each metabolite that each of its producers
    makes, in the order of the edges of `producer_splits`.

    Raises:
        MetabolicError: something that is said is not finite.
    """

    growth: Float[np.ndarray, " media"]
    grow_probability: Float[np.ndarray, " media"]
    flux: Float[np.ndarray, "media reactions"] | None = None
    producers: Float[np.ndarray, "media edges"] | None = None

    def __post_init__(self):
        for name, part in self.parts.items():
            if bad := int((~np.isfinite(part)).sum()):
                raise MetabolicError(f"{name}: expected finite predictions; {bad} of {part.size} are not")

    def __len__(self) -> int:
        return len(self.growth)

    @property
    def parts(self) -> dict[str, np.ndarray]:
        """What is said, by name."""
        return {name: part for name, part in vars(self).items() if part is not None}
