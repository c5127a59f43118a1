"""What the command line shows: results on standard output, progress and remarks on standard error."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from searchlight.processes import leads

PLAIN_WIDTH = 300
"""Columns of a table that is not written to a terminal, wide enough that no row breaks."""


def out() -> Console:
    """Where results go."""
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, quiet=not leads())


def aside() -> Console:
    """Where progress and remarks go."""
    width = None if sys.stderr.isatty() else PLAIN_WIDTH
    return Console(file=sys.stderr, width=width, highlight=False, quiet=not leads())


def say(text: str) -> None:
    """One line of result."""
    out().print(text, markup=False, soft_wrap=True)


def remark(text: str) -> None:
    """One line about what is going on."""
    aside().print(text, markup=False, soft_wrap=True)


def remark_all(lines: Sequence[str]) -> None:
    """Several remarks, a line each."""
    for line in lines:
        remark(line)


def show_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    title: str | None = None,
    words: Sequence[int] = (0,),
) -> None:
    """A table of results; the first column names the row, and other columns than those of words are aligned right."""
    if title:
        say(title)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number in words else "right", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console = out()
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        console.out(line.rstrip(), highlight=False)


def show_json(document: Any) -> None:
    """A result for machines."""
    if leads():
        sys.stdout.write(json.dumps(document, indent=2, sort_keys=True) + "\n")


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Gives `report(what, done, of)`: a bar for each `what` on a terminal, elsewhere a line when it is done."""
    if not sys.stderr.isatty():
        yield plain_report()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=aside()) as progress:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done, total=of)

        yield report


def plain_report() -> Callable[[str, int, int], None]:
    """A report that says once of each thing that it is done."""
    said: set[str] = set()

    def report(what: str, done: int, of: int) -> None:
        if done == of and what not in said:
            said.add(what)
            remark(f"{what}: {of} of {of}")

    return report
