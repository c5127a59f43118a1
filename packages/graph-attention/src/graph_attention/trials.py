"""One row for each evaluated medium: what was true of it, what was predicted, and how far these are apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from analysis import Measure
from graph_attention.errors import MetabolicError
from graph_attention.metrics import (
    GROW_AUROC,
    GROWTH_Q2,
    auroc,
    condition_dependent,
    flux_r2,
    imbalance,
    q2,
    signed_log,
    total_variation,
)
from graph_attention.predictions import Prediction
from graph_attention.truth.medium_set import MediumSet
from graph_attention.truth.recipes import GROWS
from graph_attention.truth.splits import producer_splits

if TYPE_CHECKING:
    from graph_attention.baselines.base import Labelled


@dataclass(frozen=True, eq=False)
class Reference:
    """What is known of the training media, and is needed to score the others."""

    growth: float
    """Mean growth, per hour."""
    sources: frozenset[str]
    """Every nutrient that some medium chose."""
    flux: Float[np.ndarray, " reactions"] | None = None
    """Mean signed log flux."""
    dependent: Bool[np.ndarray, " metabolites"] | None = None
    """Which split metabolites depend on conditions (see `condition_dependent`), in the order of `total_variation`."""

    @classmethod
    def of(cls, dataset: "Labelled", train: Int[np.ndarray, " rows"]) -> "Reference":
        """That of these training rows; of growth alone where the data set knows no flux."""
        growth = float(dataset.growth[train].mean())
        sources = frozenset(each for row in train for each in dataset.media[row].sources())
        if dataset.flux is None:
            return cls(growth, sources)
        flux = dataset.flux[train]
        edges, shares = producer_splits(dataset.graph, flux)
        dependent = condition_dependent(shares, edges.metabolite)
        return cls(growth, sources, signed_log(flux).mean(0), dependent)

    def groups(self, media: MediumSet) -> list[str]:
        """What may not cross folds: the first source of a medium that training never showed, else its combination."""
        strange = [sorted(set(medium.sources()) - self.sources) for medium in media]
        return [
            new[0] if new else combination
            for new, combination in zip(strange, media.combinations, strict=True)
        ]


def trials_table(
    dataset: "Labelled",
    rows: Int[np.ndarray, " rows"],
    prediction: Prediction,
    *,
    split: str,
    reference: Reference,
) -> pl.DataFrame:
    """One row per medium; growth per hour in `target` and `prediction`, `score` the probability that it grows.

    `flux_r2` is null where a medium supports no growth: what is left there is maintenance, and growth or no growth
    is asked apart. What a prediction does not speak of is null in every row.

    Args:
        dataset: the media and their labels.
        rows: the rows that were predicted.
        prediction: of these rows.
        split: what they hold out.
        reference: what is known of training.
    """
    media, growth = dataset.media.take(rows), dataset.growth[rows]
    columns = {
        "split": [split] * len(rows),
        "item": media.names,
        "group": reference.groups(media),
        "step": [0] * len(rows),
        "target": growth,
        "prediction": prediction.growth,
        "score": prediction.grow_probability,
        "aerobic": media.aerobic,
        "sources": [len(medium.sources()) for medium in media],
        "kind": [medium.kind for medium in media],
        "training_mean": [reference.growth] * len(rows),
        "grows": growth > GROWS,
        "grow_probability": prediction.grow_probability,
    }
    nothing = np.full(len(rows), np.nan)
    told = dict.fromkeys(FROM_FLUXES, nothing) | _of_fluxes(dataset, rows, prediction, reference)
    return pl.DataFrame(
        columns | {name: pl.Series(name, values, nan_to_null=True) for name, values in told.items()}
    )


FROM_FLUXES = ("flux_r2", "imbalance", "split_tv", "split_tv_dependent")


def _of_fluxes(
    dataset: "Labelled", rows: Int[np.ndarray, " rows"], prediction: Prediction, reference: Reference
) -> dict[str, Float[np.ndarray, " rows"]]:
    if dataset.flux is None:
        return {}
    flux, found = dataset.flux[rows], {}
    if prediction.flux is not None:
        within = np.where(dataset.growth[rows] > GROWS, flux_r2(flux, prediction.flux), np.nan)
        balance = imbalance(dataset.graph.stoichiometry, prediction.flux)
        found |= {"flux_r2": within, "imbalance": balance}
    if prediction.producers is not None:
        edges, shares = producer_splits(dataset.graph, flux)
        gaps = total_variation(shares, prediction.producers, edges.metabolite)
        found |= {"split_tv": _mean(gaps), "split_tv_dependent": _mean(gaps[:, reference.dependent])}
    return found


def _mean(gaps: Float[np.ndarray, "rows metabolites"]) -> Float[np.ndarray, " rows"]:
    """The mean over the metabolites of each medium that have a gap; NaN where none has."""
    known = ~np.isnan(gaps)
    count = known.sum(1)
    return np.where(count > 0, np.where(known, gaps, 0).sum(1) / np.maximum(count, 1), np.nan)


def measured(trials: pl.DataFrame, measure: Measure, by: Sequence[str] = ("split",)) -> pl.DataFrame:
    """A measure of trials in every combination of `by`: those columns, and `value`.

    Growth Q² is of the media of a cell together, and so is the AUROC; the others are means over the media that have
    the figure. A combination without any, or for the AUROC of one kind alone, has no row.

    Raises:
        MetabolicError: the trials do not hold what the measure is made of.
    """
    needs = {GROWTH_Q2.name: "training_mean", GROW_AUROC.name: "grow_probability"}.get(
        measure.name, measure.name
    )
    if missing := [name for name in (*by, needs) if name not in trials.columns]:
        raise MetabolicError(
            f"trials have no column {missing[0]!r}; expected among: {', '.join(trials.columns)}"
        )
    cells = trials.group_by(by, maintain_order=True) if by else [((), trials)]
    found = [(*key, _value(part, measure)) for key, part in cells]
    schema = {**{name: trials.schema[name] for name in by}, "value": pl.Float64}
    table = pl.DataFrame(found, schema=schema, orient="row").filter(pl.col("value").is_not_nan())
    return table.sort(by) if by else table


def _value(part: pl.DataFrame, measure: Measure) -> float:
    target = part["target"].to_numpy()
    if measure.name == GROWTH_Q2.name:
        return q2(target, part["prediction"].to_numpy(), float(part["training_mean"][0]))
    if measure.name == GROW_AUROC.name:
        return auroc(part["grows"].to_numpy(), part["grow_probability"].to_numpy())
    mean = part[measure.name].drop_nulls().mean()
    return float("nan") if mean is None else float(mean)  # type: ignore[arg-type]
