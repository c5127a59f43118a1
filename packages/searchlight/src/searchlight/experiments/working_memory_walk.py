"""A model's way through sequences, step by step, so that it can be taken up again at any frame."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from working_memory import State, WorkingMemoryModel


@dataclass(frozen=True)
class Walk:
    """A model's way through sequences, kept so that it can be taken up again at any frame."""

    model: WorkingMemoryModel
    task: Float[Tensor, "sequences task_dim"]
    seen: Float[Tensor, "sequences frames channels"]
    hidden: Float[Tensor, "sequences frames dim"]
    memory: Float[Tensor, "sequences frames dim"] | None

    @classmethod
    def through(
        cls,
        model: WorkingMemoryModel,
        features: Float[Tensor, "sequences frames channels height width"],
        task: Float[Tensor, "sequences task_dim"],
    ) -> "Walk":
        """Look at every frame and take every step."""
        told = model.told(task)
        seen = model.look(features, told).values
        states = [model.cognition.start(len(seen))]
        for frame in range(seen.shape[1]):
            states.append(model.cognition.step(states[-1], seen[:, frame], told))
        hidden = torch.stack([state.hidden for state in states[1:]], 1)
        memory = [state.memory for state in states[1:] if state.memory is not None]
        return cls(model, told, seen, hidden, torch.stack(memory, 1) if memory else None)

    def next(
        self,
        rows: Int[Tensor, " pushes"],
        frame: int,
        change: Float[Tensor, "pushes dim"],
    ) -> Float[Tensor, "pushes classes"]:
        """P of each answer at `frame`, of which the true input is seen, after the state before it was changed.

        An LSTM's memory is left as it is.
        """
        pushed = self.hidden[rows, frame - 1] + change
        memory = None if self.memory is None else self.memory[rows, frame - 1]
        after = self.model.cognition.step(State(pushed, memory), self.seen[rows, frame], self.task[rows])
        states = torch.cat([self.hidden[rows, : frame - 1], torch.stack([pushed, after.hidden], 1)], 1)
        return self.model.answers(states)[:, -1].softmax(-1)
