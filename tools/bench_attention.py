"""What seeing attention costs: `uv run tools/bench_attention.py [part …] [--threads 1 2] [--json]`.

Every figure is a ratio within one run: CPU seconds where one thread is measured, seconds on the clock where several
are; memory is what a step adds to the resident memory of a process of its own. The parts are the modules of
tools/attention_rows that offer `rows(threads)`.
"""

import argparse
import importlib
import os
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from attention_rows.row import Row

from searchlight import console

PLACE = Path(__file__).parent / "attention_rows"


def parts() -> dict[str, Callable[[int], Iterator[Row]]]:
    """The modules that offer rows, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(PLACE)]))
    modules = {name: importlib.import_module(f"attention_rows.{name}") for name in names}
    return {name: module.rows for name, module in modules.items() if hasattr(module, "rows")}


def measured(chosen: Sequence[str], threads: Sequence[int]) -> Iterator[tuple[int, Row]]:
    """The rows of the parts chosen, once for each number of threads."""
    offered = parts()
    for count in threads:
        torch.set_num_threads(count)
        for name in chosen or offered:
            for row in offered[name](count):
                yield count, row


def cells(threads: int, row: Row) -> list[str]:
    """A row as text."""
    sign = "≥" if row.more_is_better else "≤"
    targets = [f"{sign} {target:g}" if target is not None else "" for target in (row.must, row.stretch)]
    return [row.what, row.setting, str(threads), f"{row.measured:.3g} ×", *targets, row.verdict]


def main() -> None:
    """Print the table, or the rows for a machine."""
    parser = argparse.ArgumentParser(description="What seeing attention costs.")
    parser.add_argument(
        "parts", nargs="*", choices=[*parts(), []], help="which rows; all where none is named"
    )
    parser.add_argument("--threads", nargs="+", type=int, default=sorted({1, os.cpu_count() or 1}))
    parser.add_argument("--json", action="store_true", help="print for a machine")
    options = parser.parse_args()
    found = list(measured(options.parts, options.threads))
    if options.json:
        console.show_json([{"threads": threads, **asdict(row)} for threads, row in found])
        return
    columns = ["what", "setting", "threads", "measured", "must", "stretch", "reached"]
    console.show_table(columns, [cells(*each) for each in found], title="\nattention")


if __name__ == "__main__":
    main()
