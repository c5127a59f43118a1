"""Made-up runs, in which attention follows what lasts, follows nothing, or is only told of some clips."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from analysis import Run


@dataclass(frozen=True)
class MadeUp:
    """Detections of some clips; those of persistent objects come first, clutter at the end."""

    clips: int = 40
    persistent: int = 8
    others: int = 12
    clutter: int = 2
    seed: int = 0

    def table(self, split: str = "test/same", separates: float = 1.5) -> pl.DataFrame:
        """Scores that tell the classes apart as far as they are told to."""
        rng = np.random.default_rng(self.seed)
        size = self.persistent + self.others
        target = np.tile(np.arange(size) < self.persistent, self.clips)
        clip = np.repeat(np.arange(self.clips), size)
        place = np.tile(np.arange(size), self.clips)
        hard = rng.normal(0, 0.3, self.clips)[clip]
        score = 1 / (1 + np.exp(-separates * (2 * target - 1) - rng.normal(size=target.size) - hard))
        clutter = place >= size - self.clutter
        kind = np.where(
            target, "persistent", np.where(clutter, "clutter", np.where(place % 2, "flash", "blinker"))
        )
        return pl.DataFrame(
            {
                "split": split,
                "item": [f"clip-{c}/{p}" for c, p in zip(clip, place, strict=True)],
                "group": [f"clip-{c}" for c in clip],
                "step": place % 8,
                "target": target.astype(float),
                "prediction": (score >= 0.5).astype(float),
                "score": score,
                "kind": kind,
                "seen": np.where(target, 1 + place % self.persistent, 1 + place % 3),
                "clutter": clutter,
            }
        )

    def attention(self, table: pl.DataFrame, ratio: float = 1.0, sd: float = 0.2) -> dict[str, np.ndarray]:
        """What is received where persistent detections get `ratio` times as much; the mean of a clip is 1."""
        rng = np.random.default_rng(self.seed + 1)
        mass = np.where(table["target"] == 1, ratio, 1.0) * np.exp(rng.normal(0, sd, table.height))
        clip = np.unique(table["group"].to_numpy(), return_inverse=True)[1]
        mean = np.bincount(clip, mass) / np.bincount(clip)
        received = (mass / mean[clip]).astype(np.float16)
        return {
            "layer1/received": np.ones_like(received),
            "layer2/received": received,
            "rollout/received": received,
            "layer1/entropy": np.full(table.height, 1.0, np.float16),
            "layer2/entropy": np.full(table.height, 0.5, np.float16),
        }


@pytest.fixture(scope="session")
def made_up() -> type[MadeUp]:
    """Makes tables of detections."""
    return MadeUp


@pytest.fixture(scope="session")
def stored(tmp_path_factory) -> Callable[..., Run]:
    """Keeps a table as the evaluation of a run, each in a folder of its own."""

    def kept(table: pl.DataFrame, attention: dict[str, np.ndarray] | None = None, seed: int = 0) -> Run:
        run = Run(tmp_path_factory.mktemp("made_up") / f"seed-{seed}")
        run.begin("system: persistence", {"data_hash": "planted"})
        run.write_evaluation(table, {}, attention or {})
        return run

    return kept
