"""What is kept of looks at the support and of anchors: a few numbers for each test output."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from arc_context.explanations.anchored import anchor_hits
from arc_context.explanations.lookups import Settled, mean_asked, settled, settling_mass
from arc_context.model.batch import EpisodeBatch
from arc_context.model.output import RLANOutput
from arc_context.questions import Question
from attention_core import AttentionMap

Chunk = tuple[Sequence[Question], EpisodeBatch, RLANOutput]
"""Questions, their batch, and what a network said of it."""


@torch.no_grad()
def stored_maps(chunks: Sequence[Chunk]) -> dict[str, np.ndarray]:
    """`<look>/entropy`, `<look>/determining`, `<look>/uniform`, and `anchors/…`, one number per test output.

    Looks are `solver1`, `solver2`, …, by the step that they belong to; with halting, whose steps differ from batch to
    batch, `solver` is the last one. Entropy is over the logarithm of the number of support cells, the mean over heads
    and cells of the canvas: 1 is uniform. `determining` is the mass on the support cells that settle a test cell,
    `uniform` that of uniform attention, both means over the test cells of which the family says what settles them, NaN
    where it says so of none. Anchors are those of `anchor_hits`. Nothing without looks or anchors.
    """
    kept: dict[str, list[np.ndarray]] = {}
    for chunk in chunks:
        for name, values in summaries(*chunk):
            kept.setdefault(name, []).append(values)
    return {name: np.concatenate(parts).astype(np.float32) for name, parts in kept.items()}


def summaries(
    questions: Sequence[Question], batch: EpisodeBatch, output: RLANOutput
) -> Iterator[tuple[str, np.ndarray]]:
    """The same of one chunk."""
    what = settled(questions, batch) if output.attention else None
    for look, attention in named(output).items():
        assert what is not None
        told = {
            "entropy": normalised_entropy(attention, what, batch),
            "determining": mean_asked(settling_mass(attention, what), what.asked),
            "uniform": mean_asked(what.uniform, what.asked),
        }
        for name, values in told.items():
            yield f"{look}/{name}", values.float().cpu().numpy()
    if output.anchors is not None:
        for name, hits in anchor_hits(questions, batch, output.anchors).items():
            yield f"anchors/{name}", hits


def named(output: RLANOutput) -> dict[str, AttentionMap]:
    """The looks that are stored, by name."""
    if output.halting is not None and output.attention:
        return {"solver": output.attention[-1]}
    return {f"solver{step}": each for step, each in enumerate(output.attention, 1)}


def normalised_entropy(attention: AttentionMap, what: Settled, batch: EpisodeBatch) -> Tensor:
    """H_i / ln n, n the support cells; the mean over heads and over the cells of the canvas."""
    entropy = attention.entropy().mean(-2)
    largest = what.support.sum(-1, keepdim=True).clamp_min(2).log()
    return mean_asked(entropy / largest, batch.canvas.flatten(1))
