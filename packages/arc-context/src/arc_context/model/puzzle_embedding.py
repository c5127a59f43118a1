"""Recursion that knows a task by a learned vector and never looks at its pairs."""

from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from arc_context.model.canvas import PAD, canvas_of, sides
from arc_context.model.encoders import GridEncoder
from arc_context.model.output import RLANOutput
from arc_context.model.readout import Copies, Readout
from arc_context.model.solver import RecursiveSolver
from arc_context.model.views import views

if TYPE_CHECKING:
    from arc_context.configuration import ModelConfig

PUZZLES = 4096
"""Learned vectors, where no other number is asked for."""


class PuzzleEmbeddingModel(nn.Module):
    """Answer a test input by a vector that was learned for its task.

        x = encoder(test) + W p[h(support) mod puzzles],   logits_t = solver(x)

    How TRM and HRM are told the task (Jolicoeur-Martineau 2025; Wang et al. 2025): each pair is an input of its own and
    the pairs of a task share a learned vector; test cells attend to no support. Here h is a number made of the whole
    support set, whatever the order of its pairs, so that a turned or recoloured task is another puzzle, as there. What
    h sends to one place shares a vector (feature hashing, Weinberger et al. 2009). A task that was never trained on
    meets a vector that says nothing of it: without training on its own pairs it is answered by chance.

    Args:
        config: sizes and steps, as of `RLAN`; what concerns context and anchors is not asked for.
        puzzles: how many vectors.
    """

    def __init__(self, config: "ModelConfig", puzzles: int = PUZZLES):
        super().__init__()
        self.config = config
        self.encoder = GridEncoder(config.dim, config.views, config.cues, config.background)
        self.puzzles = nn.Embedding(puzzles, config.dim)
        self.place = nn.Linear(config.dim, config.dim)
        readout = Readout(self.encoder.colours, config.views, supported=False)
        self.solver = RecursiveSolver(
            config.dim, config.heads, config.steps, readout, config.halting, config.dropout
        )

    def forward(
        self,
        test: Int[Tensor, "batch height width"],
        train_inputs: Int[Tensor, "batch pairs height width"],
        train_outputs: Int[Tensor, "batch pairs height width"],
        pair_mask: Bool[Tensor, "batch pairs"],
    ) -> RLANOutput:
        """Answer; the support set says which puzzle it is, and how large an answer may be."""
        canvas = canvas_of(test, train_inputs, train_outputs, pair_mask)
        puzzle = self.place(self.vector(train_inputs, train_outputs, pair_mask))
        features = self.encoder(test, canvas) + puzzle[..., None, None]
        features = features * canvas.unsqueeze(1)
        copies = Copies(views(test, sides(test)).flatten(1, 2)) if self.config.views else None
        solved = self.solver(features, canvas, None, copies)
        return RLANOutput(solved.logits, solved.step_logits, canvas, features, halting=solved.halting)

    def vector(
        self,
        inputs: Int[Tensor, "batch pairs height width"],
        outputs: Int[Tensor, "batch pairs height width"],
        pair_mask: Bool[Tensor, "batch pairs"],
    ) -> Float[Tensor, "batch dim"]:
        """That of each puzzle."""
        number = puzzle_number(inputs, outputs, pair_mask)
        return self.puzzles(number.remainder(self.puzzles.num_embeddings))


def puzzle_number(
    inputs: Int[Tensor, "batch pairs height width"],
    outputs: Int[Tensor, "batch pairs height width"],
    pair_mask: Bool[Tensor, "batch pairs"],
) -> Int[Tensor, " batch"]:
    """64 bits that the pairs of a support set give, whatever their order and padding.

        h = Σ_pairs mix( Σ_cells mix(place, role) (colour + 1) ),   modulo 2^64

    Every cell is weighed by a number of its place and role, and nothing stands for padding. `mix` is the finaliser of
    MurmurHash3 (Appleby 2011).
    """
    height, width = inputs.shape[-2:]
    rows = torch.arange(height, device=inputs.device)[:, None]
    place = rows * 64 + torch.arange(width, device=inputs.device)
    told = torch.zeros(pair_mask.shape, dtype=torch.long, device=inputs.device)
    for role, grids in enumerate((inputs, outputs), 1):
        cells = torch.where(grids == PAD, 0, grids + 1)
        told = told + (cells * mixed(place + (role << 20))).sum((-2, -1))
    return torch.where(pair_mask, mixed(told), 0).sum(-1)


def mixed(number: Int[Tensor, "*shape"]) -> Int[Tensor, "*shape"]:
    """Each number to one that looks drawn; different numbers stay different."""
    for factor in (-49064778989728563, -4265267296055464877):
        number = (number ^ ((number >> 33) & 0x7FFFFFFF)) * factor
    return number ^ ((number >> 33) & 0x7FFFFFFF)
