"""Whether cells beyond grids, and pairs that are none, are left alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl
import torch
from torch import nn

from arc_context.explanations.lookups import support_cells
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc


@torch.no_grad()
def masses(experiment: "Arc", model: nn.Module) -> dict[str, float]:
    """The largest attention of any test cell outside the support, `outside`, and how far from 1 its sum is, `row_sum`.

    Over every look at a chunk of test outputs of each test split, whose grids and numbers of pairs differ.
    """
    outside, sums = [0.0], [0.0]
    for split in experiment.splits:
        if not split.startswith("test/"):
            continue
        _, batch, output = next(iter(experiment.outputs(model.eval(), experiment.questions(split))))
        beyond = ~support_cells(batch).flatten(1)[:, None, None]
        for look in output.attention:
            weights = look.dense().double()
            outside.append(float((weights * beyond).sum(-1).max()))
            sums.append(float((weights.sum(-1) - 1).abs().max()))
    return {"outside": max(outside), "row_sum": max(sums)}


def largest_changes(padding: Evaluation | pl.DataFrame) -> Mapping[str, float]:
    """The largest change of any probability by `padded` grids and by `reordered` pairs, of an evaluation of padding."""
    trials = padding.trials if isinstance(padding, Evaluation) else padding
    return {name: float(trials[f"change_{name}"].to_numpy().max()) for name in ("padded", "reordered")}
