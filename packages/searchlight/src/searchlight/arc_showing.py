"""Grids on a terminal: coloured where there are colours, and always written as digits."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from arc_context.pictures.colours import PALETTE
from arc_context.solving.solved import PROTOCOLS, Solved
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Task
from searchlight import console


def grid_text(grid: Grid) -> Text:
    """A grid, two columns to a cell: its digit on its colour."""
    text = Text(no_wrap=True)
    for row in grid.tolist():
        for colour in row:
            behind, ink = PALETTE[colour]
            text.append(f"{colour} ", style=f"{ink} on {behind}")
        text.append("\n")
    text.rstrip()
    return text


def side_by_side(grids: Sequence[tuple[str, Grid]]) -> Table:
    """Grids in one row, each with what it is above it."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 4, 0, 0))
    for said, _ in grids:
        table.add_column(said, no_wrap=True)
    table.add_row(*(grid_text(grid) for _, grid in grids))
    return table


def show_solved(solved: Solved, task: Task) -> None:
    """Every test output: its input, both attempts with their votes, whether one is right; then how that was done."""
    for number, (votes, right) in enumerate(zip(solved.votes, solved.right(task), strict=True)):
        attempts = [
            (f"attempt {place} ({voice(each.count)})", each.grid)
            for place, each in enumerate(votes[: len(solved.attempts[number])], 1)
        ]
        console.say(f"{task.name}, test {number}: {verdict(right, len(attempts))}")
        console.out().print(side_by_side([("input", task.test[number].input), *attempts]))
        if others := votes[len(attempts) :]:
            answers = "1 other answer" if len(others) == 1 else f"{len(others)} other answers"
            console.say(f"{answers}, {voice(sum(each.count for each in others))}")
        console.say("")
    console.say(
        f"{solved.solver}: {solved.seconds:.1f} CPU seconds, {solved.protocol} ({PROTOCOLS[solved.protocol]})"
    )
    for note in solved.notes:
        console.say(note)


def voice(count: int) -> str:
    """How many votes, in words."""
    return "1 vote" if count == 1 else f"{count} votes"


def verdict(right: bool | None, attempts: int) -> str:
    """Whether the answer was met, as far as it is known."""
    if not attempts:
        return "no answer, for no rule fits"
    if right is None:
        return "the answer is not known"
    return "the answer was met" if right else "the answer was not met"
