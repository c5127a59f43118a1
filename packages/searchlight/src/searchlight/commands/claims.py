"""`searchlight claims`: what was claimed of a system, settled from saved runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from searchlight.errors import UsageError
from searchlight.options import Number, Text, check_jobs, parse, parse_seeds


@dataclass(frozen=True)
class Claims:
    """Settle the claims of a system: statistic, null, intervention and verdict of each, over trained networks.

    Runs are read from --runs; what is missing is listed with the time it would take, and trained with
    --train. The same command goes on where it stopped.

    Example: searchlight claims working_memory --only 1,2 --train
    """

    system: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="SYSTEM")]
    """The system whose claims are meant, such as working_memory."""
    runs: Path = Path("runs")
    """Folder of all runs."""
    seeds: str = "0..4"
    """Which networks of each arm, as for train; a claim needs five."""
    train: bool = False
    """Train the networks that are missing."""
    only: Text = None
    """Only the claims of these numbers, such as 3,7."""
    jobs: Number = None
    """Runs trained, or measured, at the same time; as many as there are cores when not given."""
    json: bool = False
    """Print the claims for a machine."""


def main(args: Sequence[str]) -> None:
    """Train what is missing if asked to, settle the claims, print a table and write a page.

    Raises:
        UsageError: there is no such system, or no folder of runs, and nothing is to be trained.
    """
    options = parse(Claims, "claims", args)
    check_jobs(options.jobs)
    only, seeds = numbers(options.only), parse_seeds(options.seeds)
    from searchlight import console
    from searchlight.claiming import Settlement, claims_of, settled_from, stocks_for, train_missing
    from searchlight.claims_page import claims_document, show_claims, write_claims
    from searchlight.stock import show_missing

    hypotheses = claims_of(options.system, only)
    if not (options.train or options.runs.is_dir()):
        raise UsageError(f"{options.runs} is not a folder: expected that of all runs; --train makes it.")
    stocks = stocks_for(hypotheses, options.system, seeds, options.runs)
    if not options.json:
        show_missing(stocks)
    if options.train:
        stocks = train_missing(stocks, seeds, jobs_at_once=options.jobs)
    settled = settled_from(hypotheses, options.system, stocks, jobs_at_once=options.jobs)
    found = Settlement(options.system, options.runs, stocks, settled, only)
    folder = write_claims(found)
    if options.json:
        console.show_json(claims_document(found))
        return
    show_claims(found)
    console.say(f"\nreport: {folder / 'report.html'}")


def numbers(text: str | None) -> tuple[int, ...]:
    """The numbers of claims, written 3,7, each once.

    Raises:
        UsageError: they are written otherwise.
    """
    parts = [] if text is None else text.split(",")
    if not all(part.isdecimal() for part in parts):
        raise UsageError(f"--only {text}: expected numbers of claims, such as 3,7.")
    return tuple(dict.fromkeys(map(int, parts)))
