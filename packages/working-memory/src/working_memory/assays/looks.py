"""Frames of a run with where its look was, and trials with where it was in both frames that they compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from jaxtyping import Float

from analysis import Run

COLUMNS = ("entropy", "effective", "mass", "area")


@dataclass(frozen=True)
class Looks:
    """The test frames that show an object, and what was stored of the attention in each.

    `frames` has the run's columns, `row` in the arrays, and averages over heads: `entropy` over its maximum,
    `effective` cells exp(H) as a share of all, `mass` on the object and the `area` that it covers, null without masks.
    """

    frames: pl.DataFrame
    arrays: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, run: Run) -> "Looks":
        """Those of a run, or of one of its controls."""
        arrays = run.attention()
        entropy = arrays["look/entropy"].astype(float)
        cells = arrays["look/weights"][0, 0].size
        unknown = pl.lit(None, pl.Float64)
        mass, area = arrays.get("look/object_mass"), arrays.get("look/object_area")
        frames = run.trials().with_columns(
            entropy=pl.Series(entropy.mean(1)),
            effective=pl.Series((cells ** (entropy - 1)).mean(1)),
            mass=unknown if mass is None else pl.Series(mass.mean(1).astype(float)),
            area=unknown if area is None else pl.Series(area.astype(float)),
        )
        frames = frames.with_row_index("row")
        shown = pl.col("split").str.starts_with("test/") & pl.col("position").is_not_null()
        return cls(frames.filter(shown).sort("split", "group", "step"), arrays)

    @property
    def splits(self) -> list[str]:
        """Which splits were tested."""
        return self.frames["split"].unique(maintain_order=True).to_list()

    @property
    def features(self) -> list[str]:
        """Which features are asked."""
        return self.frames["feature"].unique().sort().to_list()

    @cached_property
    def trials(self) -> pl.DataFrame:
        """The scored frames; attention is the mean of the frame that is answered and of the one it is compared with."""
        earlier = self.frames.select("split", "group", "position", *COLUMNS)
        both = self.frames.filter("scored").with_columns(there=pl.col("position") - pl.col("n"))
        both = both.join(
            earlier,
            left_on=("split", "group", "there"),
            right_on=("split", "group", "position"),
            suffix=" before",
            maintain_order="left",
        )
        return both.with_columns((pl.col(name) + pl.col(f"{name} before")) / 2 for name in COLUMNS)

    def maps(self, rows: pl.DataFrame) -> Float[np.ndarray, "frames heads cells"]:
        """Attention in some of the frames."""
        return self.arrays["look/weights"][rows["row"].to_numpy()].reshape(
            len(rows), self.arrays["look/weights"].shape[1], -1
        )
