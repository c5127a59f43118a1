"""Which objects of a clip last, as the integration layer sees it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import torch
from torch import Tensor, nn

from analysis import Measure, Run
from object_persistence.assays import ASSAYS
from object_persistence.baselines.base import Baseline
from object_persistence.baselines.registry import make_baseline
from object_persistence.claims import CLAIMS
from object_persistence.clips.prepared import PreparedClip
from object_persistence.clips.splits import TRAIN, PreparedClips, prepared_split
from object_persistence.clips.variation import varied
from object_persistence.errors import PersistenceError
from object_persistence.metrics import (
    ACCURACY,
    AUROC,
    BALANCED_ACCURACY,
    CALIBRATION_ERROR,
    MAJORITY,
    MEASURES,
    measured,
)
from object_persistence.model.factory import persistence_model
from object_persistence.model.losses import PersistenceLoss
from object_persistence.model.transformer import predicted_frames
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.padded import unpad_rows
from object_persistence.tokens.sight import Sight
from object_persistence.trials import trials_table
from object_persistence.videos.rendering import channels
from object_persistence.videos.splits import split_seeds
from searchlight.experiments import persistence_interventions
from searchlight.experiments.arms import Arm, Fitted
from searchlight.experiments.base import Evaluation, Experiment, Facts, Inspection
from searchlight.experiments.batching import bucketed
from searchlight.experiments.joining import join
from searchlight.experiments.persistence_conclusion import conclusion
from searchlight.experiments.persistence_maps import stored_maps
from searchlight.experiments.persistence_sight import seen_clips
from searchlight.training import Batch, Batches

VALIDATION = "validation/same"
VALIDATED = (ACCURACY, BALANCED_ACCURACY, AUROC, MAJORITY)
"""What each epoch is told by; the first chooses."""
SHOWN = (*VALIDATED, CALIBRATION_ERROR)
CHUNK = 32
ADVICE = {
    "attention-uniform": "Tell it what is linked (--model.relation, --model.motion), or supervise it (--loss.margin).",
    "familiar-far-above-held-out": "More clips (--videos.splits.train) or hold-outs (--clips.also) differ more.",
    "too-few-trials": "Every test split has --videos.splits.test clips.",
}

Probabilities = list[np.ndarray]
"""For each clip, how probable it is of each detection that its object lasts."""


class Persistence(Experiment):
    """Detections of a clip; tell of each whether its object lasts."""

    system = "persistence"
    measures = SHOWN
    further = tuple(measure for measure in MEASURES if measure not in SHOWN and not measure.cells)
    training_split = VALIDATION
    selected_on = VALIDATION
    chosen_by = "accuracy on validation/same"
    reported_on = "test/same"
    advice = ADVICE
    held_against = persistence_interventions.CONTROLS
    assays = ASSAYS
    claims = CLAIMS

    @property
    def interventions(self) -> tuple[str, ...]:
        """What may be taken away or changed."""
        return persistence_interventions.possible(self)

    @property
    def inspected(self) -> tuple[str, ...]:
        """The same, and a few clips with their whole attention."""
        return (*self.controls, *(persistence_interventions.CLIPS if self.controls else ()))

    @property
    def also_inspected(self) -> tuple[str, ...]:
        """Clips that end early."""
        return (persistence_interventions.FRAMES_SEEN,)

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """What is evaluated: validation, the test, and every hold-out."""
        return tuple(split for split in split_seeds(self.config.videos) if split != TRAIN)

    @cached_property
    def _prepared(self) -> dict[str, PreparedClips]:
        return {}

    @cached_property
    def _seen(self) -> dict[str, PreparedClips]:
        return {}

    def detected(self, split: str) -> PreparedClips:
        """The clips of a split as they were detected, linked and matched; made once and then read."""
        if split not in self._prepared:
            self._prepared[split] = prepared_split(self.config, split, self.cache, report=self.report)
        return self._prepared[split]

    def clips(self, split: str) -> PreparedClips:
        """The same as the model sees them: with features of its backbone in place of pixels, where it has one."""
        if self.sight is None:
            return self.detected(split)
        if split not in self._seen:
            self._seen[split] = seen_clips(self.sight, self.detected(split), self.cache, self.report)
        return self._seen[split]

    def as_seen(self, clips: Sequence[PreparedClip]) -> Sequence[PreparedClip]:
        """Clips of no split as the model sees them."""
        return clips if self.sight is None else self.sight(clips)

    @cached_property
    def sight(self) -> Sight | None:
        """The backbone that looks at patches; None where the model sees their pixels.

        Raises:
            BackboneError: its weights cannot be had, or are of another network.
        """
        if self.config.backbone.kind == "none":
            return None
        return Sight.of(self.config.backbone, self.detected(TRAIN))

    def prepare(self) -> None:
        """Make, detect and link the clips of every split.

        Raises:
            PersistenceError: no detection of the training clips is of an object that lasts, or all are.
        """
        self.prepare_training()
        for split in self.splits:
            self.clips(split)

    def prepare_training(self) -> None:
        """The same of those that training shows and is validated on.

        Raises:
            PersistenceError: as `prepare`.
        """
        share = self.clips(TRAIN).persistent
        if not 0 < share < 1:
            raise PersistenceError(
                f"{share:.0%} of {self.clips(TRAIN).detections} training detections are persistent; expected both "
                "kinds: show objects of both, or change the detector's threshold."
            )
        self.clips(VALIDATION)

    def data_hash(self) -> str:
        """SHA-256 over the evaluated clips and all that is known of them."""
        told = " ".join(self.detected(split).fingerprint for split in self.splits)
        return hashlib.sha256(told.encode()).hexdigest()

    def introduction(self) -> Sequence[Facts]:
        """What the detector found in each split, and what it missed."""
        columns = ("split", "clips", "detections per clip", "persistent", "missed", "merged", "clutter")
        rows = [facts_of(self.clips(split)) for split in (TRAIN, *self.splits)]
        return (Facts("detections, and shares of what they are of", columns, rows),)

    @classmethod
    def conclusion(cls, arms: Mapping[str, Sequence[Run]]) -> Sequence[Facts]:
        """Accuracy on every hold-out, and how much more attention what lasts receives, with its null."""
        return conclusion(arms)

    def arm(self) -> Arm | Fitted:
        """The model with its loss, or the baseline."""
        if self.is_baseline:
            baseline = self.baseline()
            return Fitted(baseline, lambda: baseline.fit(self.clips(TRAIN), self.seed), self.validate)
        per_epoch = self.training_clips // self.batch_size
        return Arm(self.model(), self.loss, Batches(per_epoch, self.draw), self.validate)

    def baseline(self) -> Baseline:
        """The unfitted baseline."""
        return make_baseline(self.config.model.kind, **self.config.baseline.given)

    @property
    def batch_size(self) -> int:
        """Clips of a step; all of them where there are fewer than asked for."""
        return min(self.config.training.batch_size, self.training_clips)

    @property
    def training_clips(self) -> int:
        """How many there are, known before they are made."""
        return self.config.videos.splits.train * (1 + len(self.config.clips.also))

    @property
    def seen_of_detections(self) -> tuple[int, int]:
        """Channels and side of what the model sees of a detection; with a backbone only its clips tell."""
        if self.config.backbone.kind == "none":
            return channels(self.config.videos), self.config.clips.patch
        found, side, _ = self.clips(TRAIN)[0].patches.shape[1:]
        return found, side

    def model(self) -> nn.Module:
        """The untrained model of this seed."""
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            return persistence_model(self.config.model, *self.seen_of_detections)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Persistence, durations, contrast and attention together, with the stated weights."""
        return PersistenceLoss(self.config.loss)(model, TokenBatch.from_tensors(batch))

    def draw(self, epoch: int) -> Iterator[Batch]:
        """The training clips in an order of the epoch's own, varied; what is too few for a batch sits this one out."""
        rng = np.random.default_rng((self.seed, epoch))
        train = self.clips(TRAIN)
        for rows in bucketed(np.array([len(clip) for clip in train]), self.batch_size, rng):
            shown = [varied(train[row], self.config.clips, rng) for row in rows]
            yield {"ids": torch.from_numpy(rows), **TokenBatch.of(shown).tensors()}

    def outputs(self, model: nn.Module, clips: Sequence[PreparedClip]) -> Iterator[tuple[TokenBatch, Any]]:
        """Clips in chunks, and what a model says of each chunk."""
        device = next(model.parameters()).device
        for start in range(0, len(clips), CHUNK):
            batch = TokenBatch.of(clips[start : start + CHUNK]).to(device)
            yield batch, model(batch)

    @torch.no_grad()
    def predictions(self, model: Any, clips: Sequence[PreparedClip]) -> Probabilities:
        """How probable a model or a fitted baseline says it is of each detection that its object lasts."""
        if not isinstance(model, nn.Module):
            return model.predict(clips)
        return [
            each
            for batch, output in self.outputs(model.eval(), clips)
            for each in probabilities(batch, output)
        ]

    def validate(self, model: Any) -> dict[str, float]:
        """Accuracy on clips like those of training, which chooses the epoch, what the commoner answer scores, AUROC."""
        table = self.table(
            VALIDATION, self.clips(VALIDATION), self.predictions(model, self.clips(VALIDATION))
        )
        return {
            measure.name: value for measure in VALIDATED for value in self.values(table, measure, ())["value"]
        }

    def table(
        self,
        split: str,
        clips: Sequence[PreparedClip],
        predictions: Sequence[np.ndarray],
        durations: Mapping[str, Sequence[np.ndarray]] | None = None,
    ) -> pl.DataFrame:
        """One row per detection, with what is said of it."""
        return trials_table(clips, predictions, split=split, durations=durations)

    @torch.no_grad()
    def evaluate(self, model: Any) -> Evaluation:
        """Validation, the test, and every hold-out."""
        return join([self.evaluate_split(model, split) for split in self.splits])

    @torch.no_grad()
    def evaluate_split(self, model: Any, split: str) -> Evaluation:
        """Trials, states and attention of one split."""
        clips = self.clips(split)
        if not isinstance(model, nn.Module):
            return Evaluation(self.table(split, clips, model.predict(clips)))
        found = list(self.outputs(model.eval(), clips))
        told = [each for batch, output in found for each in probabilities(batch, output)]
        durations = {
            name: [each for batch, output in found for each in frames_of(batch, getattr(output, name))]
            for name in ("duration", "remaining")
        }
        states = {
            "tokens/last": rows_of([(batch, output.tokens) for batch, output in found]).astype(np.float16)
        }
        return Evaluation(self.table(split, clips, told, durations), states, stored_maps(found))

    @torch.no_grad()
    def intervene(self, model: Any, what: str) -> Evaluation:
        """A model with something taken away, or what its attention is held against."""
        return join(persistence_interventions.intervene(self, model, what))

    @classmethod
    def values(cls, trials: pl.DataFrame, measure: Measure, cells: tuple[str, ...]) -> pl.DataFrame:
        """A measure by split and cell, where there is anything to measure."""
        return measured(trials, measure, ("split", *cells))

    @classmethod
    def observers(cls, trials: pl.DataFrame, cells: tuple[str, ...]) -> pl.DataFrame:
        """What the commoner answer scores."""
        return measured(trials, MAJORITY, ("split", *cells)).rename({"value": MAJORITY.name})

    @classmethod
    def keeps_maps(cls, config: Mapping[str, Any]) -> bool:
        """Transformers do; neither recurrent networks nor baselines."""
        return config["model"]["kind"] == "transformer"

    def describe(self, model: Any) -> str:
        """The model in a line, or what a baseline sees, and how many clips there are to learn from."""
        shown = super().describe(model) if isinstance(model, nn.Module) else str(model)
        train = self.clips(TRAIN)
        return f"{shown}\n{len(train)} training clips with {train.detections:,} detections"

    def check_choice(self, choice: Any) -> None:
        """Raise one sentence for a hold-out, clip or object that is not there."""
        from searchlight.experiments import persistence_inspection

        persistence_inspection.check(self, choice)

    def inspect(
        self, trained: Evaluation, controls: dict[str, Evaluation], choice: Any, model: Any = None
    ) -> Inspection:
        """One clip as it is seen, and attention and answers over all of its split, beside an untrained model."""
        from searchlight.experiments import persistence_inspection

        return persistence_inspection.inspect(self, trained, controls, choice, model)


def probabilities(batch: TokenBatch, output: Any) -> Probabilities:
    """Those of each clip, in the order of its detections."""
    return [each.double().cpu().numpy() for each in unpad_rows(output.logits.sigmoid(), batch.index)]


def frames_of(batch: TokenBatch, logarithm: Tensor) -> list[np.ndarray]:
    """Frames that are told as a logarithm, for each clip."""
    return [each.double().cpu().numpy() for each in unpad_rows(predicted_frames(logarithm), batch.index)]


def rows_of(parts: Sequence[tuple[TokenBatch, Tensor]]) -> np.ndarray:
    """What stands beside the detections of all clips, one row each."""
    return torch.cat([torch.cat(unpad_rows(values, batch.index)) for batch, values in parts]).cpu().numpy()


def facts_of(clips: PreparedClips) -> tuple[str, ...]:
    """A row of the introduction."""
    shares = (clips.persistent, clips.miss_rate, clips.merge_rate, clips.clutter_rate)
    return (
        clips.name,
        str(len(clips)),
        f"{clips.detections / len(clips):.1f}",
        *("" if np.isnan(share) else f"{share:.1%}" for share in shares),
    )
