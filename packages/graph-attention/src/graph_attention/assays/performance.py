"""How right growth, fluxes and flux splits are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Int

from analysis import (
    AnalysisError,
    Assay,
    Bootstrap,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    cluster_estimate,
)
from analysis.assays.averages import over_networks, point
from graph_attention.metrics import (
    FLUX_Q2,
    FLUX_R2,
    GROW_AUROC,
    GROWTH_Q2,
    IMBALANCE,
    MEASURES,
    SPLIT_TV,
    SPLIT_TV_DEPENDENT,
    auroc,
    flux_q2,
    q2,
)

OF_MEDIA = (FLUX_R2, IMBALANCE, SPLIT_TV, SPLIT_TV_DEPENDENT)
"""What each medium has by itself; the figure of a split is its mean."""


@dataclass(frozen=True)
class Performance(Assay):
    """Every measure on both test splits, with an interval over held-out nutrients or combinations.

    Q² and AUROC are of all media together, and their intervals a bootstrap of whole groups; Q² of fluxes is the median
    over the reactions that vary. Other figures are means over media, of those that have one.
    """

    resamples: int = 999
    seed: int = 0

    name = "performance"
    question = "How right are growth, fluxes and flux splits?"
    measures = MEASURES

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Each split by itself; what an arm does not predict is left out, and named."""
        trials, states = run.trials().with_row_index("row"), run.states()
        figures, absent = [], {}
        for (split,), part in trials.group_by("split", maintain_order=True):
            if not str(split).startswith("test/"):
                continue
            for measure, found in self.split(part, states):
                if found is None:
                    absent[measure.name] = None
                else:
                    figures.append(Finding(measure.name, found.within(*measure.bounds), {"split": split}))
        said = (f"it predicts nothing for: {', '.join(absent)}",) if absent else ()
        return Findings(tuple(figures), notes=said)

    def split(
        self, part: pl.DataFrame, states: Mapping[str, np.ndarray]
    ) -> Iterator[tuple[Measure, Estimate | None]]:
        """Each measure on one split; None where the arm does not predict what it needs."""
        yield GROWTH_Q2, self.drawn(part, GROWTH_Q2, lambda rows: growth_q2(part[rows]))
        known = "flux/predicted" in states
        yield FLUX_Q2, median_q2(states, part["row"].cast(pl.Int64).to_numpy()) if known else None
        yield (
            GROW_AUROC,
            self.drawn(part, GROW_AUROC, lambda rows: grow_auroc(part[rows]))
            if has(part, "grow_probability")
            else None,
        )
        for measure in OF_MEDIA:
            yield measure, over_media(part, measure) if has(part, measure.name) else None

    def drawn(
        self, part: pl.DataFrame, measure: Measure, statistic: Callable[[Int[np.ndarray, " rows"]], float]
    ) -> Estimate:
        """A figure of all media together, with whole groups drawn again."""
        rows, bootstrap = np.arange(part.height), Bootstrap(resamples=self.resamples, seed=self.seed)
        try:
            return bootstrap.groups(
                rows,
                part["group"].to_numpy(),
                lambda drawn: statistic(drawn.astype(int)),
                chance=measure.chance,
            )
        except AnalysisError as error:
            return Estimate.not_estimable(str(error), n=part.height, chance=measure.chance)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Growth and fluxes of every arm, one figure per measure."""
        from analysis.figures import interval_plot  # matplotlib is slow to import

        for measure in (GROWTH_Q2, FLUX_R2, SPLIT_TV_DEPENDENT):
            for arms in over_networks(found, measure, along="split").values():
                yield Drawing(
                    f"performance-{measure.name}",
                    interval_plot(arms, label=measure.name, level="training mean"),
                    f"{measure.name} on held-out combinations and held-out nutrients: 95 % interval over networks.",
                    f"Interval plot of {', '.join(arms)}.",
                    "The dashed line, where there is one, is what the mean of the training media reaches.",
                )


def growth_q2(part: pl.DataFrame) -> float:
    """Q² of growth over some media."""
    return q2(part["target"].to_numpy(), part["prediction"].to_numpy(), float(part["training_mean"][0]))


def grow_auroc(part: pl.DataFrame) -> float:
    """AUROC of growth or none."""
    return auroc(part["grows"].cast(pl.Boolean).to_numpy(), part["grow_probability"].to_numpy())


def median_q2(states: Mapping[str, np.ndarray], rows: Int[np.ndarray, " rows"]) -> Estimate:
    """Median over the reactions that vary."""
    target, predicted, reference = (
        states[f"flux/{name}"][rows].astype(float) for name in ("target", "predicted", "reference")
    )
    each = flux_q2(target, predicted, reference[0])
    if np.isnan(each).all():
        return Estimate.not_estimable("no flux varies over these media", chance=FLUX_Q2.chance)
    return point(float(np.nanmedian(each)), int((~np.isnan(each)).sum()), FLUX_Q2)


def over_media(part: pl.DataFrame, measure: Measure) -> Estimate:
    """Mean over the media that have a figure."""
    kept = part.filter(pl.col(measure.name).is_not_null() & pl.col(measure.name).is_not_nan())
    return cluster_estimate(kept[measure.name].to_numpy(), kept["group"].to_numpy(), chance=measure.chance)


def has(part: pl.DataFrame, column: str) -> bool:
    """Whether an arm predicts this at all."""
    return column in part.columns and bool(part[column].cast(pl.Float64).fill_nan(None).count())
