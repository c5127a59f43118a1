"""Made-up runs, whose answers, attention and deletions are planted."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from analysis import Run

TASKS, OUTPUTS = 20, 2


def told(split: str = "test/seen", family: str = "colour_map", right: float = 0.75) -> pl.DataFrame:
    """Two outputs of each task, so many of them right; wrong answers have all background and half the foreground."""
    task, test = np.divmod(np.arange(TASKS * OUTPUTS), OUTPUTS)
    exact = np.random.default_rng(0).permutation(task.size) < right * task.size
    return pl.DataFrame(
        {
            "split": split,
            "item": [f"{family}-{a}/{b}" for a, b in zip(task, test, strict=True)],
            "group": [f"{family}-{a}" for a in task],
            "step": 0,
            "target": 1,
            "prediction": exact.astype(int),
            "either": exact.astype(int),
            "score": np.where(exact, 1.0, 0.8),
            "family": family,
            "size_right": True,
            "foreground": np.where(exact, 1.0, 0.5),
            "background": 1.0,
            "copied": 0,
        }
    )


@pytest.fixture(scope="session")
def outputs() -> Callable[..., pl.DataFrame]:
    """Makes tables of test outputs."""
    return told


@pytest.fixture(scope="session")
def stored(tmp_path_factory) -> Callable[..., Run]:
    """Keeps a table as the evaluation of a run, each in a folder of its own."""

    def kept(
        table: pl.DataFrame, attention: dict[str, np.ndarray] | None = None, config: str = "system: arc"
    ) -> Run:
        run = Run(tmp_path_factory.mktemp("made_up") / "seed-0")
        run.begin(config, {"data_hash": "planted"})
        run.write_evaluation(table, {}, attention or {})
        return run

    return kept
