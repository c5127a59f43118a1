"""Sets of detections answered alone, beside larger ones, and in another order."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch
from torch import Tensor, nn

from object_persistence.clips.prepared import PreparedClip
from object_persistence.tokens.batch import TokenBatch
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.persistence import Persistence

SPLITS = ("test/same", "test/dense")
"""Clips like those of training, and larger ones than any of them."""
CLIPS = 40


@torch.no_grad()
def evaluate(experiment: "Persistence", model: nn.Module) -> Evaluation:
    """Some clips of two splits; `score` is of a clip alone, `padded` beside all others, `reordered` in another order.

    `detections` is how many the clip has, answered or not.
    """
    model.eval()
    return Evaluation(pl.concat([of_split(experiment, model, split) for split in SPLITS]))


def of_split(experiment: "Persistence", model: nn.Module, split: str) -> pl.DataFrame:
    """Three answers for every detection."""
    clips = [clip for clip in experiment.clips(split)[:CLIPS] if len(clip)]
    alone = [answers(model, TokenBatch.of([clip]))[0].numpy() for clip in clips]
    together = TokenBatch.of(clips)
    padded = [row[mask].numpy() for row, mask in zip(answers(model, together), together.mask, strict=True)]
    moved = [reordered(model, clip, seed) for seed, clip in enumerate(clips)]
    return experiment.table(split, clips, alone).with_columns(
        padded=pl.Series(np.concatenate(padded)),
        reordered=pl.Series(np.concatenate(moved)),
        detections=pl.Series(np.repeat([len(clip) for clip in clips], [each.size for each in alone])),
    )


def reordered(model: nn.Module, clip: PreparedClip, seed: int) -> np.ndarray:
    """The answers to a shuffled clip, in the order of the clip."""
    order = torch.from_numpy(np.random.default_rng(seed).permutation(len(clip)))
    tensors = TokenBatch.of([clip]).tensors()
    shuffled = {name: each if name == "extent" else each[:, order] for name, each in tensors.items()}
    return answers(model, TokenBatch.from_tensors(shuffled))[0][order.argsort()].numpy()


def answers(model: nn.Module, batch: TokenBatch) -> Tensor:
    """Probabilities of persistence `[batch, tokens]`."""
    device = next(model.parameters()).device
    return model(batch.to(device)).logits.sigmoid().double().cpu()
