"""N-back on rendered objects, as the integration layer sees it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import polars as pl
import torch
from jaxtyping import Float
from torch import Tensor, nn

from analysis import Measure
from attention_core import AttentionMap
from perception import Backbone, FeatureMaps, ImageSet, weights_fingerprint
from searchlight.choices import TaskChoice
from searchlight.experiments import stimuli, working_memory_interventions
from searchlight.experiments.arms import Arm
from searchlight.experiments.base import Evaluation, Experiment, Inspection
from searchlight.experiments.joining import join
from searchlight.experiments.working_memory_maps import stored_maps
from searchlight.training import Batch, Batches
from working_memory import (
    SPLIT_POOLS,
    Pool,
    Trials,
    WorkingMemoryModel,
    WorkingMemoryOutput,
    accuracy,
    detection,
    entropy_penalty,
    generate,
    lure_false_alarms,
    make_pool,
    make_pools,
    masked_loss,
    model_from_config,
    model_summary,
    needs_map,
    observers,
    tasks_of,
    trials_table,
)
from working_memory.assays import ASSAYS
from working_memory.assays.behaviour import ACCURACY, CRITERION, D_PRIME, LURES
from working_memory.claims import CLAIMS

EVALUATED = tuple(split for split in SPLIT_POOLS if split != "train")
VALIDATION = tuple(split for split in EVALUATED if split.startswith("validation/"))
CHUNK = 256
ADVICE = {
    "attention-uniform": "Check that the task vector reaches it: inspect draws attention with a shuffled task.",
    "no-attention-maps": "A cell alone pools every frame, gates weigh channels; kinds with attention look at places.",
    "familiar-far-above-held-out": "More identities (--stimuli.identities) differ more.",
    "too-few-trials": "Every split has --tasks.evaluation-sequences.",
    "vanishing-gradients": "Use a GRU or LSTM (--model.kind) instead of a plain RNN, or fewer --tasks.frames.",
}


class WorkingMemory(Experiment):
    """Sequences of objects; tell at each whether its location, identity or category is that of n objects ago."""

    system = "working_memory"
    measures = (ACCURACY, D_PRIME, LURES)
    further = (CRITERION,)
    training_split = "validation/familiar"
    also_called: ClassVar[Mapping[str, str]] = {"feature": "property"}
    advice = ADVICE
    held_against = working_memory_interventions.CONTROLS
    assays = ASSAYS
    claims = CLAIMS

    @property
    def interventions(self) -> tuple[str, ...]:
        """What may be taken away or changed."""
        return working_memory_interventions.possible(self)

    @property
    def controls(self) -> tuple[str, ...]:
        """A pooled baseline has no look that could be held against anything."""
        return super().controls if "_" in self.config.model.kind else ()

    @cached_property
    def images(self) -> ImageSet:
        """Every picture, training and held out."""
        return stimuli.images_of(self.config.stimuli, self.cache, self.report)

    @cached_property
    def pools(self) -> dict[str, Pool]:
        """The pictures that may stand together in a sequence."""
        return make_pools(self.images.table, self.config.stimuli)

    @cached_property
    def training_pool(self) -> Pool:
        """Training identities in training views, each with the recoloured copies that only training shows."""
        table = stimuli.recoloured_table(self.images.table, self.familiar, self.config.stimuli.recolourings)
        return make_pool(table, np.concatenate([self.familiar, np.arange(len(self.images), len(table))]))

    @property
    def familiar(self) -> np.ndarray:
        """Rows of the training identities in training views."""
        return np.sort(self.pools["familiar"].rows.ravel())

    @cached_property
    def backbone(self) -> Backbone:
        """The frozen network; it has seen the pictures of the training pool only."""
        return stimuli.backbone_of(self.config.backbone, self.images, self.familiar, self.cache, self.report)

    @cached_property
    def features(self) -> FeatureMaps:
        """What the backbone makes of every picture, and of the recoloured copies after them."""
        copies = self.config.stimuli.recolourings
        return stimuli.features_of(self.backbone, self.images, self.familiar, copies, self.cache, self.report)

    @cached_property
    def tasks(self) -> tuple:
        """The tasks of the scenario."""
        return tasks_of(self.config.tasks)

    def prepare(self) -> None:
        """Render or read the pictures, prepare the backbone, run it once over every picture."""
        _ = self.features, self.leakage()

    def prepare_training(self) -> None:
        """The same without asking what simple features tell."""
        _ = self.features

    def leakage(self) -> dict[str, dict[str, Any]]:
        """What mean pixels, colour and size alone tell of the training pictures."""
        return stimuli.leakage_of(self.images, self.familiar, self.cache)

    def data_hash(self) -> str:
        """SHA-256 over the pictures, the backbone, what training shows, and the sequences that are evaluated."""
        seen = hashlib.sha256(f"{self.images.fingerprint} {weights_fingerprint(self.backbone)}".encode())
        settings = self.config.tasks
        seen.update(f"{self.training_pool.rows.shape} {settings.match_rate} {settings.lure_rate}".encode())
        for trials in self.trials.values():
            for array in (trials.images, trials.targets, trials.task):
                seen.update(np.ascontiguousarray(array).tobytes())
        return seen.hexdigest()

    def draw_trials(self, split: str, seed: tuple[int, ...]) -> Trials:
        """Sequences of a split."""
        settings, train = self.config.tasks, split == "train"
        pool = self.training_pool if train else self.pools[SPLIT_POOLS[split]]
        sequences = settings.sequences if train else settings.evaluation_sequences
        return generate(pool, self.tasks, settings, sequences=sequences, seed=seed)

    @cached_property
    def trials(self) -> dict[str, Trials]:
        """The evaluated sequences of every split, the same for every run of these stimuli and tasks."""
        return {split: self.draw_trials(split, (1, number)) for number, split in enumerate(EVALUATED)}

    def arm(self) -> Arm:
        """The model of the configuration; each epoch draws sequences that no other epoch has."""
        per_epoch = -(-self.config.tasks.sequences // self.config.training.batch_size)
        return Arm(self.model(), self.loss, Batches(per_epoch, self.draw), self.validate)

    def loss(self, model: nn.Module, batch: Batch) -> Tensor:
        """Cross-entropy of the answers, light on frames that ask for none, and the entropy of attention where asked."""
        output = model(batch["features"], batch["task"])
        found, weight = masked_loss(output, batch["targets"]), self.config.model.entropy_weight
        return found if weight is None else found + entropy_penalty(output, weight)

    def model(self) -> WorkingMemoryModel:
        """The untrained model of this seed."""
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            return model_from_config(self.config.model, channels=self.features.pooled.shape[1])

    def describe(self, model: nn.Module) -> str:
        """Kind, sizes and parameters of each part, a line each."""
        assert isinstance(model, WorkingMemoryModel)
        return model_summary(model)

    def draw(self, epoch: int) -> Iterator[Batch]:
        """The batches of an epoch, the same whenever they are asked for."""
        trials = self.draw_trials("train", (0, self.seed, epoch))
        for start in range(0, len(trials), self.config.training.batch_size):
            yield self.batch(
                trials, np.arange(start, min(start + self.config.training.batch_size, len(trials)))
            )

    def batch(self, trials: Trials, rows: np.ndarray) -> Batch:
        """Some sequences as tensors."""
        return {
            "ids": torch.from_numpy(rows),
            "features": self.frames(trials.images[rows]),
            "task": torch.from_numpy(trials.task_vectors[rows]),
            "targets": torch.from_numpy(trials.targets[rows]),
        }

    def frames(self, images: np.ndarray) -> Float[Tensor, "batch time channels height width"]:
        """Features of shown pictures; models that do not look at places get them pooled, as maps of one cell."""
        looks = needs_map(self.config.model.kind)
        kept = self.features.maps if looks else self.features.pooled[..., None, None]
        shown = torch.from_numpy(kept[images])
        if (images < 0).any():
            blank = torch.from_numpy(stimuli.blank_of(self.backbone, self.images))
            shown[torch.from_numpy(images < 0)] = blank if looks else blank.mean((1, 2), keepdim=True)
        return shown

    def validate(self, model: nn.Module) -> dict[str, float]:
        """Masked accuracy over the three validation splits, and in each."""
        found = {}
        for split in VALIDATION:
            trials = self.trials[split]
            answers = torch.cat([output.logits.argmax(-1) for output in self.outputs(model, trials)])
            right = answers.cpu().numpy() == trials.targets
            found[split.removeprefix("validation/")] = float(right[trials.scored].mean())
        return {"accuracy": float(np.mean(list(found.values()))), **found}

    def outputs(
        self, model: nn.Module, trials: Trials, task: Tensor | None = None
    ) -> Iterator[WorkingMemoryOutput]:
        """What a model does with the sequences, in chunks; `task` stands for another task vector per sequence."""
        device = next(model.parameters()).device
        for start in range(0, len(trials), CHUNK):
            rows = np.arange(start, min(start + CHUNK, len(trials)))
            batch = self.batch(trials, rows)
            asked = batch["task"] if task is None else task[rows]
            yield model(batch["features"].to(device), asked.to(device))

    @torch.no_grad()
    def evaluate(self, model: nn.Module) -> Evaluation:
        """Every validation and test split."""
        return join([self.evaluate_split(model, split) for split in EVALUATED])

    @torch.no_grad()
    def intervene(self, model: nn.Module, what: str) -> Evaluation:
        """The test splits with uniform attention, another task or no training; deletions; pushes of the state."""
        assert isinstance(model, WorkingMemoryModel)
        return join(working_memory_interventions.intervene(self, model, what))

    def evaluate_split(self, model: nn.Module, split: str, *, task: Tensor | None = None) -> Evaluation:
        """Answers, states and attention of one split; `task` stands for another task vector per sequence."""
        model.eval()
        trials = self.trials[split]
        outputs = list(self.outputs(model, trials, task))
        probabilities = torch.cat([output.logits.softmax(-1) for output in outputs]).numpy()
        states = {"cognition/hidden": rows_of([output.hidden for output in outputs])}
        states["backbone/pooled"] = self.frames(trials.images).mean((-2, -1)).flatten(0, 1).numpy()
        if outputs[0].gates is not None:
            states["look/gates"] = rows_of([output.gates for output in outputs])
        table = trials_table(trials, probabilities, split=split, table=self.images.table)
        attention = self.attention([output.attention for output in outputs], trials.images)
        height, width = self.features.maps.shape[2:]
        return Evaluation(table, states, attention | stored_maps(outputs, height, width))

    def attention(self, maps: Sequence[AttentionMap | None], images: np.ndarray) -> dict[str, np.ndarray]:
        """Weights, normalised entropy, mass on the object, and what it covers of all and of each cell, per frame."""
        if maps[0] is None:
            return {}
        weights = torch.cat([each.dense().flatten(0, 1).squeeze(-2) for each in maps if each is not None])
        entropy = torch.cat([each.entropy().flatten(0, 1).squeeze(-1) for each in maps if each is not None])
        height, width = self.features.maps.shape[2:]
        found = {
            "look/weights": weights.reshape(*weights.shape[:2], height, width).numpy(),
            "look/entropy": entropy.numpy() / np.log(height * width),
        }
        cover = stimuli.cell_cover(self.images, height, width)
        if cover is not None:
            shown = cover[images.ravel()] * (images.ravel() >= 0)[:, None]
            found["look/object_mass"] = np.einsum("rhc,rc->rh", weights.numpy(), shown)
            found["look/object_area"] = shown.mean(1)
            # Shares of a cell's pixels, which half precision holds exactly.
            found["look/object_cover"] = shown.reshape(-1, height, width).astype(np.float16)
        return found

    @classmethod
    def values(cls, trials: pl.DataFrame, measure: Measure, cells: tuple[str, ...]) -> pl.DataFrame:
        """Masked accuracy, d′, criterion or lure false alarms by split and cell."""
        counts = {ACCURACY: accuracy, D_PRIME: detection, CRITERION: detection, LURES: lure_false_alarms}
        by = ["split", *cells]
        return counts[measure](trials, by).select(*by, value=pl.col(measure.name)).drop_nulls()

    @classmethod
    def observers(cls, trials: pl.DataFrame, cells: tuple[str, ...]) -> pl.DataFrame:
        """The accuracy of looking at one thing only, or at the object just before."""
        return observers(trials, ["split", *cells])

    @classmethod
    def keeps_maps(cls, config: Mapping[str, Any]) -> bool:
        """Those that look at places do."""
        return needs_map(config["model"]["kind"])

    def check_choice(self, choice: TaskChoice) -> None:
        """Raise one sentence for a task that is not there."""
        from searchlight.experiments import working_memory_inspection

        working_memory_inspection.named([(each.name, each.feature) for each in self.tasks], choice.task)

    def inspect(
        self, trained: Evaluation, controls: dict[str, Evaluation], choice: TaskChoice, model: Any = None
    ) -> Inspection:
        """Attention over the frames of some sequences, or the gates of every channel."""
        # It draws, and matplotlib is slow to import.
        from searchlight.experiments import working_memory_inspection

        return working_memory_inspection.inspect(self.images, trained, controls, choice)


def rows_of(chunks: Sequence[Tensor | None]) -> np.ndarray:
    """Chunks of `[batch, time, …]` as one array whose first axis is the frames."""
    return torch.cat([chunk.flatten(0, 1) for chunk in chunks if chunk is not None]).numpy()
