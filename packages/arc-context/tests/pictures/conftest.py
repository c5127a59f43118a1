"""A lookup task, and looks whose weights are known."""

import numpy as np
import pytest

from arc_context import Question, generated_task
from arc_context.configuration import FamiliesConfig
from arc_context.pictures.chosen_cell import ChosenCell
from arc_context.pictures.looks import Looks
from arc_context.pictures.seen_task import SeenTask

HEADS = 2


def looks_from(weights: np.ndarray, settling: float = 0.5) -> Looks:
    """Looks from weights `[looks, heads, cells, keys]`, all of them kept."""
    order = np.argsort(-weights, axis=-1, kind="stable")
    told = np.full(weights.shape[:-1], settling)
    names = tuple(f"step {number}" for number in range(1, len(weights) + 1))
    return Looks(names, order, np.take_along_axis(weights, order, -1), told, told + 1.0)


@pytest.fixture(scope="package")
def question():
    return Question(generated_task("colour_map", FamiliesConfig(sides=(3, 4), pairs=(2, 2)), 5), 0)


@pytest.fixture(scope="package")
def seen(question):
    """Two steps and two heads; the trained model looks at one support cell, the untrained one at all alike."""
    sides = question.pair.input.shape
    frame = tuple(np.max([grid.shape for grid in question.task.grids()], axis=0).tolist())
    keys = 2 * frame[0] * frame[1]
    cells = sides[0] * sides[1]
    sharp = np.zeros((2, 1 + HEADS, cells, keys))
    for cell in range(cells):
        sharp[..., cell, cell % keys] = 1.0
    flat = np.full(sharp.shape, 1.0 / keys)
    looks = {"trained": looks_from(sharp), "untrained": looks_from(flat)}
    return SeenTask("test/seen", question, question.pair.input, sides, frame, looks)


@pytest.fixture
def chosen(seen):
    return ChosenCell(seen, 1)
