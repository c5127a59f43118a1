"""A medium as numbers that estimators take."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from graph_attention.truth.medium_set import MediumSet

Inputs = Literal["uptake", "composition", "both"]


def inputs_of(
    media: MediumSet, rows: np.ndarray, which: Inputs = "both"
) -> Float[np.ndarray, "rows features"]:
    """The largest uptake of every exchange (mmol/gDW/h), what the chosen sources are made of, or both.

    Composition is the uptake-weighted count of C, H, N, O, P and S in the formulas of the chosen sources, how many
    were chosen, and whether there is oxygen: what an estimator can know of a nutrient that it never saw.
    """
    uptake = media.uptake[rows]
    if which == "uptake":
        return uptake
    chosen = media.chosen[rows].sum(1)
    composition = np.column_stack([media.composition[rows], chosen, media.aerobic[rows]])
    return composition if which == "composition" else np.column_stack([uptake, composition])
