"""A few clips of every test split with their whole attention, where other evaluations keep what is received."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from object_persistence.clips.prepared import PreparedClip
from object_persistence.tokens.batch import TokenBatch
from searchlight.experiments.base import Evaluation
from searchlight.experiments.joining import join

if TYPE_CHECKING:
    from searchlight.experiments.persistence import Persistence

FEW = 3
"""Clips of a split whose whole attention is kept: the first ones in which anything was detected."""


def clip_maps(experiment: "Persistence", model: nn.Module) -> Evaluation:
    """One row per detection, and `layer<k>/weights` `[rows, heads, keys]` in half precision.

    Keys are the detections of the row's clip, in their order; of a smaller clip the last ones are 0.
    """
    chosen = {split: shown(experiment, split) for split in experiment.splits if split.startswith("test/")}
    most = max(len(clip) for clips in chosen.values() for clip in clips)
    parts = [of_split(experiment, model, split, clips, most) for split, clips in chosen.items() if clips]
    return join(parts)


def shown(experiment: "Persistence", split: str) -> list[PreparedClip]:
    """The first clips of a split that hold anything."""
    return [clip for clip in experiment.clips(split) if len(clip)][:FEW]


@torch.no_grad()
def of_split(
    experiment: "Persistence", model: nn.Module, split: str, clips: Sequence[PreparedClip], most: int
) -> Evaluation:
    """Each clip alone, so that nothing is padded but what is stored."""
    device = next(model.parameters()).device
    told: list[np.ndarray] = []
    kept: dict[str, list[np.ndarray]] = {}
    for clip in clips:
        output = model.eval()(TokenBatch.of([clip]).to(device))
        told.append(output.logits[0].sigmoid().double().cpu().numpy())
        for number, attention in enumerate(output.attention, 1):
            weights = attention.dense()[0].transpose(0, 1).cpu().numpy()
            wide = np.pad(weights, ((0, 0), (0, 0), (0, most - len(clip))))
            kept.setdefault(f"layer{number}/weights", []).append(wide.astype(np.float16))
    stacked = {name: np.concatenate(parts) for name, parts in kept.items()}
    return Evaluation(experiment.table(split, clips, told), {}, stacked)
