"""A task with the answers that were tried."""

from collections.abc import Iterator, Sequence

import numpy as np

from arc_context.pictures.grids import MIDDLE
from arc_context.pictures.rows import Block, placed
from arc_context.pictures.scene import Scene, stacked
from arc_context.pictures.svg import svg
from arc_context.tasks.grid import Grid
from arc_context.tasks.task import Pair, Task

Attempts = Sequence[Sequence[Grid]]
"""Of each test pair the grids that were tried, best first."""


def task_svg(task: Task, attempts: Attempts = ()) -> str:
    """A task as SVG: train pairs, then each test input, what was tried, and the answer where it is known.

    Args:
        task: what is drawn.
        attempts: for each test pair the grids that were tried; none are drawn where it is empty.
    """
    return svg(task_scene(task, attempts), f"task {task.name}")


def task_scene(task: Task, attempts: Attempts = ()) -> Scene:
    """The same as shapes."""
    tried = attempts or [()] * len(task.test)
    asked = [
        placed([*_asked(pair, number, each)]).scene
        for number, (pair, each) in enumerate(zip(task.test, tried, strict=True))
    ]
    return stacked([placed(support_blocks(task)).scene, *asked])


def support_blocks(task: Task, digit: tuple[float, float] = MIDDLE) -> list[Block]:
    """Train pairs, counted from 0 as in JSON, each output beneath its input."""
    return [
        Block(f"pair {number}", (pair.input, pair.output), digit=digit)
        for number, pair in enumerate(task.train)
    ]


def _asked(pair: Pair, number: int, tried: Sequence[Grid]) -> Iterator[Block]:
    yield Block(f"test {number}", (pair.input,))
    for place, grid in enumerate(tried, 1):
        right = pair.output is not None and np.array_equal(grid, pair.output)
        yield Block(f"attempt {place}{', right' if right else ''}", (grid,))
    yield Block("answer" if pair.output is not None else "answer not known", (pair.output,), pair.input.shape)
