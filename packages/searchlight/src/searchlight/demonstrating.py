"""A demonstration carried out: trained, compared, drawn and written up."""

import shlex
from pathlib import Path

from analysis import Picture, Report, Section, write_report
from searchlight import console
from searchlight.choices import choice_of
from searchlight.comparing import Compared, compare_arms
from searchlight.demonstration import Demonstration
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
from searchlight.results import short
from searchlight.runs import run_of


def demonstrate(demonstration: Demonstration, root: Path) -> None:
    """Train what is missing, then print one verdict table and write one page."""
    jobs = [(arm, seed) for arm in demonstration.arms for seed in demonstration.seeds]
    train_all(jobs, root, resume=True)
    found = {
        question: compare_arms([root / arm.name for arm in arms], split=demonstration.split)
        for question, arms in demonstration.questions.items()
    }
    choice = choice_of(demonstration.inspected.system, demonstration.choice)
    _, inspection = inspect_run(run_of(demonstration.inspected, 0, root).path, choice)
    page = root / "comparisons" / demonstration.name / "report.html"
    for question, compared in found.items():
        write_document(compared, page.parent / slug(question))
    pictures = drawn(inspection.drawings, page.parent)
    write_report(page, page_of(demonstration, found, pictures, page.parent))
    show_verdicts(found)
    console.say(f"\nreport: {page}\n")
    console.say(
        "\n".join(["next:", *(f"  uv run {command}" for command in next_commands(demonstration, root))])
    )


def page_of(
    demonstration: Demonstration, found: dict[str, Compared], pictures: list[Picture], folder: Path
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
        sections=[Section("Figures", pictures=[*compared_pictures, *pictures]), *leakage_section(baseline)],
        diagnoses=[line for compared in found.values() for line in compared.diagnoses],
        provenance=provenance(seeds[0] for seeds in runs.values()),
        commands=[
            shlex.join(["searchlight", *demonstration.name.replace("demo_quick", "demo --quick").split()])
        ],
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
    title = f"\n{measure.name} on {split}, chance {measure.chance:g}, {seeds} seeds, 95 % intervals"
    console.show_table(
        ["question", "arm", measure.name, "difference from baseline", "verdict"], rows, title=title
    )


def next_commands(demonstration: Demonstration, root: Path) -> list[str]:
    """What to try after the demonstration."""
    arms = [str(root / arm.name) for arm in next(iter(demonstration.questions.values()))]
    return [
        f"searchlight compare {' '.join(arms)}",
        f"searchlight inspect {run_of(demonstration.inspected, 0, root).path} --task identity --samples 3",
        "searchlight train working_memory/gated_mtmf --seeds 0..4",
    ]
