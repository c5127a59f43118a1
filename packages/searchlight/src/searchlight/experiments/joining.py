"""Several splits as one evaluation."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from searchlight.experiments.base import Evaluation


def join(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Rows and arrays one below the other; all hold the same arrays."""
    arrays = [
        {
            name: np.concatenate([getattr(each, kind)[name] for each in evaluations])
            for name in getattr(evaluations[0], kind)
        }
        for kind in ("states", "attention")
    ]
    return Evaluation(pl.concat([each.trials for each in evaluations]), *arrays)
