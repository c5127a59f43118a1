"""The claims of a system, settled from saved runs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from analysis import AnalysisError, Archive, Findings, Hypothesis, Settled, settle
from analysis.assays.interventions import Intervened
from analysis.claims.hypotheses import needed
from analysis.claims.quantities import Source
from analysis.store import Run
from searchlight import console
from searchlight.assaying import archive_of, assay_named, measure_all, side_by_side
from searchlight.controls import control_at, control_of
from searchlight.errors import UsageError
from searchlight.experiments import experiment_class
from searchlight.jobs import train_all
from searchlight.stock import Stock, stocks_of


@dataclass(frozen=True)
class Settlement:
    """The claims of a system, the networks that there were, and what came of every prediction.

    `only` names the claims that were asked for, where these are not all.
    """

    system: str
    root: Path
    stocks: Mapping[str, Stock]
    settled: Sequence[Settled]
    only: tuple[int, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the answer is kept; some claims have a folder of their own beside that of all."""
        return self.root / "claims" / "-".join([self.system, *map(str, self.only)])


def claims_of(system: str, only: Collection[int] = ()) -> tuple[Hypothesis, ...]:
    """The claims of a system, or those with some numbers.

    Raises:
        UsageError: the system makes no claims, or none of a number.
    """
    known = {each.number: each for each in experiment_class(system).claims}
    if not known:
        raise UsageError(f"{system} makes no claims.")
    if strange := [str(number) for number in only if number not in known]:
        raise UsageError(
            f"--only {','.join(strange)}: {system} makes the claims {', '.join(map(str, known))}."
        )
    return tuple(each for number, each in known.items() if not only or number in only)


def stocks_for(
    hypotheses: Sequence[Hypothesis], system: str, seeds: Sequence[int], root: Path
) -> dict[str, Stock]:
    """What there is of every arm that some claims need."""
    arms = dict.fromkeys(chain.from_iterable(each.arms for each in hypotheses))
    return stocks_of(system, list(arms), seeds, root)


def train_missing(
    stocks: Mapping[str, Stock], seeds: Sequence[int], *, jobs_at_once: int | None = None
) -> dict[str, Stock]:
    """Train, or go on with, the networks that are missing."""
    for root in {stock.root for stock in stocks.values() if stock.missing}:
        jobs = [
            (each.resolved, seed) for each in stocks.values() if each.root == root for seed in each.missing
        ]
        train_all(jobs, root, resume=True, jobs_at_once=jobs_at_once)
    return {arm: Stock.of(stock.resolved, seeds, stock.root) for arm, stock in stocks.items()}


def settled_from(
    hypotheses: Sequence[Hypothesis],
    system: str,
    stocks: Mapping[str, Stock],
    *,
    jobs_at_once: int | None = None,
) -> tuple[Settled, ...]:
    """Make the findings that are not kept yet, then settle every prediction."""
    archive = archive_of({arm: stock.runs for arm, stock in stocks.items()})
    known = {assay.name for assay in experiment_class(system).assays}
    make_findings(system, archive, needed(hypotheses, archive), known, jobs_at_once)

    def find(run: Run, name: str) -> Findings:
        if name not in known:
            raise AnalysisError(f"{system} has no assay {name}")
        return archive.find(run, name)

    return settle(hypotheses, Archive(archive.runs, find))


def make_findings(
    system: str,
    archive: Archive,
    sources: Mapping[str, Sequence[Source]],
    known: Collection[str],
    jobs_at_once: int | None = None,
) -> None:
    """Measure what predictions read; evaluations under interventions are made first."""
    asked = [(run, each) for arm, some in sources.items() for run in archive.of(arm) for each in some]
    asked = [(run, each) for run, each in asked if each.assay in known]
    pairs = dict.fromkeys((run, each.under) for run, each in asked if each.under)
    lacking = [pair for pair in pairs if control_at(*pair).state != "complete"]
    if lacking:
        with console.progress_bars() as report:
            side_by_side("interventions", control_of, lacking, jobs_at_once, report)
    by_assays: dict[tuple[str, ...], list[Run]] = {}
    for run, what in dict.fromkeys((run, each.under) for run, each in asked):
        assays = tuple(each.assay for other, each in asked if (other, each.under) == (run, what))
        by_assays.setdefault(assays, []).append(Intervened.of(run, what) if what else run)
    for assays, runs in by_assays.items():
        measure_all(runs, [assay_named(system, name) for name in assays], jobs_at_once=jobs_at_once)
