"""Made-up tables of a run's interventions, in which attributions follow flux, know degree alone, or know nothing."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from analysis import Run

MEDIA, METABOLITES, REACTIONS = 6, 60, 140
SPLITS = ("test/medium", "test/nutrient")


class MadeUp:
    """Nodes with a degree and a pathway, and fluxes that grow with both."""

    def __init__(self, seed: int = 0):
        rng = np.random.default_rng(7)
        self.rng = np.random.default_rng(seed)
        count = METABOLITES + REACTIONS
        self.kind = np.repeat(["metabolite", "reaction"], [METABOLITES, REACTIONS])
        self.degree = rng.integers(2, 7, count)
        self.subsystem = rng.choice(["glycolysis", "citric acid cycle", "transport"], count)
        pathway = np.unique(self.subsystem, return_inverse=True)[1]
        self.importance = self.degree + pathway + 6 * rng.random(count)

    def table(self, split: str, follows: float = 1.0) -> pl.DataFrame:
        """One row per medium and node; `score/inflow` follows the truth as far as it is told to."""
        return pl.concat([self.medium(split, number, follows) for number in range(MEDIA)])

    def medium(self, split: str, number: int, follows: float) -> pl.DataFrame:
        """The nodes of one medium."""
        truth = self.importance * (1 + 0.1 * self.rng.random(self.kind.size))
        noise = self.rng.normal(size=truth.size)
        of = {kind: np.where(self.kind == kind, truth, np.nan) for kind in ("reaction", "metabolite")}
        lost = np.where(truth > np.quantile(truth, 0.8), 1.0, 0.0)
        columns = {
            "node": [f"n{k}" for k in range(truth.size)],
            "kind": self.kind,
            "subsystem": self.subsystem,
            "degree": self.degree,
            "score/inflow": follows * truth + noise,
            "score/degree": self.degree.astype(float),
            "score/random": self.rng.random(truth.size),
            "truth/flux": of["reaction"],
            "truth/shadow_price": of["metabolite"],
            "truth/reaction_deletion": np.where(self.kind == "reaction", lost, np.nan),
            "truth/metabolite_deletion": np.where(self.kind == "metabolite", lost, np.nan),
        }
        rows = {"split": split, "item": f"medium {number}", "group": f"source {number // 2}"}
        frame = pl.DataFrame(columns).with_columns(**{k: pl.lit(v) for k, v in rows.items()})
        return frame.with_columns(
            step=pl.int_range(pl.len()), target=pl.lit(0.0), prediction=pl.lit(0.0), score=pl.lit(0.0)
        ).with_columns(pl.col("^truth/.*$").fill_nan(None))


@pytest.fixture(scope="session")
def made_up() -> type[MadeUp]:
    """Makes tables of attributions."""
    return MadeUp


@pytest.fixture(scope="session")
def stored(tmp_path_factory) -> Callable[..., Run]:
    """Keeps a table as the evaluation of a run, each in a folder of its own."""

    def kept(table: pl.DataFrame, seed: int = 0, **arrays: np.ndarray) -> Run:
        run = Run(tmp_path_factory.mktemp("made_up") / f"seed-{seed}")
        run.begin("system: metabolism", {"data_hash": "planted"})
        run.write_evaluation(table, {}, arrays)
        return run

    return kept
