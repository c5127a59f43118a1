"""One task with a chosen cell: a figure on paper, and a panel on a page."""

from analysis import Drawing
from arc_context.pictures.chosen_cell import ChosenCell
from arc_context.pictures.panel import panel
from arc_context.pictures.plotted import figure_of

CAPTION = (
    "Discs lie on the support cells that the chosen cell looks at, in the input of a pair and at the same place of its "
    "output; their areas are as the attention, on one scale for all models."
)
SETTLED = "Dashes surround the support cells that settle the chosen cell."
ANCHORED = "On the test input, discs are anchors, as large as they count, and dashes surround the marker."


def task_drawing(chosen: ChosenCell) -> Drawing:
    """The support pairs, the test input with both answers, and what the chosen cell looks at."""
    seen = chosen.seen
    parts = [f"{seen.name} of {seen.split}."]
    parts += [CAPTION] if seen.looks else []
    parts += [SETTLED] if seen.settling and seen.looks else []
    parts += [ANCHORED] if seen.anchors else []
    row, column = chosen.place
    null = (
        "An untrained model of the same kind; uniform attention in the table."
        if len(seen.looks) > 1
        else "This model looks at no support cell; only its answer can be read against the one wanted."
    )
    return Drawing(
        "task",
        figure_of(chosen.scene),
        " ".join(parts),
        f"Grids of {len(seen.question.task.train)} pairs, a test input and its answers; cell {row},{column} is chosen.",
        null,
        panel=panel(chosen),
    )
