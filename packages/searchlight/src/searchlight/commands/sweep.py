"""`searchlight sweep`: a grid of settings, or presets beside each other, chosen on validation data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from searchlight.configuration import Resolved, load_config, with_settings
from searchlight.errors import UsageError
from searchlight.options import Config, Number, parse_seeds, parse_with_config


@dataclass(frozen=True)
class Sweep:
    """Train a grid of settings, or a random part of it, and choose one on validation data alone.

    Every point of the grid is a run of its own; the same command goes on where it stopped.
    With two seeds or more, differences from the configuration's own setting have intervals,
    and with two settings there is a table of one by the other. In place of a grid, presets
    can stand beside the configuration: an ablation table.

    Example: searchlight sweep working_memory/mtmf --grid model.dropout=0,0.1,0.3 --seeds 0..2
             searchlight sweep persistence/tracks --presets no_time,no_position --seeds 0..2
    """

    config: Config
    """A preset, a YAML file, or the folder of a run."""
    grid: Annotated[tuple[str, ...], tyro.conf.UseAppendAction] = ()
    """A setting and its values, name=a,b,c; once per setting."""
    presets: str = ""
    """Presets of the same system that stand beside CONFIG, a,b,c, with its flags; in place of --grid."""
    random: Number = None
    """Train only so many points of the grid, drawn with seed 0."""
    seeds: str = "0"
    """Which seeds, as for train; points are ranked by their mean."""
    runs: Path = Path("runs")
    """Folder of all runs."""
    jobs: Number = None
    """Runs trained at the same time."""
    json: bool = False
    """Print the table for a machine."""


def main(args: Sequence[str]) -> None:
    """Train what is missing, then print one table."""
    options, resolved = parse_with_config(Sweep, "sweep", args)
    seeds = parse_seeds(options.seeds)
    if options.presets:
        points, variants = presets_beside(resolved, options)
    else:
        points = drawn_points(options)
        variants = [variant(resolved, point) for point in points]
    from searchlight import console
    from searchlight.ablation import base_point
    from searchlight.jobs import train_all
    from searchlight.sweeping import show_sweep

    console.remark_all(resolved.notes)

    jobs = [(each, seed) for each in variants for seed in seeds]
    runs = train_all(jobs, options.runs, resume=True, jobs_at_once=options.jobs)
    by_point = [runs[i : i + len(seeds)] for i in range(0, len(runs), len(seeds))]
    base = base_point(points, resolved.document)
    show_sweep(resolved.system, points, by_point, base=base, as_json=options.json)


def variant(resolved: Resolved, point: dict) -> Resolved:
    """The configuration at a point of the grid."""
    return resolved.with_config(with_settings(resolved.config, point, "--grid"))


def presets_beside(resolved: Resolved, options: Sweep) -> tuple[list[dict], list[Resolved]]:
    """The configuration and the named presets, changed by the same flags, each as a point named by its preset.

    Raises:
        UsageError: a grid is asked for too, or a preset twice. ConfigError: there is no such preset.
    """
    if options.grid or options.random is not None:
        raise UsageError("--presets stands in place of --grid and --random; leave one of them out.")
    names = [f"{resolved.system}/{name.strip()}" for name in options.presets.split(",")]
    own = resolved.name.split("+")[0]
    if len({own, *names}) <= len(names):
        raise UsageError(f"--presets {options.presets}: a preset stands there twice, or is CONFIG itself.")
    beside = [with_flags(load_config(name), resolved) for name in names]
    points = [{"preset": name.removeprefix(f"{resolved.system}/")} for name in (own, *names)]
    return points, [resolved, *beside]


def with_flags(preset: Resolved, resolved: Resolved) -> Resolved:
    """A preset with what flags changed in another configuration."""
    return preset.with_config(with_settings(preset.config, dict(resolved.changed), "--presets"))


def drawn_points(options: Sweep) -> list[dict]:
    """The points of the grid, or as many of them as were asked for."""
    points = grid_points(options.grid)
    return points if options.random is None else draw(points, options.random)


def grid_points(grid: Sequence[str]) -> list[dict]:
    """Every combination of the settings.

    Raises:
        UsageError: there is no setting, or one is not written name=a,b,c with values in YAML.
    """
    from itertools import product

    import yaml

    if not grid:
        raise UsageError(
            "sweep needs --grid name=a,b,c, such as --grid model.dropout=0,0.1,0.3, or --presets."
        )
    axes = {}
    for each in grid:
        name, equals, values = each.partition("=")
        if not equals or not values:
            raise UsageError(f"--grid {each!r}: expected name=a,b,c.")
        try:
            axes[name] = yaml.safe_load(f"[{values}]")
        except yaml.YAMLError:
            raise UsageError(
                f"--grid {each!r}: its values are not YAML, such as 1,2 or [1,2],[1,2,3]."
            ) from None
    return [dict(zip(axes, combination, strict=True)) for combination in product(*axes.values())]


def draw(points: list[dict], count: int) -> list[dict]:
    """A random part of the grid, in its order, the same whenever it is asked for.

    Raises:
        UsageError: `count` is not between one and the number of points.
    """
    from random import Random

    if not 1 <= count <= len(points):
        raise UsageError(f"--random {count}: expected 1 to {len(points)}, the points of the grid.")
    chosen = sorted(Random(0).sample(range(len(points)), count))
    return [points[index] for index in chosen]
