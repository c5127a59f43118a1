"""A small backbone learns to see: location, category and identity of training pictures, before any task."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from perception import FactorClassifier, ImageSet, SmallCNN
from searchlight.configuration import TrainingConfig
from searchlight.experiments.base import Report
from searchlight.training import Batch, Batches, Recorder, fit

if TYPE_CHECKING:
    from working_memory.configuration import BackboneConfig

VERSION = "2"  # raise when the same settings would give other weights
EPOCHS = 10


def prepared_weights(
    backbone: "BackboneConfig",
    seen: str,
    images: ImageSet,
    training_rows: np.ndarray,
    report: Report,
    version: str = VERSION,
) -> dict[str, np.ndarray]:
    """Weights of a SmallCNN that was taught the factors of the training pictures, the same for the same settings.

    Location and identity are learned from the pictures as they are, category from as many recoloured ones: colours are
    drawn alike for all categories, and a network that may use them knows the category of training identities only.
    """
    factors = ("location", "category", "identity")
    labels = {factor: codes(images, factor, training_rows) for factor in factors}
    labels = {factor: label for factor, label in labels.items() if label.max() > 0}
    per_epoch = -(-backbone.steps // EPOCHS)
    settings = TrainingConfig(epochs=EPOCHS, batch_size=backbone.batch, learning_rate=backbone.learning_rate)

    def draw(epoch: int) -> Iterator[Batch]:
        rng = np.random.default_rng((0, epoch))
        return (lesson(images, training_rows, labels, backbone.batch, rng) for _ in range(per_epoch))

    with torch.random.fork_rng():
        torch.manual_seed(0)
        classes = {factor: int(label.max()) + 1 for factor, label in labels.items()}
        classifier = FactorClassifier(SmallCNN(backbone.channels), classes)
        fit(classifier, loss, Batches(per_epoch, draw), settings, recorder=Preparation(report))
    return {name: tensor.numpy() for name, tensor in classifier.backbone.state_dict().items()}


def lesson(
    images: ImageSet, rows: np.ndarray, labels: Mapping[str, np.ndarray], count: int, rng: np.random.Generator
) -> Batch:
    """Some pictures as they are and as many others recoloured, with what is to be said of them."""
    plain, other = rng.choice(len(rows), (2, count))
    told = {
        factor: torch.from_numpy(label[other if factor == "category" else plain])
        for factor, label in labels.items()
    }
    return {
        "ids": torch.from_numpy(rows[plain]),
        "images": images.tensor(rows[plain]),
        "recoloured": recoloured(images.tensor(rows[other]), rng),
        **told,
    }


def loss(model: nn.Module, batch: Batch) -> Tensor:
    """Sum of the cross-entropies: category of the recoloured pictures, everything else of the plain ones."""
    logits = model(torch.cat([batch["images"], batch["recoloured"]]))
    half = len(batch["images"])
    halves = {
        factor: found[half:] if factor == "category" else found[:half] for factor, found in logits.items()
    }
    return torch.stack([F.cross_entropy(found, batch[factor]) for factor, found in halves.items()]).sum()


def recoloured(
    images: Float[Tensor, "batch 3 height width"], rng: np.random.Generator
) -> Float[Tensor, "batch 3 height width"]:
    """Each picture with its colour channels mixed at random, x'_c = g_c Σ_k m_ck x_k; black stays black."""
    mixed = torch.from_numpy(colour_mixing(len(images), rng))
    return torch.einsum("bck,bkhw->bchw", mixed, images).clamp(0, 1)


def colour_mixing(count: int, rng: np.random.Generator) -> Float[np.ndarray, "count 3 3"]:
    """Random gains and mixtures of colour channels, g_c m_ck with Σ_k m_ck = 1."""
    mixtures = rng.dirichlet([0.5] * 3, (count, 3)) * rng.uniform(0.6, 1.8, (count, 3, 1))
    return mixtures.astype(np.float32)


def codes(images: ImageSet, factor: str, rows: np.ndarray) -> Int[np.ndarray, "rows"]:
    """A factor of some pictures as numbers from 0, in sorted order of its levels."""
    return np.unique(images.table[factor].to_numpy()[rows], return_inverse=True)[1]


class Preparation(Recorder):
    """Reports the epochs of a backbone's preparation."""

    def __init__(self, report: Report):
        super().__init__()
        self.report = report

    def epoch(self, record: dict) -> None:
        """One more."""
        super().epoch(record)
        self.report("backbone", record["epoch"], EPOCHS)
