"""Flux balance analysis as a baseline: what made the labels."""

from typing import ClassVar

import numpy as np

from graph_attention.baselines.base import EVERYTHING, Baseline, Labelled, Rows
from graph_attention.baselines.targets import shared
from graph_attention.predictions import Prediction
from graph_attention.truth.flux_balance import pfba
from graph_attention.truth.recipes import GROWS
from graph_attention.truth.splits import producer_splits


class FluxBalance(Baseline):
    """Parsimonious flux balance analysis of each medium; nothing is learned.

    It generated the labels of a `FluxDataset`, so there its scores are the ceiling and say that nothing was lost on
    the way; of measured growth it is a prediction like any other.
    """

    name: ClassVar[str] = "fba"
    sees: ClassVar[str] = "the medium and the network; it generated computed labels"
    says: ClassVar[tuple[str, ...]] = EVERYTHING

    def fit(self, dataset: Labelled, rows: Rows, seed: int = 0) -> Baseline:
        """Nothing to learn."""
        return self

    def predict(self, dataset: Labelled, rows: Rows) -> Prediction:
        """Solve each medium anew."""
        solved = [pfba(dataset.graph, dataset.media[row]) for row in rows]
        growth = np.array([each.growth for each in solved])
        flux = np.stack([each.flux for each in solved])
        edges, shares = producer_splits(dataset.graph, flux)
        shares = shared(np.nan_to_num(shares), edges.metabolite)
        return Prediction(growth, (growth > GROWS).astype(float), flux, shares)
