"""Points of a grid, ranked on validation data, and what each setting changes there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis import Comparison, Estimate, Measure, Result
from analysis.store import Run
from searchlight import console
from searchlight.ablation import Ablation, in_words
from searchlight.comparison_tables import table_row
from searchlight.experiments import experiment_class
from searchlight.results import mean_over_seeds, measured, short


@dataclass(frozen=True)
class Point:
    """A point of a grid: its settings, its runs, what they reached, and how far it lies from the base."""

    settings: dict[str, Any]
    runs: Sequence[Run]
    validation: Estimate
    test: Estimate
    result: Result

    def document(self, *, chosen: bool) -> dict[str, Any]:
        """Plain values; the test figure only of the chosen one."""
        found = self.result.to_dict()
        return {
            "settings": self.settings,
            "runs": [str(run.path) for run in self.runs],
            "validation": self.validation.to_dict(),
            "chosen": chosen,
            "test": self.test.to_dict() if chosen else None,
            "against_base": {
                name: found[name] for name in ("difference", "p_corrected", "verdict", "reason")
            },
        }

    def row(self, *, chosen: bool) -> list[str]:
        """The cells of a table."""
        return [
            in_words(self.settings),
            short(self.validation),
            short(self.test) if chosen else "",
            str(len(self.runs)),
            *differing(self.result),
        ]


def show_sweep(
    system: str, settings: list[dict[str, Any]], runs: list[list[Run]], *, base: int = 0, as_json: bool
) -> None:
    """One row per point of a grid, the best on validation data first; only that one's test figure is shown.

    Beside it stands how far each lies from the base on validation data, and then what each setting does alone.
    """
    kind = experiment_class(system)
    measure = kind.measures[0]
    values = [by_seed(system, group, measure, kind.selected_on) for group in runs]
    ablation = Ablation(measure, settings, values, base)
    points = points_of(system, ablation, runs)
    points.sort(key=lambda point: point.validation.value, reverse=bool(measure.higher_is_better))
    chosen = points[0]
    if as_json:
        console.show_json([point.document(chosen=point is chosen) for point in points])
        return
    chance = f" (chance {measure.chance:g})" if measure.chance is not None else ""
    on = kind.selected_on.strip("/").replace("/", " ")
    columns = [f"{on} {measure.name}{chance}", "test, of the chosen one", "seeds", *COLUMNS]
    rows = [point.row(chosen=point is chosen) for point in points]
    console.show_table(["settings", *columns], rows, words=(0, 6))
    show_ablation(ablation)
    console.say(f"\nchosen on validation data: {chosen.runs[0].path.parent}")


COLUMNS = ("difference from base", "p (Holm)", "verdict")


def points_of(system: str, ablation: Ablation, runs: Sequence[Sequence[Run]]) -> list[Point]:
    """The points with what they reached."""
    measure, found = ablation.measure, ablation.differences()
    tested = experiment_class(system).reported_on
    return [
        Point(
            dict(settings),
            group,
            mean_over_seeds(values["value"].to_numpy(), measure),
            mean_over_seeds(by_seed(system, group, measure, tested)["value"].to_numpy(), measure),
            found.result(in_words(settings)),
        )
        for settings, values, group in zip(ablation.settings, ablation.values, runs, strict=True)
    ]


def show_ablation(ablation: Ablation) -> None:
    """What each setting does, the mean over the others, and the table of two settings."""
    if max(values.height for values in ablation.values) < 2:
        console.say("\ndifferences have no interval with one seed; --seeds 0..4 trains five")
    elif len(ablation.axes) > 1 and not ablation.is_complete:
        console.say("\nno mean over the other settings is taken: points of the grid were left out")
    elif len(ablation.axes) > 1:
        for name in ablation.axes:
            show_marginal(ablation.marginal(name), name)
    if names := ablation.two_way():
        show_two_way(ablation, *names)


def show_marginal(found: Comparison, name: str) -> None:
    """The levels of a setting against the base's."""
    title = f"\n{name}, mean over the other settings, on validation data; differences from {found.baseline}"
    rows = [[result.arm, table_row(result, found.metric)[2], *differing(result)] for result in found.results]
    console.show_table(["level", found.metric, *COLUMNS], rows, title=title, words=(0, 4))


def show_two_way(ablation: Ablation, down: str, across: str) -> None:
    """Validation figures of two settings, one down and one across."""
    rows = []
    for level in ablation.axes[down]:
        places = [ablation.point(**{down: level, across: other}) for other in ablation.axes[across]]
        rows.append([in_words({down: level}), *(cell(ablation, place) for place in places)])
    title = f"\nvalidation {ablation.measure.name}, {down} by {across}"
    columns = [in_words({across: level}) for level in ablation.axes[across]]
    console.show_table([down, *columns], rows, title=title)


def cell(ablation: Ablation, place: int | None) -> str:
    """A point's figure, nothing where it was not drawn."""
    if place is None:
        return ""
    return short(mean_over_seeds(ablation.values[place]["value"].to_numpy(), ablation.measure))


def differing(result: Result) -> list[str]:
    """Difference, corrected p and verdict of a result."""
    gap = result.difference
    if gap is None:
        return ["", "", "base" if result.verdict == "baseline" else result.verdict]
    return [short(gap.estimate, signed=True), f"{result.p_corrected:.3g}", result.verdict]


def by_seed(system: str, runs: Sequence[Run], measure: Measure, part: str) -> pl.DataFrame:
    """A measure averaged over the splits whose name starts so, one row per seed."""
    values = measured(system, runs, measure).filter(pl.col("split").str.starts_with(part))
    return values.group_by("seed", maintain_order=True).agg(pl.col("value").mean())
