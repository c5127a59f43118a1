"""What remembers: features and task into a recurrent state."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from working_memory.configuration import CELLS
from working_memory.errors import WorkingMemoryError


class State(NamedTuple):
    """What a recurrent layer carries to the next frame; only an LSTM has a memory beside its output."""

    hidden: Float[Tensor, "batch dim"]
    memory: Float[Tensor, "batch dim"] | None


class Cognition(nn.Module):
    """Encode what is seen together with the task, and carry it along.

        e_t = ReLU(LayerNorm(W [x_t ⊕ task] + b)),   h_t = cell(e_t, h_{t−1})

    As in Lei, Ito and Bashivan (2024), with one layer of GRU, LSTM or tanh units.
    """

    def __init__(
        self, input_dim: int, task_dim: int, hidden_size: int, cell: str = "gru", dropout: float = 0.0
    ):
        super().__init__()
        cells = {"gru": nn.GRU, "lstm": nn.LSTM, "rnn": nn.RNN}
        if cell not in cells:
            raise WorkingMemoryError(f"{cell!r} is not a cell; expected one of: {', '.join(CELLS)}")
        self.cell, self.input_dim, self.task_dim, self.hidden_size = cell, input_dim, task_dim, hidden_size
        self.encoder = nn.Sequential(
            nn.Linear(input_dim + task_dim, hidden_size),
            nn.LayerNorm(hidden_size),
            nn.ReLU(),
            nn.Dropout(dropout),
        )
        self.recurrent = cells[cell](hidden_size, hidden_size, batch_first=True)

    def forward(
        self,
        features: Float[Tensor, "batch time channels"],
        task: Float[Tensor, "batch task_dim"],
    ) -> Float[Tensor, "batch time dim"]:
        """The output of the recurrent layer at every frame."""
        hidden, _ = self.recurrent(self._encode(features, task))
        return hidden

    def start(self, batch: int) -> State:
        """The state before the first frame: zeros."""
        zeros = next(self.parameters()).new_zeros(batch, self.hidden_size)
        return State(zeros, zeros if self.cell == "lstm" else None)

    def step(
        self,
        state: State,
        features: Float[Tensor, "batch channels"],
        task: Float[Tensor, "batch task_dim"],
    ) -> State:
        """The state after one more frame; a sequence of steps equals one call of `forward`."""
        before = tuple(part.unsqueeze(0) for part in state if part is not None)
        encoded = self._encode(features.unsqueeze(1), task)
        _, after = self.recurrent(encoded, before if self.cell == "lstm" else before[0])
        if self.cell == "lstm":
            return State(after[0].squeeze(0), after[1].squeeze(0))
        return State(after.squeeze(0), None)

    def _encode(
        self,
        features: Float[Tensor, "batch time channels"],
        task: Float[Tensor, "batch task_dim"],
    ) -> Float[Tensor, "batch time dim"]:
        tasks = task.unsqueeze(1).expand(-1, features.shape[1], -1)
        return self.encoder(torch.cat([features, tasks], dim=-1))
