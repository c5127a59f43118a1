"""A demonstration carried out: trained, compared, drawn and written up."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from analysis import Picture, Report, Section, write_report
from searchlight import console
from searchlight.caching import cache_folder
from searchlight.choices import choice_of
from searchlight.comparing import Compared, compare_arms
from searchlight.comparison_tables import merged
from searchlight.demonstration import Demonstration
from searchlight.experiments import experiment_class
from searchlight.experiments.base import Facts
from searchlight.inspecting import inspect_run
from searchlight.jobs import train_all
from searchlight.reporting import (
    arm_line,
    comparison_pictures,
    data_lines,
    drawn,
    leakage_section,
    provenance,
    write_document,
)
from searchlight.results import headed, short
from searchlight.runs import run_of


def demonstrate(demonstration: Demonstration, root: Path) -> None:
    """Train what is missing, then print one verdict table and write one page."""
    jobs = [(arm, seed) for arm in demonstration.arms for seed in demonstration.seeds]
    train_all(jobs, root, resume=True)
    found = {
        question: compare_arms([root / arm.name for arm in arms], split=demonstration.split)
        for question, arms in demonstration.questions.items()
    }
    facts = introduction(demonstration)
    runs = {arm: runs for compared in found.values() for arm, runs in compared.arms.items()}
    concluded = experiment_class(demonstration.inspected.system).conclusion(runs)
    choice = choice_of(demonstration.inspected.system, demonstration.choice)
    _, inspection = inspect_run(run_of(demonstration.inspected, 0, root).path, choice)
    page = root / "comparisons" / demonstration.name / "report.html"
    for question, compared in found.items():
        write_document(compared, page.parent / slug(question))
    pictures = drawn(inspection.drawings[: demonstration.pictures], page.parent)
    write_report(page, page_of(demonstration, found, facts, concluded, pictures, page.parent))
    for each in facts:
        console.show_table(each.columns, each.rows, title=f"\n{each.title}")
    show_verdicts(found)
    for each in concluded:
        console.show_table(each.columns, each.rows, title=f"\n{each.title}")
    console.say(f"\nreport: {page}\n")
    console.say(
        "\n".join(["next:", *(f"  uv run {command}" for command in next_commands(demonstration, root))])
    )


def introduction(demonstration: Demonstration) -> Sequence[Facts]:
    """What the data hold, as the inspected arm's system tells it."""
    resolved = demonstration.inspected
    return experiment_class(resolved.system)(resolved.config, cache=cache_folder()).introduction()


def page_of(
    demonstration: Demonstration,
    found: dict[str, Compared],
    facts: Sequence[Facts],
    concluded: Sequence[Facts],
    pictures: list[Picture],
    folder: Path,
) -> Report:
    """All questions on one page."""
    runs = {arm: runs for compared in found.values() for arm, runs in compared.arms.items()}
    baseline = next(iter(runs.values()))[0]
    compared_pictures = [
        each for question in found for each in comparison_pictures(found[question], folder / slug(question))
    ]
    return Report(
        title=f"Searchlight, {demonstration.name.replace('_', ' ')}",
        question=demonstration.said.split("\nThis takes")[0].replace("\n", " "),
        data=[f"{question}: {line}" for question, compared in found.items() for line in data_lines(compared)],
        arms={arm: arm_line(seeds[0], baseline) for arm, seeds in runs.items()},
        comparisons={
            f"{question}, {split}": comparison
            for question, compared in found.items()
            for split, comparison in compared.splits.items()
        },
        sections=[
            *(Section(each.title, notes=each.lines) for each in facts),
            *(Section(each.title, notes=each.lines) for each in concluded),
            Section("Figures", pictures=[*compared_pictures, *pictures]),
            *leakage_section(baseline),
        ],
        diagnoses=[line for compared in found.values() for line in compared.diagnoses],
        provenance=provenance(seeds[0] for seeds in runs.values()),
        commands=[demonstration.command],
    )


def slug(question: str) -> str:
    """A question as the name of a folder."""
    return "-".join(question.replace(",", "").split())


def show_verdicts(found: dict[str, Compared]) -> None:
    """The overall row of every arm, under each question."""
    rows = []
    for question, compared in found.items():
        for comparison in compared.splits.values():
            for result in comparison.results:
                if result.cell:
                    continue
                gap = short(result.difference.estimate, signed=True) if result.difference else ""
                rows.append(
                    [
                        question,
                        result.arm,
                        short(result.estimate) if result.estimate else "",
                        gap,
                        result.verdict,
                    ]
                )
    any_found = next(iter(found.values()))
    split, measure = next(iter(any_found.splits)), any_found.measure
    seeds = len(next(iter(any_found.arms.values())))
    title = f"\n{headed(measure)} on {split}, {seeds} seeds, 95 % intervals"
    console.show_table(
        ["question", "arm", measure.name, "difference from baseline", "verdict"], rows, title=title
    )
    notes = [note for compared in found.values() for note in compared.notes]
    for note in merged(notes, [arm for compared in found.values() for arm in compared.arms]):
        console.say(f"note: {note}")


def next_commands(demonstration: Demonstration, root: Path) -> list[str]:
    """What to try after the demonstration, what takes least first."""
    arms = demonstration.held_against
    findings = len(arms) * len(demonstration.seeds) * len(experiment_class(arms[0].system).assays)
    flags = choice_of(demonstration.inspected.system, demonstration.next_choice).flags
    run = run_of(demonstration.inspected, 0, root).path
    return [
        shlex.join(["searchlight", "inspect", str(run), *flags]),
        shlex.join(["searchlight", "compare", *(str(root / arm.name) for arm in arms)])
        + f"  # first measures up to {findings} findings, some minutes",
        f"searchlight train {demonstration.trained_next} --seeds 0..4  # longer",
    ]
