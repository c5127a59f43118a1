"""From logits to grids: the likeliest rectangle, and the likeliest colours inside it."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int8
from torch import Tensor

from arc_context.model.canvas import PAD
from arc_context.model.output import RLANOutput


class Decoded(NamedTuple):
    """An answer, and how likely it is."""

    grid: Int8[np.ndarray, "_height _width"]
    log_probability: float
    """Of this grid among all that the canvas holds, cells taken to be independent."""


def answers(output: RLANOutput, canvas: Bool[Tensor, "batch height width"] | None = None) -> list[np.ndarray]:
    """The likeliest grid of every episode, int8 `[height, width]`; the canvas is the output's where none is given."""
    return [each.grid for each in decoded(output.logits, output.canvas if canvas is None else canvas)]


def decoded(
    logits: Float[Tensor, "batch symbols height width"], canvas: Bool[Tensor, "batch height width"]
) -> list[Decoded]:
    """The likeliest grid of every episode, over all rectangles in the upper left corner of its canvas.

        S(h, w) = Σ_{inside h × w} max_c ln p(c) + Σ_{canvas, not inside} ln p(outside)

    All S come from one cumulative sum over rows and columns. Among equals the lower, then the narrower rectangle wins.
    """
    chances = logits.detach().double().log_softmax(1)
    best, colours = chances[:, :PAD].max(1)
    outside = (chances[:, PAD] * canvas).sum((-2, -1))
    gain = ((best - chances[:, PAD]) * canvas).cumsum(-2).cumsum(-1)
    scores = (outside[:, None, None] + gain).masked_fill(~canvas, -torch.inf).flatten(1).cpu()
    scores, at = scores.max(-1)
    corners = np.stack(np.unravel_index(at.numpy(), tuple(canvas.shape[1:])), -1) + 1
    grids = colours.cpu().numpy().astype(np.int8)
    return [
        Decoded(grid[:height, :width].copy(), score)
        for grid, (height, width), score in zip(grids, corners, scores.tolist(), strict=True)
    ]


def log_probability(
    logits: Float[Tensor, "batch symbols height width"],
    canvas: Bool[Tensor, "batch height width"],
    target: Tensor,
) -> Float[Tensor, " batch"]:
    """How likely given grids are, `PAD` outside, cells taken to be independent; −inf for one that leaves its canvas."""
    chances = logits.log_softmax(1).gather(1, target.unsqueeze(1)).squeeze(1)
    fits = ~((target != PAD) & ~canvas).flatten(1).any(-1)
    return (chances * canvas).sum((-2, -1)).masked_fill(~fits, -torch.inf)
