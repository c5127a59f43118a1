"""From runs to the ladder: what is missing is trained, every rung's figures are put together and kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import Estimate, mean_estimate, write_atomically
from analysis.assays.archive import Archive
from searchlight.arc_ladder_figures import Climbed, Figure
from searchlight.arc_ladder_quantities import mean
from searchlight.arc_ladder_rungs import ORDER, RUNGS, Ask, Rung
from searchlight.assaying import archive_of
from searchlight.claiming import make_findings, train_missing
from searchlight.errors import UsageError, nearest
from searchlight.experiments import experiment_class
from searchlight.stock import Stock, stocks_of

SYSTEM = "arc"


@dataclass(frozen=True)
class Ladder:
    """What was climbed, now and before; rungs that never were are shown as not run."""

    root: Path
    climbed: Mapping[str, Climbed]
    now: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where rungs, table and page are kept."""
        return folder_of(self.root)

    @property
    def not_run(self) -> list[str]:
        """The rungs of which nothing is known."""
        return [name for name in ORDER if name not in self.climbed]

    @property
    def before(self) -> list[str]:
        """The rungs that are shown as they were kept."""
        return [name for name in self.climbed if name not in self.now]


def folder_of(root: Path) -> Path:
    """The ladder's folder among the runs."""
    return root / "ladder" / SYSTEM


def rungs_named(names: Sequence[str]) -> tuple[str, ...]:
    """The rungs that are asked for, in their order.

    Raises:
        UsageError: there is no such rung.
    """
    for name in names:
        if name not in ORDER:
            raise UsageError(f"--rungs {name} is no rung.{nearest(name, ORDER)}")
    return tuple(name for name in ORDER if name in names)


def stocks_for(rungs: Sequence[str], seeds: Sequence[int], root: Path) -> dict[str, Stock]:
    """What there is of every arm that rungs of generated tasks need."""
    arms = dict.fromkeys(arm for name in rungs if name in RUNGS for arm in RUNGS[name].arms)
    return stocks_of(SYSTEM, list(arms), seeds, root)


def climb(rung: Rung, seeds: Sequence[int], root: Path, *, jobs_at_once: int | None = None) -> Climbed:
    """Train what a rung lacks, measure what is not measured yet, put its figures together, and keep them."""
    stocks = train_missing(stocks_of(SYSTEM, list(rung.arms), seeds, root), seeds, jobs_at_once=jobs_at_once)
    archive = archive_of({arm: stock.runs for arm, stock in stocks.items()})
    measure(rung, archive, jobs_at_once)
    return keep(Climbed(rung.name, tuple(seeds), tuple(figure_of(ask, archive) for ask in rung.asks)), root)


def measure(rung: Rung, archive: Archive, jobs_at_once: int | None) -> None:
    """Make the findings that a rung reads."""
    sources: dict[str, list] = {}
    for ask in rung.asks:
        read = [*ask.quantity.sources, *(ask.beside[1].sources if ask.beside else ())]
        for arm in ask.arms:
            sources.setdefault(arm, []).extend(read)
    known = {assay.name for assay in experiment_class(SYSTEM).assays}
    make_findings(SYSTEM, archive, sources, known, jobs_at_once)


def figure_of(ask: Ask, archive: Archive) -> Figure:
    """The mean over networks with its interval over seeds; of a gain, over pairs of one seed."""
    found = ask.quantity.known(archive, ask.arms)
    values = dict(found.of(ask.arm))
    if ask.minus:
        other = found.of(ask.minus)
        values = {seed: value - other[seed] for seed, value in values.items() if seed in other}
    beside = ""
    if ask.beside:
        said, quantity = ask.beside
        level = list(quantity.known(archive, (ask.arm,)).of(ask.arm).values())
        beside = f"{said} {mean(level):.2f}" if level else ""
    estimate = over_seeds(list(values.values()), 0.0 if ask.minus else None, ask.bounds)
    over = f"{len(values)} seeds" if len(values) > 1 else "one seed"
    return Figure(ask.what, ask.arm, estimate, over, ask.target, beside)


def over_seeds(
    values: Sequence[float], chance: float | None = None, bounds: tuple[float, float] = (0.0, 1.0)
) -> Estimate:
    """Mean and interval of one value per network, the interval cut to what values can be."""
    if not values:
        return Estimate.not_estimable("no network tells it")
    return mean_estimate(values, chance=chance).within(*bounds)


def keep(found: Climbed, root: Path) -> Climbed:
    """Write a rung's figures into the ladder's folder."""
    path = folder_of(root) / f"{found.rung}.json"
    text = json.dumps(found.to_dict(), indent=2, sort_keys=True) + "\n"
    write_atomically(path, lambda place: place.write_text(text, encoding="utf-8"))
    return found


def kept(name: str, root: Path) -> Climbed | None:
    """A rung as it was climbed before; None where it never was.

    Raises:
        UsageError: its file is damaged.
    """
    path = folder_of(root) / f"{name}.json"
    if not path.is_file():
        return None
    try:
        return Climbed.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        raise UsageError(f"{path} is no rung of a ladder; remove it, and climb {name} again.") from None


def assembled(root: Path, now: Sequence[str]) -> Ladder:
    """All rungs that are kept, in their order."""
    found = {name: each for name in ORDER if (each := kept(name, root)) is not None}
    return Ladder(root, found, tuple(now))
