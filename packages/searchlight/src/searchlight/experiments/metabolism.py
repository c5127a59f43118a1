"""Growth and fluxes of a metabolic network on media, as the integration layer sees them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import torch
from jaxtyping import Float
from torch import Tensor, nn

from analysis import Measure, Run
from graph_attention.assays import ASSAYS
from graph_attention.baselines import make_baseline
from graph_attention.baselines.base import Baseline
from graph_attention.claims import CLAIMS
from graph_attention.configuration import UNROLLED, LossConfig
from graph_attention.dataset_of import dataset_of
from graph_attention.errors import MetabolicError
from graph_attention.metrics import FLUX_Q2, GROWTH_Q2, MEASURES, flux_q2
from graph_attention.model.factory import transformer_of
from graph_attention.model.losses import MultiTaskLoss, Spread
from graph_attention.model.unrolled import Unrolled
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network_of import whole_network
from graph_attention.predictions import Prediction
from graph_attention.trials import Reference, measured, trials_table
from graph_attention.truth.conditions import condition_growths
from graph_attention.truth.dataset import FluxDataset
from graph_attention.truth.growth_table import GrowthTable
from graph_attention.truth.holding_out import sizes
from graph_attention.truth.linear_program import OPTIMAL
from graph_attention.truth.splits import producer_splits
from searchlight.experiments import metabolism_interventions
from searchlight.experiments.arms import Arm, Fitted
from searchlight.experiments.base import Evaluation, Experiment, Facts, Inspection
from searchlight.experiments.joining import join
from searchlight.experiments.metabolism_maps import stored_maps
from searchlight.training import Batch, Batches

TRAIN = "train"
VALIDATION = ("validation/nutrient", "validation/medium")
EVALUATED = (*VALIDATION, "test/nutrient", "test/medium")
OF_TRIALS = tuple(measure for measure in MEASURES if measure != FLUX_Q2)
"""Measures that need no more than a row per medium."""
CHUNK = 16
ADVICE = {
    "familiar-far-above-held-out": "More media (--media.count) of more sources (--media.most-sources) differ more.",
    "too-few-trials": "Every split has its share of --media.count.",
}


class Metabolism(Experiment):
    """Media for a network; tell how fast cells grow there, and along which reactions."""

    system = "metabolism"
    measures = MEASURES
    training_split = "validation/medium"
    selected_on = "validation/nutrient"
    chosen_by = "the mean of growth_q2, flux_r2 and 1 - split_tv, of what it learns, on validation/nutrient"
    reported_on = "test/nutrient"
    advice = ADVICE
    held_against = metabolism_interventions.CONTROLS
    assays = ASSAYS
    claims = CLAIMS

    @property
    def interventions(self) -> tuple[str, ...]:
        """What may be taken away or changed."""
        return metabolism_interventions.possible(self)

    @property
    def inspected(self) -> tuple[str, ...]:
        """The named conditions, as the trained model and an untrained one see them, and its test media."""
        return () if self.is_baseline else (*self.controls, "conditions", "untrained_conditions")

    @cached_property
    def dataset(self) -> FluxDataset | GrowthTable:
        """Every medium with its growth, and its fluxes where they are known, on the pruned network."""
        return dataset_of(self.config, self.cache, self.report)

    @property
    def graph(self) -> MetabolicGraph:
        """The pruned network."""
        return self.dataset.graph

    @cached_property
    def splits(self) -> dict[str, np.ndarray]:
        """Rows of the data set by split."""
        media = self.config.media
        return self.dataset.media.split(seed=media.seed, held_out=media.held_out)

    @cached_property
    def reference(self) -> Reference:
        """What is known of the training media alone: mean growth, mean fluxes, which splits depend on the medium."""
        return Reference.of(self.dataset, self.splits[TRAIN])

    @cached_property
    def flux(self) -> Float[np.ndarray, "media reactions"]:
        """In mmol/gDW/h; zeros where only growth was measured, and nothing learns from them."""
        known = self.dataset.flux
        return np.zeros((len(self.dataset), len(self.graph.reactions))) if known is None else known

    @cached_property
    def producers(self) -> Float[np.ndarray, "media edges"]:
        """The share of each metabolite that each of its producers makes; NaN where nothing does."""
        return producer_splits(self.graph, self.flux)[1]

    @property
    def learned(self) -> LossConfig:
        """What counts in the loss: of measured growth alone, growth alone."""
        known = self.dataset.flux is not None
        return self.config.loss if known else replace(self.config.loss, flux=0.0, split=0.0)

    def prepare(self) -> None:
        """Read and prune the network, label the media.

        Raises:
            MetabolicError: there is nothing to train on, too little for a baseline, or no held-out nutrient.
        """
        for split in (TRAIN, "validation/nutrient", "test/nutrient"):
            if not len(self.splits[split]):
                raise MetabolicError(f"{sizes(self.splits)}; give more media: {split} needs some")
        if self.is_baseline:
            self.baseline().check(self.dataset, self.splits[TRAIN])
        _ = self.reference

    def data_hash(self) -> str:
        """SHA-256 over network, media, labels and splits."""
        seen = hashlib.sha256(f"{self.graph.fingerprint} {self.dataset.media.fingerprint}".encode())
        for array in (self.dataset.growth, self.flux, *self.splits.values()):
            seen.update(np.ascontiguousarray(array).tobytes())
        return seen.hexdigest()

    def introduction(self) -> Sequence[Facts]:
        """Growth of the whole network on glucose, acetate and lactose, beside what they take up."""
        return (conditions_table(whole_network(self.config.network, self.cache)),)

    def arm(self) -> Arm | Fitted:
        """The transformer with its loss, or the baseline."""
        if self.is_baseline:
            baseline, train = self.baseline(), self.splits[TRAIN]
            return Fitted(baseline, lambda: baseline.fit(self.dataset, train, self.seed), self.validate)
        per_epoch = len(self.splits[TRAIN]) // self.batch_size
        return Arm(self.model(), self.loss, Batches(per_epoch, self.draw), self.validate)

    def baseline(self) -> Baseline:
        """The unfitted baseline."""
        model = self.config.model
        return (
            Unrolled(model)
            if model.kind == UNROLLED
            else make_baseline(model.kind, **self.config.baseline.given)
        )

    @property
    def batch_size(self) -> int:
        """Media of a step; all of them where there are fewer than asked for."""
        return min(self.config.training.batch_size, len(self.splits[TRAIN]))

    def model(self) -> nn.Module:
        """The untrained transformer of this seed."""
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            rows = self.splits[TRAIN]
            growth, flux = self.dataset.growth[rows], self.flux[rows]
            typical = None if self.dataset.flux is None else np.sqrt(np.square(flux).mean(0))
            model = transformer_of(self.graph, self.config.model, typical=typical)
            # A part of the model, so that what it learns is trained and kept with the rest.
            model.add_module("learned_loss", MultiTaskLoss(self.learned, Spread.of(growth, flux)))
            return model

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Growth, fluxes, splits and growth or none together, with the stated weights."""
        return model.get_submodule("learned_loss")(model, batch)

    def draw(self, epoch: int) -> Iterator[Batch]:
        """The training media in an order of the epoch's own; the last, too few for a batch, sit this epoch out."""
        rows = np.random.default_rng((self.seed, epoch)).permutation(self.splits[TRAIN])
        for start in range(0, len(rows) - self.batch_size + 1, self.batch_size):
            yield self.batch(rows[start : start + self.batch_size])

    def batch(self, rows: np.ndarray) -> Batch:
        """Some media as tensors."""
        growth = torch.from_numpy(self.dataset.growth[rows]).float()
        return {
            "ids": torch.from_numpy(rows),
            "uptake": self.uptake(rows),
            "growth": growth,
            "grows": torch.from_numpy(self.dataset.grows[rows]).float(),
            "flux": torch.from_numpy(self.flux[rows]).float(),
            "split": torch.from_numpy(self.producers[rows]).float(),
        }

    def uptake(self, rows: np.ndarray) -> Float[Tensor, "media exchanges"]:
        """The largest uptake of every exchange, mmol/gDW/h."""
        return torch.from_numpy(self.dataset.media.uptake[rows]).float()

    def outputs(self, model: nn.Module, rows: np.ndarray) -> Iterator[Any]:
        """What a model says of some media, in chunks."""
        device = next(model.parameters()).device
        for start in range(0, len(rows), CHUNK):
            yield model(self.uptake(rows[start : start + CHUNK]).to(device))

    def validate(self, model: Any) -> dict[str, float]:
        """What chooses the epoch, what its trials tell on held-out nutrients, and growth on held-out mixtures."""
        asked = zip(VALIDATION, (OF_TRIALS, (GROWTH_Q2,)), ("", "_medium"), strict=True)
        told = {
            f"{measure.name}{suffix}": value
            for split, measures, suffix in asked
            if len(self.splits[split])
            for table in [self.table(split, self.predict(model, split)[0])]
            for measure in measures
            for value in self.values(table, measure, ())["value"]
        }
        return {"selection": self.selection(told)} | told

    def selection(self, told: Mapping[str, float]) -> float:
        """The mean over tasks that are learned, so that no task is given up for another; 1 where all is met."""
        reached = {"growth": told["growth_q2"]}
        if "flux_r2" in told and self.learned.flux:
            reached["flux"] = told["flux_r2"]
        if "split_tv" in told and self.learned.split:
            reached["split"] = 1 - told["split_tv"]
        return float(np.mean(list(reached.values())))

    @torch.no_grad()
    def predict(self, model: Any, split: str) -> tuple[Prediction, dict[str, np.ndarray]]:
        """What a model or a fitted baseline says of the media of a split, and the maps that it leaves."""
        rows = self.splits[split]
        if not isinstance(model, nn.Module):
            return model.predict(self.dataset, rows), {}
        outputs = list(self.outputs(model.eval(), rows))
        return prediction_of(outputs), stored_maps(outputs)

    def table(self, split: str, prediction: Prediction) -> pl.DataFrame:
        """One row per medium of a split, with what is said of it and how right that is."""
        return trials_table(
            self.dataset, self.splits[split], prediction, split=split, reference=self.reference
        )

    @torch.no_grad()
    def evaluate(self, model: Any) -> Evaluation:
        """Every validation and test split; those of mixtures are left out where so few media give none."""
        return join([self.evaluate_split(model, split) for split in EVALUATED if len(self.splits[split])])

    def evaluate_split(self, model: Any, split: str) -> Evaluation:
        """Trials, fluxes, splits and maps of one split."""
        prediction, attention = self.predict(model, split)
        return Evaluation(self.table(split, prediction), self.states(split, prediction), attention)

    def states(self, split: str, prediction: Prediction) -> dict[str, np.ndarray]:
        """Predicted and true fluxes and splits, as far as they are predicted."""
        rows, found = self.splits[split], {}
        if prediction.flux is not None and self.reference.flux is not None:
            mean = np.broadcast_to(self.reference.flux, prediction.flux.shape)
            found |= {
                "flux/target": self.flux[rows],
                "flux/predicted": prediction.flux,
                "flux/reference": mean,
            }
        if prediction.producers is not None and self.reference.flux is not None:
            found |= {"split/target": self.producers[rows], "split/predicted": prediction.producers}
        return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in found.items()}

    @torch.no_grad()
    def intervene(self, model: Any, what: str) -> Evaluation:
        """A model with attention taken away or changed, or what its attention is held against."""
        return join(metabolism_interventions.intervene(self, model, what))

    @classmethod
    def values(cls, trials: pl.DataFrame, measure: Measure, cells: tuple[str, ...]) -> pl.DataFrame:
        """A measure by split and cell, where there is anything to measure."""
        return measured(trials, measure, ("split", *cells))

    @classmethod
    def values_of(cls, run: Run, measure: Measure, cells: tuple[str, ...] = ()) -> pl.DataFrame:
        """The same of a run; Q² of fluxes is the median over reactions that vary, and needs the stored fluxes."""
        if measure != FLUX_Q2:
            return super().values_of(run, measure, cells)
        return flux_q2_of(run.trials(), run.states(), ("split", *cells))

    @classmethod
    def keeps_maps(cls, config: Mapping[str, Any]) -> bool:
        """Every model with layers does, no baseline."""
        return config["model"]["kind"] == "transformer" and config["model"]["layers"] > 0

    def describe(self, model: Any) -> str:
        """The model in a few lines, or a baseline; which media are infeasible, and how many each split has."""
        shown = super().describe(model) if isinstance(model, nn.Module) else str(model)
        return f"{shown}\n{self.dataset.summary()}\n{sizes(self.splits)}"

    def check_choice(self, choice: Any) -> None:
        """Raise one sentence for a condition or subsystem that is not there."""
        from searchlight.experiments import metabolism_inspection

        metabolism_inspection.check(self, choice)

    def inspect(
        self, trained: Evaluation, controls: dict[str, Evaluation], choice: Any, model: Any = None
    ) -> Inspection:
        """Subsystems that attend to each other, networks of strong edges, conditions side by side."""
        # It draws, and matplotlib is slow to import.
        from searchlight.experiments import metabolism_inspection

        return metabolism_inspection.inspect(self, trained, controls, choice)


def conditions_table(graph: MetabolicGraph) -> Facts:
    """Growth by flux balance analysis on the named conditions; one that the network cannot be put in says why."""
    columns = ("condition", "oxygen", "uptake, mmol/gDW/h", "of carbon, mmol/gDW/h", "growth by FBA, 1/h")
    rows = []
    for row in condition_growths(graph).rows(named=True):
        oxygen = "yes" if row["aerobic"] else "no"
        if row["growth"] is None:
            rows.append((row["condition"], oxygen, "", "", row["status"]))
            continue
        growth = f"{row['growth']:.3f}" if row["status"] == OPTIMAL else row["status"]
        rows.append((row["condition"], oxygen, f"{row['uptake']:g}", f"{row['carbon']:g}", growth))
    return Facts(f"named conditions on {graph.name}", columns, tuple(dict.fromkeys(rows)))


def prediction_of(outputs: Sequence[Any]) -> Prediction:
    """What a model says of chunks of media."""

    def joined(parts: Sequence[Tensor]) -> np.ndarray:
        return torch.cat(list(parts)).double().cpu().numpy()

    return Prediction(
        growth=joined([output.growth for output in outputs]),
        grow_probability=joined([output.logits.sigmoid() for output in outputs]),
        flux=joined([output.flux for output in outputs]),
        producers=joined([output.splits.producers.attention.weights[..., 0] for output in outputs]),
    )


def flux_q2_of(trials: pl.DataFrame, states: Mapping[str, np.ndarray], by: Sequence[str]) -> pl.DataFrame:
    """The median over varying reactions of Q², in every group of rows in which any varies."""
    if "flux/predicted" not in states:
        return trials.select(by).clear().with_columns(value=pl.lit(None, dtype=pl.Float64))
    names = ("flux/target", "flux/predicted", "flux/reference")
    rows = []
    for levels, part in trials.select(by).with_row_index().group_by(by, maintain_order=True):
        target, predicted, reference = (states[name][part["index"].to_numpy()] for name in names)
        each = flux_q2(target, predicted, reference[0])
        if not np.isnan(each).all():
            rows.append((*levels, float(np.nanmedian(each))))
    schema = {**{name: trials.schema[name] for name in by}, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort(by)
