"""Pages and pictures of comparisons and runs."""

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis import (
    Comparison,
    Drawing,
    Estimate,
    Interactive,
    Picture,
    Report,
    Row,
    Run,
    Section,
    assay_drawings,
    attention_drawing,
    cell_intervals,
    compared_section,
    save_figure,
    training_drawing,
    write_atomically,
    write_report,
)
from analysis.interactive import interval_view
from searchlight.assaying import archive_of, assay_named
from searchlight.choices import Choice
from searchlight.comparing import Compared
from searchlight.configuration import differences
from searchlight.diagnosing import diagnoses_of
from searchlight.experiments import experiment_class
from searchlight.experiments.arms import size_in_words
from searchlight.experiments.base import Inspection


def write_comparison(found: Compared, folder: Path | None = None) -> Path:
    """Write comparison.json, figures and report.html; into comparisons/<name> beside the runs unless told.

    A comparison is made from runs that stay, so an earlier one at the same place is replaced, file by file.
    """
    folder = folder or found.folders[0].absolute().parents[1] / "comparisons" / found.name
    write_document(found, folder)
    write_report(folder / "report.html", page_of(found, folder))
    return folder


def write_document(found: Compared, folder: Path) -> None:
    """Write comparison.json, with the command that makes it again."""
    text = json.dumps(found.document(), indent=2, sort_keys=True) + "\n"
    write_atomically(folder / "comparison.json", lambda file: file.write_text(text))


def page_of(found: Compared, folder: Path) -> Report:
    """A comparison as a page; its figures are saved in the folder."""
    baseline, *others = found.arms
    arms, runs, measure = ", ".join(others), found.arms[baseline], found.measure.name.replace("_", " ")
    return Report(
        title=f"{arms} against {baseline}",
        question=f"Does {measure} differ between {arms} and {baseline}, and in which cells?",
        data=data_lines(found),
        arms={arm: arm_line(each[0], runs[0]) for arm, each in found.arms.items()},
        comparisons=found.splits,
        sections=comparison_sections(found, folder),
        diagnoses=found.diagnoses,
        provenance=provenance(each[0] for each in found.arms.values()),
        commands=[found.command],
    )


def comparison_sections(found: Compared, folder: Path) -> list[Section]:
    """The primary measure's figures, then each assay with its figures, then maps of attention and controls."""
    archive = archive_of(found.arms)
    drawings = {name: assay_drawings(archive, assay_named(found.system, name)) for name in found.by_assay}
    return [
        Section("Figures", pictures=comparison_pictures(found, folder)),
        *(compared_section(each, drawn([*drawings[name]], folder)) for name, each in found.by_assay.items()),
        *(map_sections(found.system, found.arms, folder) if found.by_assay else []),
        *leakage_section(next(iter(found.arms.values()))[0]),
    ]


def comparison_pictures(found: Compared, folder: Path) -> list[Picture]:
    """Training curves and, for each split, the intervals of every arm and cell; saved at 300 dpi as well."""
    intervals = [cell_drawing(split, comparison) for split, comparison in found.splits.items()]
    return drawn([training_of(found.system, found.arms), *intervals], folder)


def cell_drawing(split: str, comparison: Comparison) -> Drawing:
    """The intervals of every arm and cell of a comparison."""
    told = [f"{r.label}: {r.arm} {r.verdict}" for r in comparison.results if r.verdict != "baseline"]
    estimates = {
        arm: {r.label: r.estimate for r in comparison.results if r.arm == arm and r.estimate}
        for arm in comparison.arms
    }
    metric = comparison.metric.replace("_", " ")
    view = {(): interval_view(estimates, label=metric)} if any(estimates.values()) else {}
    return Drawing(
        split.replace("/", "-"),
        cell_intervals(comparison),
        f"{split}: {metric} of every arm, overall and by cell.",
        f"Interval plot. {'; '.join(told)}.",
        f"Grey is the baseline {comparison.baseline}; the dashed line is chance.",
        Interactive(view) if view else None,
    )


def training_of(system: str, arms: Mapping[str, Sequence[Run]]) -> Drawing:
    """What was recorded of the training of some arms."""
    metrics = {arm: [run.metrics() for run in runs] for arm, runs in arms.items()}
    measures = experiment_class(system).measures
    chances = {each.name: each.chance for each in measures}
    return training_drawing(metrics, measures[0].name, chances, {each.name: each.bounds for each in measures})


def map_sections(system: str, arms: Mapping[str, Sequence[Run]], folder: Path) -> list[Section]:
    """Where attention goes by task, in the arms that stored maps, if there are any."""
    cells = experiment_class(system).measures[0].cells
    drawing = attention_drawing(arms, next(iter(cells), None))
    asked = "Where does attention go, by what is asked for?"
    return [Section("Maps of attention", asked, pictures=drawn([drawing], folder))] if drawing else []


def data_lines(found: Compared) -> list[str]:
    """What was compared, and how much of it."""
    return data_of(next(iter(found.arms.values()))[0])


def data_of(run: Run) -> list[str]:
    """The splits of a run and their sizes; runs of one hash have the same."""
    trials = run.trials()
    rows = [
        f"{split}: {part['group'].n_unique():,} groups, {part.height:,} items"
        for (split,), part in trials.group_by(["split"], maintain_order=True)
    ]
    return [*rows, f"data hash {run.environment()['data_hash'][:12]}, the same for every run"]


def arm_line(run: Run, baseline: Run) -> str:
    """An arm in a sentence: its settings beside the baseline's, and its size."""
    changed = differences(baseline.config(), run.config())
    settings = ", ".join(f"{name} {value}" for name, value in changed.items()) or "the baseline"
    return f"{settings}; {size_in_words(run.environment()['parameters'])}"


def leakage_section(run: Run) -> list[Section]:
    """What features that should tell nothing tell of the data, if that is known."""
    found = run.environment().get("leakage", {})
    rows = [Row(f"leakage: {name}", Estimate.from_dict(facts)) for name, facts in found.items()]
    asked = "What does a linear decoder get from features that should tell nothing?"
    return [Section("Controls of the data", asked, rows)] if rows else []


def provenance(runs: Any) -> dict[str, str]:
    """Commit, packages and commands of some runs."""
    environments = [run.environment() for run in runs]
    packages = environments[0]["packages"]
    commits = {
        f"{e['commit'] or 'unknown'}{' with uncommitted changes' if e['dirty'] else ''}" for e in environments
    }
    return {
        "commit": ", ".join(sorted(commits)),
        "packages": ", ".join(f"{name} {number}" for name, number in packages.items()),
        "python": environments[0]["python"],
        "platform": environments[0]["platform"],
        "trained with": "; ".join(sorted({" ".join(e["command"]) for e in environments})),
    }


def drawn(drawings: Sequence[Drawing], folder: Path) -> list[Picture]:
    """Drawings saved at 300 dpi, and as pictures for a page."""
    for drawing in drawings:
        save_figure(folder / "figures" / f"{drawing.name}.png", drawing.figure)
    return [Picture.of_drawing(each) for each in drawings]


def report_inspection(run: Run, inspection: Inspection, folder: Path, choice: Choice) -> Path:
    """Save the drawings and files of a run and write one page with all of them, named after what was chosen."""
    page = folder / f"inspection{choice.suffix}.html"
    for name, text in inspection.files.items():
        write_atomically(folder / name, lambda file, text=text: file.write_text(text))
    rows = [Row(name, estimate) for name, estimate in inspection.figures.items()]
    write_report(
        page,
        Report(
            title=f"What {run.arm}, seed {run.seed}, attends to",
            question=inspection.question,
            data=data_of(run),
            arms={run.arm: size_in_words(run.environment()["parameters"])},
            headlines=rows[:1],
            sections=[
                Section("Maps and controls", rows=rows, notes=inspection.summary),
                Section("Figures", pictures=drawn(inspection.drawings, folder)),
            ],
            diagnoses=diagnoses_of(run.config()["system"], [run]),
            provenance=provenance([run]),
            commands=[shlex.join(["searchlight", "inspect", str(run.path), *choice.flags])],
        ),
    )
    return page
