"""Where the test cells of a model look, over all tasks of a split, beside uniform attention and its controls."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis import Drawing, Estimate, Measure, cluster_estimate
from arc_context.assays.layers import LAST
from arc_context.assays.lookup import MASS, UNIFORM, of_family
from arc_context.splits import SEEN, TEST_TASKS
from searchlight.choices import GridChoice
from searchlight.errors import UsageError, nearest
from searchlight.experiments.base import Evaluation, Inspection

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc

QUESTION = (
    "Do test cells look at the support cells that settle them, and would they look there for no reason?"
)
LEVEL = "uniform attention"

ByFamily = dict[str, Estimate]


def inspect(
    experiment: "Arc",
    trained: Evaluation,
    controls: Mapping[str, Evaluation],
    choice: GridChoice,
    model: Any = None,
) -> Inspection:
    """Answers by family, and the attention of the last layer on what settles a cell.

    A model without attention has only its answers drawn.

    Raises:
        UsageError: there is no such split.
    """
    split = split_of(experiment, choice.split)
    beside = {name: each for name, each in controls.items() if split in each.trials["split"]}
    looks = {name: on_target(each, split) for name, each in {"trained": trained, **beside}.items()}
    exact = {name: right(each, split) for name, each in {"trained": trained, **beside}.items()}
    drawings = [*exact_drawing(exact, split), *look_drawing(looks, trained, split)]
    figures = {
        f"{what}, {arm}, {family}": estimate
        for what, told in (("exact match", exact), ("attention on what settles a cell", looks))
        for arm, families in told.items()
        for family, estimate in families.items()
    }
    told = [] if trained.attention else ["the model looks at no support cell; there is no attention to draw"]
    return Inspection(drawings, figures, split, QUESTION, told)


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


def right(evaluation: Evaluation, split: str) -> ByFamily:
    """The share of exact answers of each family, with an interval over tasks."""
    rows = evaluation.trials.filter(split=split)
    return {
        str(family) or "read": cluster_estimate(
            part["prediction"].cast(pl.Float64).to_numpy(), part["group"].to_numpy()
        ).within(0.0, 1.0)
        for (family,), part in rows.group_by("family", maintain_order=True)
    }


def on_target(evaluation: Evaluation, split: str, measure: Measure = MASS) -> ByFamily:
    """The attention of the last layer on what settles a cell, of the families that say so."""
    rows = evaluation.trials.with_row_index("row").filter(split=split)
    return {
        str(family): each.estimate
        for (family,), part in rows.group_by("family", maintain_order=True)
        for each in of_family(evaluation.attention, part, {})
        if each.measure == measure.name and each.cell["layer"] == LAST
    }


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


def look_drawing(found: Mapping[str, ByFamily], trained: Evaluation, split: str) -> Iterator[Drawing]:
    """Attention on what settles a cell beside uniform attention; nothing where no family says what does."""
    from analysis.figures import interval_plot

    shown = {name: families for name, families in found.items() if families}
    if shown:
        uniform = {LEVEL: on_target(trained, split, UNIFORM)}
        yield Drawing(
            "attention-truth",
            interval_plot({**uniform, **shown}, label="attention on the support cells that settle a cell"),
            f"Attention of the last layer on the support cells that settle a test cell, by family, on {split}: 95 % "
            "interval over tasks.",
            f"Interval plot by family of {LEVEL} and {', '.join(shown)}.",
            "Uniform attention: the share of the support's cells that settle a test cell.",
        )
