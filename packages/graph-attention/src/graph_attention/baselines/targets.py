"""Growth, fluxes and splits of training media as the columns that an estimator learns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from graph_attention.baselines.base import Labelled, Rows
from graph_attention.metrics import VARIES, per_metabolite, signed_log
from graph_attention.predictions import Prediction
from graph_attention.truth.splits import producer_splits


@dataclass(frozen=True, eq=False)
class Targets:
    """Growth, and the signed log fluxes and producer shares that vary over the training media.

    What does not vary keeps its training mean. A share over a metabolite that nothing made counts as the mean of
    those in which it was made, or as equal shares where it never was.
    """

    growth: Float[np.ndarray, " rows"]
    flux: Float[np.ndarray, "rows reactions"]
    shares: Float[np.ndarray, "rows edges"]
    metabolite: Int[np.ndarray, " edges"]

    @classmethod
    def of(cls, dataset: Labelled, rows: Rows, says: Sequence[str]) -> "Targets":
        """Those of the rows; growth alone where nothing else is said or known."""
        growth = dataset.growth[rows]
        if dataset.flux is None or "flux" not in says:
            none = np.zeros((len(rows), 0))
            return cls(growth, none, none, np.array([], dtype=np.int64))
        edges, shares = producer_splits(dataset.graph, dataset.flux[rows])
        metabolite = edges.metabolite
        return cls(growth, signed_log(dataset.flux[rows]), _completed(shares, metabolite), metabolite)

    @property
    def columns(self) -> Float[np.ndarray, "rows targets"]:
        """What is learned beside growth."""
        return np.column_stack([self.flux[:, self._flows], self.shares[:, self._splits]])

    @property
    def _flows(self) -> Bool[np.ndarray, " reactions"]:
        return self.flux.std(0) > VARIES

    @property
    def _splits(self) -> Bool[np.ndarray, " edges"]:
        return self.shares.std(0) > VARIES

    def prediction(
        self,
        growth: Float[np.ndarray, " asked"],
        grows: Float[np.ndarray, " asked"],
        columns: Float[np.ndarray, "asked targets"],
    ) -> Prediction:
        """Predicted columns as growth, flux and shares; growth is not negative, shares are not and sum to one."""
        growth = np.maximum(growth, 0)
        if not self.flux.shape[1]:
            return Prediction(growth, grows)
        reactions = int(self._flows.sum())
        flux = _filled(self.flux.mean(0), self._flows, columns[:, :reactions])
        shares = _filled(self.shares.mean(0), self._splits, columns[:, reactions:])
        flux = np.sign(flux) * np.expm1(np.abs(flux))
        return Prediction(growth, grows, flux, shared(shares, self.metabolite))


def shared(
    weights: Float[np.ndarray, "rows edges"], metabolite: Int[np.ndarray, " edges"]
) -> Float[np.ndarray, "rows edges"]:
    """Weights as shares of each metabolite: negative ones are 0, and equal shares stand where all are."""
    positive = np.maximum(weights, 0)
    _, index = np.unique(metabolite, return_inverse=True)
    total = per_metabolite(positive, metabolite)[:, index]
    equal = 1 / np.bincount(index)[index]
    return np.where(total > 0, positive / np.where(total > 0, total, 1), equal)


def _completed(
    shares: Float[np.ndarray, "rows edges"], metabolite: Int[np.ndarray, " edges"]
) -> Float[np.ndarray, "rows edges"]:
    made = ~np.isnan(shares)
    known = np.where(made, shares, 0).sum(0) / np.maximum(made.sum(0), 1)
    return np.where(made, shares, shared(known[None], metabolite))


def _filled(
    mean: Float[np.ndarray, " all"], varies: Bool[np.ndarray, " all"], predicted: np.ndarray
) -> Float[np.ndarray, "asked all"]:
    found = np.tile(mean, (len(predicted), 1))
    found[:, varies] = predicted
    return found
