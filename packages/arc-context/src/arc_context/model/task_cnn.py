"""A recurrent convolutional network that is trained from nothing on the pairs of one task."""

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.canvas import SYMBOLS, canvas_of
from arc_context.model.output import RLANOutput


class TaskCNN(nn.Module):
    """One convolutional step, again and again; it knows a task by its weights alone.

        h_0 = W [onehot(x); 1],   h_t = h_t−1 + W_2 GELU(W_1 ∗ (m ⊙ h_t−1)),   logits_t = readout(h_t)

    The support set says how large an answer may be, and nothing else. Without training on a task's own pairs it cannot
    know the task. After the recurrent networks that extrapolate by more steps (Schwarzschild et al. 2021).

    Args:
        channels: of a cell's state.
        steps: how often the step is applied.
    """

    def __init__(self, channels: int = 48, steps: int = 8):
        super().__init__()
        self.steps = steps
        self.enter = nn.Conv2d(SYMBOLS + 1, channels, 1)
        self.around = nn.Conv2d(channels, channels, 3, padding=1)
        self.mix = nn.Conv2d(channels, channels, 1)
        self.norm = nn.LayerNorm(channels)
        self.readout = nn.Conv2d(channels, SYMBOLS, 1)

    def forward(
        self,
        test: Int[Tensor, "batch height width"],
        train_inputs: Int[Tensor, "batch pairs height width"],
        train_outputs: Int[Tensor, "batch pairs height width"],
        pair_mask: Bool[Tensor, "batch pairs"],
    ) -> RLANOutput:
        """Answer; every state is read out. The last symbol is that a cell is outside the answer."""
        canvas = canvas_of(test, train_inputs, train_outputs, pair_mask)
        inside = canvas.unsqueeze(1)
        shown = F.one_hot(test, SYMBOLS).movedim(-1, 1).to(self.readout.weight.dtype)
        state = self.enter(torch.cat([shown, torch.ones_like(shown[:, :1])], 1)) * inside
        logits = []
        for _ in range(self.steps):
            normed = self.norm(state.movedim(1, -1)).movedim(-1, 1) * inside
            state = state + self.mix(F.gelu(self.around(normed))) * inside
            logits.append(self.readout(state))
        return RLANOutput(logits[-1], tuple(logits), canvas, state)
