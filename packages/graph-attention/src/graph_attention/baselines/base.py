"""What every baseline offers, and what it learns from."""

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.predictions import Prediction
from graph_attention.truth.medium_set import MediumSet

Rows = Int[np.ndarray, " rows"]
GROWTH_ALONE = ("growth",)
EVERYTHING = ("growth", "flux", "producers")


@runtime_checkable
class Labelled(Protocol):
    """Media with their growth, and with their fluxes where these are known: a `FluxDataset` or a `GrowthTable`."""

    @property
    def graph(self) -> MetabolicGraph:
        """The network."""
        ...

    @property
    def media(self) -> MediumSet:
        """What was offered."""
        ...

    @property
    def growth(self) -> Float[np.ndarray, " media"]:
        """Per hour."""
        ...

    @property
    def flux(self) -> Float[np.ndarray, "media reactions"] | None:
        """In mmol/gDW/h; None where only growth was measured."""
        ...


class Baseline(ABC):
    """A prediction without a graph model; settings are its fields, and the same seed gives the same numbers."""

    name: ClassVar[str]
    sees: ClassVar[str]
    """What it is told of a medium, in words."""
    says: ClassVar[tuple[str, ...]]
    """What it predicts out of growth, flux and producers; a table of growth alone teaches growth alone."""

    @property
    def fewest(self) -> int:
        """How many media it needs to learn anything of them."""
        return 0

    def check(self, dataset: Labelled, rows: Rows) -> None:
        """Raise MetabolicError where these rows are too few to learn from."""
        if len(rows) < self.fewest:
            raise MetabolicError(
                f"{self.name} needs {self.fewest} media to learn from; got {len(rows)} of the "
                f"{len(dataset.media)} with {len(dataset.media.nutrients)} sources: give more media, hold out a "
                "smaller share of the sources, or take another baseline"
            )

    @abstractmethod
    def fit(self, dataset: Labelled, rows: Rows, seed: int = 0) -> "Baseline":
        """Learn from these rows and no others.

        Raises:
            MetabolicError: they are fewer than `fewest`, or all the same to what it sees.
        """

    @abstractmethod
    def predict(self, dataset: Labelled, rows: Rows) -> Prediction:
        """What it says of these rows; their labels are not looked at."""
