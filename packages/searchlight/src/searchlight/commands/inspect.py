"""`searchlight inspect`: what a run attends to, beside controls."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from searchlight.choices import CHOICES, Choice, kinds_for
from searchlight.errors import UsageError
from searchlight.options import Place, RunPath, check_folder, parse


@dataclass(frozen=True)
class Inspect:
    """Draw what a run attends to, beside uniform attention, an untrained network and what else it has as control.

    Examples: searchlight inspect runs/working_memory/attention_mtmf/seed-0 --task identity --samples 4;
    searchlight inspect runs/metabolism/flux_split/seed-0 --medium acetate --subsystem "Citric Acid Cycle";
    searchlight inspect runs/persistence/tracks/seed-0 --condition gap4 --clip 3;
    searchlight inspect runs/arc/lookup_cross_attention/seed-0 --split test/swap
    """

    run: RunPath
    """The folder of a run, or one of its checkpoints."""
    out: Annotated[Place, tyro.conf.arg(aliases=("-o",))] = None
    """Folder for the pictures and inspection.html; the run's own when not given."""


def main(args: Sequence[str]) -> None:
    """Make the controls where they are missing, draw, and say what was found."""
    options, choice = parsed(args)
    from searchlight import console
    from searchlight.diagnosing import diagnoses_of, show_diagnoses
    from searchlight.inspecting import inspect_run
    from searchlight.reporting import report_inspection

    check_folder(options.out)
    run, inspection = inspect_run(options.run, choice)
    page = report_inspection(run, inspection, options.out or run.path, choice)
    if inspection.figures:
        rows = [[name, str(estimate)] for name, estimate in inspection.figures.items()]
        console.show_table(
            ["", f"value, 95 % interval over groups of {inspection.split} where there is one"], rows
        )
    for line in inspection.summary:
        console.say(line)
    show_diagnoses(diagnoses_of(run.config()["system"], [run]))
    pictures = f"{(count := len(inspection.drawings))} picture{'s' * (count != 1)}"
    console.say(f"\n{pictures}: {page.parent / 'figures'}\nreport: {page}")
    for folder, count in Counter(Path(name).parent for name in inspection.files).items():
        console.say(f"{count} file{'s' * (count != 1)}: {page.parent / folder}")


def parsed(args: Sequence[str]) -> tuple[Inspect, Choice]:
    """The options of the verb, and what is chosen of the run they name; each system's runs offer their own.

    Raises:
        UsageError: a flag that runs of this system do not have.
    """
    kinds = kinds_for([word for word in args if not word.startswith("-")])
    if len(kinds) == 1:
        check_offered(kinds[0], args)
    made = dataclasses.make_dataclass(
        "Inspect", [], bases=(*kinds, Inspect), frozen=True, namespace={"__doc__": Inspect.__doc__}
    )
    options = parse(made, "inspect", args)
    fields = [each.name for each in dataclasses.fields(kinds[0])]
    return options, kinds[0](**{name: getattr(options, name) for name in fields})


def check_offered(kind: type[Choice], args: Sequence[str]) -> None:
    """Raise UsageError for a flag that only runs of another system have."""
    own = [each.name for each in dataclasses.fields(kind)]
    for system, other in CHOICES.items():
        theirs = {f"--{each.name}" for each in dataclasses.fields(other)} - {f"--{name}" for name in own}
        for word in args:
            if (flag := word.partition("=")[0]) in theirs:
                offered = ", ".join(f"--{name}" for name in own) or "nothing to choose"
                raise UsageError(f"{flag} is for runs of {system}; this one offers {offered}.")
