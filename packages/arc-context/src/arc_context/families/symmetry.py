"""A family of pictures that are their own mirror image."""

import numpy as np

from arc_context.tasks.grid import Grid

from .drawing import speckled
from .rules import Rule, RuleFamily


class CompleteSymmetry(RuleFamily):
    """Masked cells of a picture that is its own mirror image are filled from the other side."""

    name = "complete_symmetry"
    identifiable = (
        "no cell is masked on both sides, every train output shows what was masked, and of the two axes those that fit "
        "the train pairs answer every test alike"
    )
    forms = ("left-right", "up-down")

    def grid(self, rng, sides, rule, others):
        """A picture of three colours, a third of whose cells are masked; the mask has the colour of the background."""
        picture = speckled(rng, np.array(others[:3], dtype=np.int8), sides)
        half, open_to_mask = sides[1] // 2, np.zeros(sides, dtype=bool)
        if half:
            picture[:, -half:] = picture[:, :half][:, ::-1]
            open_to_mask[:, :half] = rng.random((sides[0], half)) < 0.5
            open_to_mask[:, -half:] = ~open_to_mask[:, :half][:, ::-1]
        picture[open_to_mask & (rng.random(sides) < 0.6)] = rule.background
        return picture if rule.form == "left-right" else np.ascontiguousarray(picture.T)

    def output(self, grid: Grid, rule: Rule) -> Grid:
        """The picture, with what was masked."""
        other = grid[:, ::-1] if rule.form == "left-right" else grid[::-1]
        return np.where(grid == rule.background, other, grid)
