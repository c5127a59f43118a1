"""`searchlight demo`: from data to verdicts in a few minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from searchlight.options import parse


@dataclass(frozen=True)
class Demo:
    """Train a few arms at small size, compare them, draw what they attend to, and write one page about it.

    A second call reuses what is complete.

    Example: searchlight demo --quick
    """

    system: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="SYSTEM")] = "working_memory"
    """Which system: working_memory, metabolism, persistence or arc."""
    quick: bool = False
    """Smaller still: under a minute."""
    runs: Path = Path("runs")
    """Folder of all runs."""


def main(args: Sequence[str]) -> None:
    """Say at once what will happen, do it, and end with the verdicts and what to do next."""
    options = parse(Demo, "demo", args)
    from searchlight import console
    from searchlight.demonstration import demonstration_of

    demonstration = demonstration_of(options.system, quick=options.quick)
    console.say(f"{demonstration.said} Everything lands in {options.runs}.")
    from searchlight.demonstrating import demonstrate

    demonstrate(demonstration, options.runs)
