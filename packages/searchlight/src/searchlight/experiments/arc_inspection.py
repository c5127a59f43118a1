"""Where the test cells of a model look, in one task and over all of a split, beside uniform attention and controls."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis import Drawing, Estimate, Measure, cluster_estimate
from arc_context.assays.layers import HEADLINE, LAST, LOOKS, headline
from arc_context.assays.lookup import MASS, UNIFORM, looks_by_family
from arc_context.errors import ArcError
from arc_context.model.batch import EpisodeBatch
from arc_context.pictures.chosen_cell import ChosenCell
from arc_context.pictures.seen_task import TRAINED, cell_at
from arc_context.pictures.svg import svg
from arc_context.pictures.task_drawing import task_drawing
from arc_context.pictures.telling import document as told_of
from arc_context.pictures.telling import lines
from arc_context.splits import SEEN, TEST_TASKS
from searchlight.choices import GridChoice
from searchlight.errors import UsageError, nearest
from searchlight.experiments.arc_looks import seen_task, sides_of
from searchlight.experiments.base import Evaluation, Inspection

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc

QUESTION = (
    "Do test cells look at the support cells that settle them, and would they look there for no reason?"
)
LEVEL = "uniform attention"
COPIED = "input given back"

ByFamily = dict[str, Estimate]


def inspect(
    experiment: "Arc",
    trained: Evaluation,
    controls: Mapping[str, Evaluation],
    choice: GridChoice,
    model: Any = None,
) -> Inspection:
    """One task as it was answered, answers by family, and attention on what settles a cell, the headline look first.

    Without the model there is no task to look into, and of one without attention only answers are drawn.

    Raises:
        UsageError: there is no such split, test output or cell.
    """
    check(experiment, choice)
    split = split_of(experiment, choice.split)
    beside = {name: each for name, each in controls.items() if split in each.trials["split"]}
    everyone = {TRAINED: trained, **beside}
    looks = {name: on_target(each, split) for name, each in everyone.items()}
    last = {name: on_target(each, split, LAST) for name, each in everyone.items()}
    uniform = {LEVEL: on_target(trained, split, measure=UNIFORM)}
    exact = {name: right(each, split) for name, each in everyone.items()}
    shown = {COPIED: right(trained, split, "copied"), **exact}
    chosen = None if model is None else cell_of(experiment, trained, choice, split, model)
    drawings = [
        *([] if chosen is None else [task_drawing(chosen)]),
        *exact_drawing(shown, split),
        *look_drawing(uniform, looks, split),
    ]
    figures = {
        f"{what}, {arm}, {family}": estimate
        for what, told in (
            ("exact match", exact),
            (f"{LOOKS[HEADLINE]} on what settles a cell", {**looks, **uniform}),
            (f"{LOOKS[LAST]} on what settles a cell", last),
        )
        for arm, families in told.items()
        for family, estimate in families.items()
    }
    told = [] if trained.attention else ["the model looks at no support cell; there is no attention to draw"]
    told += [] if chosen is None else lines(chosen)
    files = {} if chosen is None else files_of(chosen, figures, told, choice.suffix)
    return Inspection(named(drawings, choice), figures, split, QUESTION, told, files)


def cell_of(experiment: "Arc", trained: Evaluation, choice: GridChoice, split: str, model: Any) -> ChosenCell:
    """The cell that is looked at first, of the test output that is meant."""
    seen = seen_task(experiment, trained, model, split, row_of(experiment, choice.item, split))
    return ChosenCell(seen, seen.cell(choice.cell))


def check(experiment: "Arc", choice: GridChoice) -> None:
    """Raise UsageError for a split, test output or cell that is not there; no model is asked for it."""
    split = split_of(experiment, choice.split)
    question = experiment.questions(split)[row_of(experiment, choice.item, split)]
    if choice.cell is not None:
        canvas = sides_of(EpisodeBatch.of([question.episode]))
        try:
            cell_at(choice.cell, f"{question.task.name}/{question.test}", canvas)
        except ArcError as error:
            raise UsageError(str(error)) from None


def row_of(experiment: "Arc", item: str | None, split: str) -> int:
    """The place of a test output in its split, by name or number; the first if none is named.

    Raises:
        UsageError: there is none.
    """
    names = [f"{each.task.name}/{each.test}" for each in experiment.questions(split)]
    if item is None:
        return 0
    for row, name in enumerate(names):
        if item in (name, str(row)):
            return row
    raise UsageError(
        f"{item} is no test output of {split}; expected 0 to {len(names) - 1}, or {names[0]} to {names[-1]}"
    )


def files_of(
    chosen: ChosenCell, figures: Mapping[str, Estimate], told: Sequence[str], suffix: str
) -> dict[str, str]:
    """The chosen cell as SVG, the document, and the lines."""
    document = {**told_of(chosen), "figures": {name: each.to_dict() for name, each in figures.items()}}
    text = json.dumps(document, indent=1, sort_keys=True, allow_nan=False)
    row, column = chosen.place
    return {
        f"inspection{suffix}.json": text + "\n",
        f"inspection{suffix}.txt": "\n".join(told) + "\n",
        f"inspection{suffix}.svg": svg(chosen.scene, f"{chosen.seen.name}, cell {row},{column}"),
    }


def named(drawings: Sequence[Drawing], choice: GridChoice) -> list[Drawing]:
    """Drawings whose names say what they show of what can be chosen."""
    of_split = GridChoice(split=choice.split).suffix
    return [
        replace(each, name=f"{each.name}{choice.suffix if each.name == 'task' else of_split}")
        for each in drawings
    ]


def split_of(experiment: "Arc", named: str | None) -> str:
    """The split that is looked at.

    Raises:
        UsageError: there is no such test split.
    """
    tested = [split for split in experiment.splits if split.startswith("test/")]
    if named is None:
        return next(split for split in (SEEN, TEST_TASKS) if split in tested)
    if named not in tested:
        raise UsageError(f"{named} is not a test split.{nearest(named, tested)}")
    return named


def right(evaluation: Evaluation, split: str, column: str = "prediction") -> ByFamily:
    """The share of exact answers of each family, or of inputs that are the answer, with an interval over tasks."""
    rows = evaluation.trials.filter(split=split)
    return {
        str(family) or "read": cluster_estimate(
            part[column].cast(pl.Float64).to_numpy(), part["group"].to_numpy()
        ).within(0.0, 1.0)
        for (family,), part in rows.group_by("family", maintain_order=True)
    }


def on_target(evaluation: Evaluation, split: str, look: str = HEADLINE, measure: Measure = MASS) -> ByFamily:
    """The attention of a look on what settles a cell, of the families that say so."""
    rows = evaluation.trials.with_row_index("row").filter(split=split)
    told = {
        family: found.get(headline(found) if look == HEADLINE else look)
        for family, found in looks_by_family(evaluation.attention, rows).items()
    }
    return {family: found[measure.name].estimate for family, found in told.items() if found}


def exact_drawing(found: Mapping[str, ByFamily], split: str) -> Iterator[Drawing]:
    """Exact answers by family, the trained model beside its controls."""
    from analysis.figures import interval_plot  # matplotlib is slow to import

    yield Drawing(
        "exact-match",
        interval_plot(found, label=f"answers that are right as a whole, {split}"),
        f"Answers that are right as a whole, by family, on {split}: 95 % interval over tasks.",
        f"Interval plot by family of {', '.join(found)}.",
        "A control that scores as much needs nothing that was taken from it.",
    )


def look_drawing(
    uniform: Mapping[str, ByFamily], found: Mapping[str, ByFamily], split: str
) -> Iterator[Drawing]:
    """Attention on what settles a cell beside uniform attention; nothing where no family says what does."""
    from analysis.figures import interval_plot

    shown = {name: families for name, families in found.items() if families}
    if shown:
        yield Drawing(
            "attention-truth",
            interval_plot({**uniform, **shown}, label="attention on the support cells that settle a cell"),
            f"Attention of test cells on the support cells that settle them, {LOOKS[HEADLINE]}, by family, on {split}: "
            "95 % interval over tasks.",
            f"Interval plot by family of {LEVEL} and {', '.join(shown)}.",
            "Uniform attention: the share of the support's cells that settle a test cell.",
        )
