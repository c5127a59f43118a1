"""`searchlight arc ladder`: from exact masks to evaluation tasks, one table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from searchlight.options import Number, check_jobs, parse, parse_seeds


@dataclass(frozen=True)
class Ladder:
    """Climb rung by rung, from exact masks to ARC tasks, and hold every figure against what was aimed at.

    Rungs: L0 masks, L1 lookups, L2 where attention is, L3 families, L4 anchors, L5 ARC-AGI-1 training tasks up to
    10 × 10 in five folds, L6 its evaluation tasks. Their arms are runs of presets: complete ones are reused, what is
    not there is trained, and the same command goes on where it stopped. Rungs climbed before stay in the table.

    Example: searchlight arc ladder --rungs L0 L1 L2 --seeds 0..2
    """

    rungs: Annotated[tuple[str, ...], tyro.conf.arg(metavar="RUNG ...", help_behavior_hint="(all)")] = ()
    """Which rungs; all where none is named."""
    seeds: str = "0..2"
    """Which networks of each arm, as for train; test-time training and L6 use the first."""
    runs: Path = Path("runs")
    """Folder of all runs."""
    jobs: Number = None
    """Runs trained, or tasks solved, at the same time; as many as there are cores when not given."""
    json: bool = False
    """Print the table for a machine."""


def main(args: Sequence[str]) -> None:
    """Say what is missing and how long it takes, climb, print one table and write a page."""
    options = parse(Ladder, "arc ladder", args)
    check_jobs(options.jobs)
    seeds = parse_seeds(options.seeds)
    from searchlight import arc_ladder, console
    from searchlight.arc_ladder_page import document, show_ladder, write_ladder
    from searchlight.arc_ladder_rungs import ORDER, RUNGS
    from searchlight.arc_ladder_tasks import climb_read, limit_in_words, stocks_read
    from searchlight.stock import show_missing, spell

    rungs = arc_ladder.rungs_named(options.rungs or ORDER)
    if not options.json:
        stocks = arc_ladder.stocks_for(rungs, seeds, options.runs)
        show_missing({**stocks, **stocks_read(rungs, seeds, options.runs)})
        console.remark_all(limit_in_words(rungs, spell))
    for name in rungs:
        if name in RUNGS:
            arc_ladder.climb(RUNGS[name], seeds, options.runs, jobs_at_once=options.jobs)
            continue
        with console.progress_bars() as report:
            climb_read(name, seeds, options.runs, report, jobs_at_once=options.jobs)
    ladder = arc_ladder.assembled(options.runs, rungs)
    folder = write_ladder(ladder)
    if options.json:
        console.show_json(document(ladder))
        return
    show_ladder(ladder)
    console.say(f"\nreport: {folder / 'report.html'}")
