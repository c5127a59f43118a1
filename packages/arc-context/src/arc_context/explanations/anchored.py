"""Whether anchors are on the marker that an answer hangs on."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.special import gammaln
from torch import Tensor

from arc_context.model.batch import EpisodeBatch
from arc_context.model.output import Anchors
from arc_context.questions import Question
from arc_context.truth import marked


def anchor_hits(
    questions: Sequence[Question], batch: EpisodeBatch, anchors: Anchors
) -> dict[str, Float[np.ndarray, " batch"]]:
    """`marker` 1 where any anchor is on a marker, `first` where the first is, `chance` for anchors drawn at random.

    An anchor is where its attention is largest. All are NaN of a test input without a marker.
    """
    marker = markers(questions, batch)
    hits = marker.gather(1, anchors.attention.dense()[:, 0].argmax(-1).cpu()).numpy()
    known, cells = marker.any(1).numpy(), batch.canvas.flatten(1).sum(1).cpu().numpy()
    return {
        "marker": np.where(known, hits.any(1), np.nan),
        "first": np.where(known, hits[:, 0], np.nan),
        "chance": np.where(known, chance_of_a_hit(cells, marker.sum(1).numpy(), hits.shape[1]), np.nan),
    }


def markers(questions: Sequence[Question], batch: EpisodeBatch) -> Bool[Tensor, "batch cells"]:
    """The marker cells of each test input; none where the family has no markers."""
    found = torch.zeros(batch.test.shape, dtype=torch.bool)
    for frame, question in zip(found, questions, strict=True):
        marker = marked(question)
        if marker is not None:
            frame[: marker.shape[0], : marker.shape[1]] = torch.from_numpy(marker)
    return found.flatten(1)


def chance_of_a_hit(cells: np.ndarray, marked: np.ndarray, draws: int) -> Float[np.ndarray, " batch"]:
    """1 − C(n − m, k) / C(n, k): that k distinct random cells of n hold one of m; 1 where they cannot miss."""
    missing = cells - marked
    drawn = np.minimum(draws, cells)
    with np.errstate(invalid="ignore"):
        log = (
            gammaln(missing + 1)
            - gammaln(missing - drawn + 1)
            - gammaln(cells + 1)
            + gammaln(cells - drawn + 1)
        )
    return np.where(drawn > missing, 1.0, 1 - np.exp(log))
