"""`searchlight arc validate`: whether a network learns at all, before hours are spent on it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from searchlight.configuration import Resolved
from searchlight.errors import UsageError
from searchlight.options import Config, parse_with_config

if TYPE_CHECKING:
    from searchlight.arc_validating import Criterion

SIGNS = {True: "met", False: "not met", None: "cannot be asked"}


@dataclass(frozen=True)
class Validate:
    """Train a configuration briefly on few tasks, judge what a sound network shows, and say what to try if it does not.

    Exit code 1 where a criterion is not met. Nothing is written. Its settings are flags, as in train. Example:
    searchlight arc validate arc/cross_attention --max-tasks 5 --max-epochs 20
    """

    config: Config
    """A preset (searchlight configs lists them), a YAML file, or the folder of a run, which is judged as it is."""
    max_tasks: int = 5
    """Tasks of training that are shown and judged."""
    max_epochs: int = 20
    """Passes over all their pairs; a run is not trained further."""


def main(args: Sequence[str]) -> None:
    """Judge, print the table, and end with 1 where something is not met."""
    options, resolved = parse_with_config(Validate, "arc validate", args)
    if resolved.system != "arc":
        raise UsageError(f"{options.config} is of {resolved.system}; expected a configuration of arc.")
    for flag, value in (("--max-tasks", options.max_tasks), ("--max-epochs", options.max_epochs)):
        if value < 1:
            raise UsageError(f"{flag} {value}: expected at least 1.")
    from searchlight import console
    from searchlight.arc_validating import failed

    found = criteria(options, resolved)
    rows = [(each.name, each.got, each.wanted, SIGNS[each.met]) for each in found]
    console.show_table(("criterion", "got", "wanted", ""), rows, words=(0, 1, 2, 3))
    if wrong := failed(found):
        console.say("\nwhat to try:")
        for each in wrong:
            console.say(f"  {each.name}: {each.advice}")
        sys.exit(1)


def criteria(options: Validate, resolved: Resolved) -> "list[Criterion]":
    """Of a network that is trained now, or of a run's.

    Raises:
        UsageError: a run whose settings are changed, or one that was not trained to its end.
    """
    from searchlight.arc_validating import check_kind, validate
    from searchlight.caching import cache_folder
    from searchlight.experiments.arc import Arc

    experiment = Arc(resolved.config, resolved.seed or 0, cache=cache_folder())
    check_kind(experiment)
    if not (Path(options.config) / "config.yaml").is_file():
        return validate(experiment, options.max_tasks, options.max_epochs)
    from searchlight.runs import evaluate_run, open_run, trained_model

    run, kept = open_run(Path(options.config))
    if resolved.config != kept.config:
        raise UsageError("A run is judged as it is; name its preset or a YAML file to change settings.")
    evaluate_run(run)
    return validate(experiment, options.max_tasks, options.max_epochs, trained_model(run, kept)[1])
