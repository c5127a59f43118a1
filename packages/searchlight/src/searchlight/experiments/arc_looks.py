"""One test output as a model answers it, with where every cell looks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from arc_context.explanations.lookups import settled
from arc_context.explanations.strongest import looks_of
from arc_context.model.batch import EpisodeBatch
from arc_context.pictures.looks import Anchor, Looks
from arc_context.pictures.seen_task import TRAINED, UNTRAINED, SeenTask
from arc_context.questions import Question
from arc_context.tasks.grid import Grid
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc

BYTES = 2_400_000
"""Of places and weights that one page holds; larger tasks keep fewer support cells of each row."""


@torch.no_grad()
def seen_task(experiment: "Arc", trained: Evaluation, model: Any, split: str, row: int) -> SeenTask:
    """A row of a split: the answer that was stored, and looks of the model and of an untrained one."""
    question = experiment.questions(split)[row]
    found = {name: said(experiment, each, question) for name, each in models(experiment, model)}
    batch = EpisodeBatch.of([question.episode])
    return SeenTask(
        split,
        question,
        stored_answer(trained, split, row),
        sides_of(batch),
        (int(batch.test.shape[1]), int(batch.test.shape[2])),
        {name: looks for name, (looks, _) in found.items() if looks is not None},
        {name: anchors for name, (_, anchors) in found.items() if anchors},
    )


def sides_of(batch: EpisodeBatch) -> tuple[int, int]:
    """Rows and columns that the answer to a single episode may have."""
    (canvas,) = batch.canvas
    return int(canvas.any(1).sum()), int(canvas.any(0).sum())


def models(experiment: "Arc", model: Any) -> Iterator[tuple[str, nn.Module]]:
    """The network, and the same before any training, where it looks at support cells or chooses anchors."""
    if isinstance(model, nn.Module):
        yield TRAINED, model.eval()
        if UNTRAINED in experiment.controls:
            yield UNTRAINED, experiment.model().eval().to(next(model.parameters()).device)


def said(experiment: "Arc", model: nn.Module, question: Question) -> tuple[Looks | None, tuple[Anchor, ...]]:
    """Where a model's cells look, and its anchors; nothing of a model without."""
    ((_, batch, output),) = experiment.outputs(model, [question])
    anchors = () if output.anchors is None else tuple(anchors_of(output.anchors, batch.test.shape[-1]))
    if not output.attention:
        return None, anchors
    what = settled([question], batch)
    queries = batch.canvas[0].flatten().nonzero().squeeze(-1)
    asked = what.asked[0][queries]
    cells = what.cells[0].T[what.group[0][queries].clamp_min(0)] & asked.unsqueeze(-1)
    names = [f"step {number}" for number in range(1, len(output.attention) + 1)]
    heads = output.attention[0].shape[-3] + 1
    kept = max(8, BYTES // (4 * len(names) * heads * len(queries) * 2))
    return looks_of(output.attention, names, queries, cells, kept), anchors


def anchors_of(anchors: Any, width: int) -> Iterator[Anchor]:
    """The cell that each anchor attends most."""
    cells = anchors.attention.dense()[0, 0].argmax(-1).tolist()
    for cell, present in zip(cells, anchors.present[0].tolist(), strict=True):
        yield Anchor(cell // width, cell % width, present)


def stored_answer(trained: Evaluation, split: str, row: int) -> Grid | None:
    """The answer that is kept of a row of a split; None where there is none."""
    frames = trained.states.get("answer/grid")
    if frames is None:
        return None
    place = trained.trials.with_row_index("row").filter(split=split)["row"][row]
    frame = frames[place]
    there = frame != 10
    rows, columns = int(there.any(1).sum()), int(there.any(0).sum())
    return np.ascontiguousarray(frame[:rows, :columns]) if rows else None
