"""Points of a grid, ranked on validation data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis import Estimate, Measure
from analysis.store import Run
from searchlight import console
from searchlight.experiments import experiment_class
from searchlight.results import mean_over_seeds, measured, short


@dataclass(frozen=True)
class Point:
    """A point of a grid: its settings, its runs, and what they reached on average over the splits of a kind."""

    settings: dict[str, Any]
    runs: Sequence[Run]
    validation: Estimate
    test: Estimate

    def document(self, *, chosen: bool) -> dict[str, Any]:
        """Plain values; the test figure only of the chosen one."""
        return {
            "settings": self.settings,
            "runs": [str(run.path) for run in self.runs],
            "validation": self.validation.to_dict(),
            "chosen": chosen,
            "test": self.test.to_dict() if chosen else None,
        }

    def row(self, *, chosen: bool) -> list[str]:
        """The cells of a table."""
        settings = " ".join(f"{name}={value}" for name, value in self.settings.items())
        return [settings, short(self.validation), short(self.test) if chosen else "", str(len(self.runs))]


def show_sweep(system: str, settings: list[dict[str, Any]], runs: list[list[Run]], *, as_json: bool) -> None:
    """One row per point of a grid, the best on validation data first; only that one's test figure is shown."""
    measure = experiment_class(system).measures[0]
    points = [
        Point(each, group, *(split_mean(system, group, measure, part) for part in ("validation/", "test/")))
        for each, group in zip(settings, runs, strict=True)
    ]
    points.sort(key=lambda point: point.validation.value, reverse=bool(measure.higher_is_better))
    chosen = points[0]
    if as_json:
        console.show_json([point.document(chosen=point is chosen) for point in points])
        return
    chance = f" (chance {measure.chance:g})" if measure.chance is not None else ""
    columns = ["settings", f"validation {measure.name}{chance}", "test, of the chosen one", "seeds"]
    console.show_table(columns, [point.row(chosen=point is chosen) for point in points])
    console.say(f"\nchosen on validation data: {chosen.runs[0].path.parent}")


def split_mean(system: str, runs: Sequence[Run], measure: Measure, part: str) -> Estimate:
    """A measure averaged over the splits whose name starts so, with its interval over seeds."""
    values = measured(system, runs, measure).filter(pl.col("split").str.starts_with(part))
    by_seed = values.group_by("seed", maintain_order=True).agg(pl.col("value").mean())
    return mean_over_seeds(by_seed["value"].to_numpy(), measure)
