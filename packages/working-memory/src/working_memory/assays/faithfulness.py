"""Whether the cells that are attended are those that matter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float

from analysis import Assay, Drawing, Estimate, Finding, Findings, Measure, Run, cluster_estimate, faithfulness

HELD = {"chance": 0.0, "bounds": (-1.0, 1.0), "cells": ("share",)}
DELETION = Measure("deletion_effect", **HELD)
KEEPING = Measure("keeping_effect", **HELD)
BY_FEATURE = {"chance": 0.0, "bounds": (-1.0, 1.0), "cells": ("feature",)}
FEATURE_DELETION = Measure("feature_deletion_effect", **BY_FEATURE)
FEATURE_KEEPING = Measure("feature_keeping_effect", **BY_FEATURE)
LINES = {"top": "most attended", "random": "random"}
KEPT_LINES = {"keep": "most attended", "keep_random": "random"}


@dataclass(frozen=True)
class FaithfulAttention(Assay):
    """P of the right answer without the most attended cells less that without as many random ones, and with only those.

    The effect is signed so that attention to what matters is above 0 in both (DeYoung et al. 2020, over chance). The
    interval is over sequences, the null flips the signs of whole sequences.
    """

    name = "faithfulness"
    question = "Does the answer rest on the cells that are attended?"
    measures = (DELETION, KEEPING, FEATURE_DELETION, FEATURE_KEEPING)
    controls = ("deletion",)

    def missing(self, run: Run) -> str:
        """An attention map over cells, where the look has none."""
        return "" if "look/weights" in run.attention() else "it looks at no cells that could be deleted"

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By share of the cells over all tasks, and by feature over all shares."""
        trials = controls["deletion"].trials()
        found = Restricted.of(trials)
        everything, figures = np.ones(len(found.groups), bool), []
        for place, share in enumerate(found.shares):
            figures += found.effects(everything, [place], (DELETION, KEEPING), {"share": share})
        for feature in sorted(set(found.features)):
            chosen, places = found.features == feature, list(range(len(found.shares)))
            figures += found.effects(
                chosen, places, (FEATURE_DELETION, FEATURE_KEEPING), {"feature": str(feature)}
            )
        draws = trials.filter(pl.col("which") == "random")["draw"].n_unique()
        note = f"faithfulness: {draws} draws of random cells; the split {found.split} alone"
        return Findings(tuple(figures), found.curves(), (note,))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """What is left of the right answer when cells are deleted, or only they are kept."""
        from analysis.figures import deletion_curves  # matplotlib is slow to import

        for arm, runs in found.items():
            first = next((each.arrays for each in runs if "curve/shares" in each.arrays), None)
            if first is None:
                continue
            panels = {
                "deleted": {words: line(first, which) for which, words in LINES.items()},
                "only these kept": {words: line(first, which) for which, words in KEPT_LINES.items()},
            }
            yield Drawing(
                f"faithfulness-{arm}",
                deletion_curves(
                    panels, label="P of the right answer", intact=estimate(first["curve/intact"][0])
                ),
                f"{arm}, first network: the right answer without the most attended cells, and with only those.",
                "Curves of the probability of the right answer over the share of cells.",
                "As many random cells, deleted or kept.",
            )


@dataclass(frozen=True)
class Restricted:
    """P of the right answer of every frame, by which cells were left."""

    split: str
    groups: np.ndarray
    features: np.ndarray
    shares: list[float]
    intact: Float[np.ndarray, " frames"]
    outputs: Mapping[str, Float[np.ndarray, "frames shares draws"]]

    @classmethod
    def of(cls, trials: pl.DataFrame) -> "Restricted":
        """From the rows that the experiment stored; every restriction has the same frames."""
        trials = trials.sort("item", "share", "draw")
        intact = trials.filter(pl.col("which") == "intact")
        outputs = {}
        for which in (*LINES, *KEPT_LINES):
            part = trials.filter(pl.col("which") == which)
            shape = len(intact), part["share"].n_unique(), part["draw"].n_unique()
            outputs[which] = part["right"].cast(pl.Float64).to_numpy().reshape(shape)
        shares = trials.filter(pl.col("which") == "top")["share"].unique().sort().to_list()
        right = intact["right"].cast(pl.Float64).to_numpy()
        groups, features = intact["group"].to_numpy(), intact["feature"].to_numpy().astype(str)
        return cls(intact["split"][0], groups, features, shares, right, outputs)

    def effects(
        self, chosen: np.ndarray, places: list[int], measures: tuple[Measure, Measure], cell: dict
    ) -> Iterator[Finding]:
        """Deletion and keeping over some frames and shares."""
        part = {which: each[chosen][:, places] for which, each in self.outputs.items()}
        found = faithfulness(
            self.intact[chosen],
            part["top"].squeeze(-1),
            part["random"],
            only_top=part["keep"].squeeze(-1),
            only_random=part["keep_random"],
            groups=self.groups[chosen],
        )
        for measure, each in zip(measures, (found.deletion, found.keeping), strict=True):
            assert each is not None
            yield Finding(measure.name, each.within(*measure.bounds), {"split": self.split, **cell})

    def curves(self) -> dict[str, np.ndarray]:
        """Mean, interval and n of P of the right answer by share, draws averaged."""
        found = {"curve/shares": np.array(self.shares), "curve/intact": self._line(self.intact[:, None])}
        return found | {f"curve/{which}": self._line(each.mean(-1)) for which, each in self.outputs.items()}

    def _line(self, values: Float[np.ndarray, "frames shares"]) -> Float[np.ndarray, "shares 4"]:
        each = [cluster_estimate(column, self.groups) for column in values.T]
        return np.array([(one.value, one.low, one.high, one.n) for one in each])


def line(arrays: Mapping[str, np.ndarray], which: str) -> dict[float, Estimate]:
    """A stored curve as estimates by share."""
    return {
        float(share): estimate(row)
        for share, row in zip(arrays["curve/shares"], arrays[f"curve/{which}"], strict=True)
    }


def estimate(row: Float[np.ndarray, " 4"]) -> Estimate:
    """A stored point of a curve."""
    value, low, high, n = map(float, row)
    return Estimate(value, low, high, int(n), None, "mean over frames, 95% Student t over sequences")
