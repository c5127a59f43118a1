"""`searchlight runs`: what is in a folder of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from searchlight.errors import UsageError
from searchlight.options import parse

WORDS = ("run", "system", "state", "split", "commit", "changed")


@dataclass(frozen=True)
class Runs:
    """List the runs of a folder: configuration, seed, state, and the primary figure on the first test split.

    Example: searchlight runs --json
    """

    folder: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FOLDER")] = Path("runs")
    """Where to look."""
    json: bool = False
    """Print the list for a machine."""


def main(args: Sequence[str]) -> None:
    """One row per run."""
    options = parse(Runs, "runs", args)
    from analysis.store import find_runs
    from searchlight import console

    if options.folder.exists() and not options.folder.is_dir():
        raise UsageError(f"{options.folder} is a file; expected a folder of runs.")
    rows = [facts_or_damage(run) for run in find_runs(options.folder)] if options.folder.is_dir() else []
    if options.json:
        console.show_json(rows)
    elif not rows:
        console.say(f"no runs in {options.folder}; searchlight demo makes some")
    else:
        columns = list(max(rows, key=len))
        table = [["" if row.get(name) is None else row[name] for name in columns] for row in rows]
        words = [number for number, name in enumerate(columns) if name in WORDS]
        console.show_table(columns, table, words=words)


def facts_or_damage(run: Any) -> dict[str, Any]:
    """What is known of a run; of a damaged one what is wrong with it."""
    from analysis import AnalysisError

    try:
        return facts(run)
    except (AnalysisError, UsageError, ValueError, KeyError) as error:
        return {"run": str(run.path), "seed": run.seed, "state": f"damaged: {str(error).splitlines()[0]}"}


def facts(run: Any) -> dict[str, Any]:
    """What is known of a run without loading a model."""
    from searchlight.configuration import of_run
    from searchlight.results import primary

    environment = run.environment()
    resolved = of_run(run.path)
    commit = (environment.get("commit") or "")[:8] + ("+" if environment.get("dirty") else "")
    return {
        "run": str(run.path),
        "system": resolved.system,
        "seed": run.seed,
        "state": run.state,
        **primary(resolved.system, run),
        "parameters": environment["parameters"],
        "commit": commit or None,
        "changed": ", ".join(f"{name} {value}" for name, value in resolved.changed.items()) or None,
    }
