"""How alike conditions are: in what is attended to, and in what flows."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from graph_attention.assays.strata import standardised
from graph_attention.pictures.attended import AttendedNetwork

Square = Float[np.ndarray, "media media"]


def alike(values: Float[np.ndarray, "media reactions"]) -> Square:
    """Spearman's ρ between every two media, over the reactions known in all of them."""
    ranks = standardised(values[:, np.isfinite(values).all(0)])
    return np.clip(ranks @ ranks.T, -1.0, 1.0)


def condition_similarity(
    seen: AttendedNetwork, control: AttendedNetwork | None = None
) -> Mapping[str, Square]:
    """Of attention received by reactions, of their |flux|, and of the attention of an untrained model."""
    reactions = slice(len(seen.graph.metabolites), None)
    found = {"attention": alike(seen.received()[:, reactions]), "|flux|": alike(np.abs(seen.flux))}
    if control is not None:
        found["untrained"] = alike(control.received()[:, reactions])
    return found
