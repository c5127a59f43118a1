"""`searchlight inspect`: what a run attends to, beside controls."""

from collections.abc import Sequence
from dataclasses import dataclass

from searchlight.options import Place, RunPath, Text, check_folder, parse


@dataclass(frozen=True)
class Inspect:
    """Draw what a run attends to, beside uniform attention, a shuffled task and an untrained network.

    Example: searchlight inspect runs/working_memory/attention_mtmf/seed-0 --task identity --samples 4
    """

    run: RunPath
    """The folder of a run, or one of its checkpoints."""
    task: Text = None
    """Only tasks of this name (identity-2back) or about this property (identity)."""
    samples: int = 1
    """Sequences drawn per task."""
    out: Place = None
    """Folder for the pictures and inspection.html; the run's own when not given."""


def main(args: Sequence[str]) -> None:
    """Make the controls where they are missing, draw, and say what was found."""
    options = parse(Inspect, "inspect", args)
    from searchlight import console
    from searchlight.diagnosing import diagnoses_of, show_diagnoses
    from searchlight.inspecting import inspect_run
    from searchlight.reporting import report_inspection

    check_folder(options.out)
    run, inspection = inspect_run(options.run, task=options.task, samples=options.samples)
    page = report_inspection(run, inspection, options.out or run.path, options.task)
    if inspection.figures:
        rows = [[name, str(estimate)] for name, estimate in inspection.figures.items()]
        console.show_table(["", f"{inspection.split}: mean, 95 % interval over groups"], rows)
    show_diagnoses(diagnoses_of(run.config()["system"], [run]))
    pictures = f"{(count := len(inspection.drawings))} picture{'s' * (count != 1)}"
    console.say(f"\n{pictures}: {page.parent / 'figures'}\nreport: {page}")
