"""Whether the support cells that are attended are those that answers rest on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float

from analysis import (
    AssayOfAttention,
    Drawing,
    Estimate,
    Faithfulness,
    Finding,
    Findings,
    Measure,
    Run,
    cluster_estimate,
    faithfulness,
)
from analysis.assays.parts import curve, tested_splits

OUTPUTS = {"exact_match": "prediction", "log_probability": "log_probability"}
"""Whether the answer is right, and the mean log-probability of the right answer's cells, in nats."""
BOUNDS = {"exact_match": 1.0, "log_probability": np.inf}
"""How far each can be from 0."""
HELD: dict[str, Any] = {"chance": 0.0, "cells": ("output", "share"), "apart": ("output", "share")}
WHOLE: dict[str, Any] = {"chance": 0.0, "cells": ("output",), "apart": ("output",)}
DELETION = Measure("deletion_effect", **HELD)
KEEPING = Measure("keeping_effect", **HELD)
AOPC = Measure("deletion_area", **WHOLE)
AOPC_BY_FAMILY = Measure(
    "deletion_area_by_family", chance=0.0, cells=("family", "output"), apart=("family", "output")
)
DROP = Measure("deletion_drop", **WHOLE)
LEFT = Measure(
    "left", cells=("output", "which", "share"), apart=("output", "which", "share"), higher_is_better=None
)
WORDS = {"top": "most attended", "random": "random", "keep": "most attended", "keep_random": "random"}
DROPPED, KEPT = ("top", "random"), ("keep", "keep_random")
LABELS = {
    "exact_match": "answers that are right",
    "log_probability": "log-probability of the right answer per cell (nats)",
}


@dataclass(frozen=True)
class FaithfulAttention(AssayOfAttention):
    """How much worse answers are when test cells lose the support cells they attend most, than as many random ones.

        effect = mean over outputs and draws of (output without random support cells − output without the top ones)

    Every test cell loses, or keeps, the same share of its keys in every step; random ones are drawn from the same grids
    in the same numbers. `keeping_effect` leaves nothing but the top ones, or random ones. `deletion_area` is the mean
    effect over all shares, and `deletion_drop` that of output intact − output without the top ones: the area over the
    perturbation curve (Samek et al. 2017). All are signed so that attention to what matters is above 0 (DeYoung et al.
    2020). Intervals are over tasks, the null flips the signs of whole tasks.
    """

    name = "faithfulness"
    question = "Do answers rest on the support cells that are attended?"
    measures = (DELETION, KEEPING, AOPC, AOPC_BY_FAMILY, DROP, LEFT)
    controls = ("deletion",)

    def missing(self, run: Run) -> str:
        """Attention to the support, where the run kept none."""
        attends = any(name.endswith("/determining") for name in run.attention())
        return "" if attends else "it attends to no support cells"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By split and output, at each share of the support cells and over all of them; over all, by family too."""
        figures: list[Finding] = []
        notes: list[str] = []
        for split, part in tested_splits(controls["deletion"].trials()):
            for output, column in OUTPUTS.items():
                known = part.filter(pl.col(column).is_not_null())
                figures += Restricted.of(known, column).figures({"split": split, "output": output})
                figures += by_family(known, column, {"split": split, "output": output})
                if lost := part["item"].n_unique() - known["item"].n_unique():
                    notes.append(
                        f"{split}: {lost} test outputs left out of {output}, the answer leaves its canvas"
                    )
            draws = part.filter(pl.col("which") == "random")["draw"].n_unique()
            items = part["item"].n_unique()
            notes.append(f"{split}: {items} test outputs, {draws} draws of random support cells")
        return Findings(tuple(figures), notes=tuple(notes))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """What is left of an output when support cells are closed, or only they are open."""
        from analysis.figures import deletion_curves  # matplotlib is slow to import

        for arm, networks in found.items():
            for split in dict.fromkeys(each.cell["split"] for one in networks for each in one.of(LEFT.name)):
                for output, label in LABELS.items():
                    lines = {
                        which: curve(networks, LEFT, along="share", split=split, output=output, which=which)
                        for which in ("intact", *WORDS)
                    }
                    drawn = deletion_curves(
                        in_panels(lines),
                        label=label,
                        intact=lines["intact"][0.0],
                        x="share of the support cells",
                    )
                    yield Drawing(
                        f"faithfulness-{output}-{arm}-{split.partition('/')[2]}",
                        drawn,
                        f"{arm}, {split}: {label} without the most attended support cells, and with only those.",
                        "Curves over the share of the support cells.",
                        "As many random cells of the same grids, closed or left open.",
                    )


@dataclass(frozen=True, eq=False)
class Restricted:
    """One output of every question, by which support cells were left."""

    groups: np.ndarray
    shares: list[float]
    intact: Float[np.ndarray, " items"]
    outputs: Mapping[str, Float[np.ndarray, "items shares draws"]]

    @classmethod
    def of(cls, part: pl.DataFrame, column: str) -> "Restricted":
        """From the rows of a split; every restriction has the same questions."""
        rows = part.sort("item", "share", "draw")
        intact = rows.filter(pl.col("which") == "intact")
        shares = sorted(set(rows.filter(pl.col("which") == "top")["share"]))
        outputs = {
            which: rows.filter(pl.col("which") == which)[column]
            .cast(pl.Float64)
            .to_numpy()
            .reshape(len(intact), len(shares), -1)
            for which in WORDS
        }
        return cls(intact["group"].to_numpy(), shares, intact[column].cast(pl.Float64).to_numpy(), outputs)

    @property
    def everywhere(self) -> Faithfulness:
        """Over all shares."""
        return self.effect(list(range(len(self.shares))))

    def figures(self, cell: dict[str, Any]) -> Iterator[Finding]:
        """Effects at each share and over all of them, and what is left."""
        everywhere = self.everywhere
        yield figure(AOPC, everywhere.deletion, cell)
        yield figure(DROP, everywhere.drop, cell)
        yield self.left(self.intact, {**cell, "which": "intact", "share": 0.0})
        for place, share in enumerate(self.shares):
            effect, here = self.effect([place]), {**cell, "share": share}
            assert effect.keeping is not None
            yield figure(DELETION, effect.deletion, here)
            yield figure(KEEPING, effect.keeping, here)
            for which, values in self.outputs.items():
                yield self.left(values[:, place].mean(-1), {**here, "which": which})

    def effect(self, places: list[int]) -> Faithfulness:
        """Deletion and keeping over some shares."""
        part = {which: each[:, places] for which, each in self.outputs.items()}
        return faithfulness(
            self.intact,
            part["top"].squeeze(-1),
            part["random"],
            only_top=part["keep"].squeeze(-1),
            only_random=part["keep_random"],
            groups=self.groups,
        )

    def left(self, values: Float[np.ndarray, " items"], cell: dict[str, Any]) -> Finding:
        """The mean of an output."""
        return figure(LEFT, cluster_estimate(values, self.groups), cell)


def by_family(known: pl.DataFrame, column: str, cell: dict[str, Any]) -> Iterator[Finding]:
    """The area of each family; tasks that were read are of none."""
    for (family,), rows in known.filter(pl.col("family") != "").group_by("family", maintain_order=True):
        area = Restricted.of(rows, column).everywhere.deletion
        yield figure(AOPC_BY_FAMILY, area, {**cell, "family": family})


def figure(measure: Measure, found: Estimate, cell: dict[str, Any]) -> Finding:
    """An estimate, its interval cut to what its output can be."""
    most = BOUNDS[cell["output"]]
    return Finding(measure.name, found.within(-most, most), cell)


def in_panels(lines: Mapping[str, dict[float, Estimate]]) -> dict[str, dict[str, dict[float, Estimate]]]:
    """Cells closed, and nothing else left open."""
    return {
        "closed": {WORDS[which]: lines[which] for which in DROPPED},
        "only these open": {WORDS[which]: lines[which] for which in KEPT},
    }
