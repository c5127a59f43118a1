"""Pictures and frozen features of an experiment, made once and read from the cache by every seed."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from perception import (
    FactorClassifier,
    FeatureMaps,
    FrozenBackbone,
    ImageSet,
    SmallCNN,
    Standardized,
    StimulusDesign,
    feature_maps,
    freeze,
    load_weights,
    read_image_folder,
    resnet50,
)
from searchlight.configuration import TrainingConfig
from searchlight.experiments.base import Report
from searchlight.training import Batch, Batches, Recorder, fit
from working_memory import stimulus_design

if TYPE_CHECKING:
    from working_memory.configuration import BackboneConfig, StimuliConfig

STANDARDIZED_ON = 512
"""Training pictures whose maps give the means and deviations of channels."""

VERSION = "1"  # raise when the same settings would give other pictures or other weights


def images_of(stimuli: "StimuliConfig", cache: Path | None, report: Report) -> ImageSet:
    """The user's pictures if there is a manifest, else rendered ones."""
    if stimuli.manifest is not None:
        return read_image_folder(Path(stimuli.manifest), stimuli.size)
    render = joblib.Memory(cache, verbose=0).cache(_render, ignore=["report"])
    return render(stimulus_design(stimuli), VERSION, report)


def _render(design: StimulusDesign, version: str, report: Report) -> ImageSet:
    return design.render(lambda done, of: report("stimuli", done, of))


def backbone_of(
    backbone: "BackboneConfig",
    images: ImageSet,
    training_rows: np.ndarray,
    cache: Path | None,
    report: Report,
) -> FrozenBackbone:
    """The frozen network that turns pictures into maps of standardized channels.

    small_cnn learns from the training rows, and so do the means and deviations; neither sees any other picture.
    """
    weights = None if backbone.weights is None else Path(backbone.weights)
    if backbone.kind == "resnet50":
        network = resnet50(weights)
    else:
        network = SmallCNN(backbone.channels)
        if weights is not None:
            load_weights(network, weights)
        else:
            prepare = joblib.Memory(cache, verbose=0).cache(
                _prepare, ignore=["images", "training_rows", "report"]
            )
            seen = images.select(training_rows).fingerprint
            state = prepare(backbone, seen, VERSION, images, training_rows, report)
            network.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    sample = np.random.default_rng(0).choice(
        training_rows, min(len(training_rows), STANDARDIZED_ON), replace=False
    )
    return freeze(Standardized(network.eval()).fit(images.tensor(np.sort(sample))))


def _prepare(
    backbone: "BackboneConfig",
    seen: str,
    version: str,
    images: ImageSet,
    training_rows: np.ndarray,
    report: Report,
) -> dict[str, np.ndarray]:
    """Weights of a SmallCNN that was taught location, category and identity of the training pictures."""
    labels = {factor: codes(images, factor, training_rows) for factor in ("location", "category", "identity")}
    classes = {factor: int(label.max()) + 1 for factor, label in labels.items() if label.max() > 0}
    per_epoch = -(-backbone.steps // 10)
    settings = TrainingConfig(
        epochs=10, batch_size=backbone.batch, learning_rate=backbone.learning_rate, weight_decay=1e-2
    )

    def draw(epoch: int) -> Iterator[Batch]:
        rng = np.random.default_rng((0, epoch))
        for _ in range(per_epoch):
            chosen = rng.choice(len(training_rows), backbone.batch)
            picked = {factor: torch.from_numpy(labels[factor][chosen]) for factor in classes}
            rows = training_rows[chosen]
            yield {"ids": torch.from_numpy(rows), "images": images.tensor(rows), **picked}

    def loss(model: nn.Module, batch: Batch) -> torch.Tensor:
        return classifier.loss(batch["images"], {factor: batch[factor] for factor in classes})

    with torch.random.fork_rng():
        torch.manual_seed(0)
        classifier = FactorClassifier(SmallCNN(backbone.channels), classes)
        fit(classifier, loss, Batches(per_epoch, draw), settings, recorder=_Preparation(report))
    return {name: tensor.numpy() for name, tensor in classifier.backbone.state_dict().items()}


class _Preparation(Recorder):
    """Reports the epochs of a backbone's preparation."""

    def __init__(self, report: Report):
        super().__init__()
        self.report = report

    def epoch(self, record: dict) -> None:
        super().epoch(record)
        self.report("backbone", record["epoch"], 10)


def features_of(backbone: nn.Module, images: ImageSet, cache: Path | None, report: Report) -> FeatureMaps:
    """Maps and their means, one row per picture, memory-mapped from the cache."""
    return feature_maps(backbone, images, cache=cache, progress=lambda done, of: report("features", done, of))


def blank_of(backbone: nn.Module, images: ImageSet) -> Float[np.ndarray, "channels height width"]:
    """The map of an empty, black frame."""
    with torch.no_grad():
        return backbone(torch.zeros(1, 3, *images.size))[0].numpy()


def codes(images: ImageSet, factor: str, rows: np.ndarray) -> Int[np.ndarray, "rows"]:
    """A factor of some pictures as numbers from 0, in sorted order of its levels."""
    return np.unique(images.table[factor].to_numpy()[rows], return_inverse=True)[1]


def cell_cover(images: ImageSet, height: int, width: int) -> Float[np.ndarray, "images cells"] | None:
    """Share of each cell of the map that the object covers; None without masks."""
    if images.masks is None:
        return None
    masks = torch.from_numpy(images.masks.astype(np.float32)).unsqueeze(1)
    return nn.functional.adaptive_avg_pool2d(masks, (height, width)).flatten(1).numpy()
