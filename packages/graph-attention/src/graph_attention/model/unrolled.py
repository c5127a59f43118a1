"""The unrolled steps of a transformer by themselves: what the algorithm reaches before anything is learned."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from graph_attention.baselines.base import EVERYTHING, Baseline, Labelled, Rows
from graph_attention.baselines.targets import shared
from graph_attention.model.factory import transformer_of
from graph_attention.predictions import Prediction
from graph_attention.truth.recipes import GROWS
from graph_attention.truth.splits import producer_splits

if TYPE_CHECKING:
    from graph_attention.configuration import ModelConfig
    from graph_attention.model.transformer import MetabolicTransformer

CHUNK = 16


@dataclass
class Unrolled(Baseline):
    """A transformer in which attention proposes nothing: as many steps towards fastest growth, and no training.

    Growth is the flux of the objective reaction, splits are those of the fluxes. Of the training media it takes
    the usual size of each flux alone, as the transformer does.
    """

    config: "ModelConfig"
    model: "MetabolicTransformer | None" = field(default=None, repr=False)

    name: ClassVar[str] = "unrolled"
    sees: ClassVar[str] = "the medium, the network and its objective, and the usual size of each flux"
    says: ClassVar[tuple[str, ...]] = EVERYTHING

    def fit(self, dataset: Labelled, rows: Rows, seed: int = 0) -> "Unrolled":
        """Measure the usual size of each flux."""
        typical = None if dataset.flux is None else np.sqrt(np.square(dataset.flux[rows]).mean(0))
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            # Its heads begin at zero, so that what it has drawn at random has no say in the fluxes.
            self.model = transformer_of(dataset.graph, self.config, typical=typical).eval()
        return self

    @torch.no_grad()
    def predict(self, dataset: Labelled, rows: Rows) -> Prediction:
        """Take the steps."""
        assert self.model is not None
        uptake = torch.from_numpy(dataset.media.uptake[rows]).float()
        flux = torch.cat([self.model(each).flux for each in uptake.split(CHUNK)]).double().numpy()
        growth = np.maximum(flux[:, dataset.graph.biomass], 0)
        edges, shares = producer_splits(dataset.graph, flux)
        shares = shared(np.nan_to_num(shares), edges.metabolite)
        return Prediction(growth, growth / (growth + GROWS), flux, shares)
