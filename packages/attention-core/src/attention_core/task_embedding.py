"""Tasks as learned vectors, in place of one-hot ones."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from attention_core.errors import AttentionError


class TaskEmbedding(nn.Module):
    """A learned vector for each task: E[task].

    A linear layer of a one-hot vector reads a row of its weights; here the rows are the input itself, of any
    width, so that like tasks may come to lie close together.
    """

    def __init__(self, tasks: int, dim: int):
        super().__init__()
        self.factors = FactoredTaskEmbedding([tasks], dim)

    def forward(self, task: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch task_dim"]:
        """The vector of each task.

        Raises:
            AttentionError: if a task is no integer, or outside of those embedded.
        """
        return self.factors(task.unsqueeze(-1))


class FactoredTaskEmbedding(nn.Module):
    """A learned vector for each level of each factor of a task, added up: Σ_f E_f[task_f].

    For tasks that are combinations, such as a feature to match × how far back: a combination never trained
    is made of parts that were.
    """

    def __init__(self, levels: Sequence[int], dim: int):
        super().__init__()
        if not levels or min(levels) < 1:
            raise AttentionError(
                f"factors have {list(levels)} levels; give at least one factor and one level each."
            )
        self.levels = [*levels]
        self.embeddings = nn.ModuleList(nn.Embedding(level, dim) for level in levels)

    def forward(self, task: Int[Tensor, "*batch factors"]) -> Float[Tensor, "*batch task_dim"]:
        """The vector of each task, whose last axis is the level of each factor.

        Raises:
            AttentionError: if the levels are no integers, or outside of those embedded.
        """
        self._check(task)
        return torch.stack([embed(task[..., i]) for i, embed in enumerate(self.embeddings)]).sum(0)

    def _check(self, task: Tensor) -> None:
        if task.is_floating_point() or task.dtype is torch.bool:
            raise AttentionError(f"task is {task.dtype}; expected integers, such as one_hot.argmax(-1).")
        if task.shape[-1] != len(self.levels):
            raise AttentionError(
                f"task has shape {list(task.shape)}; expected [*batch, {len(self.levels)} factors]."
            )
        # On a device the check would wait for it, and a compiler cannot follow it; torch refuses there itself.
        if task.is_cpu and not torch.compiler.is_compiling():
            outside = ((task < 0) | (task >= torch.tensor(self.levels))).any(-1)
            if outside.any():
                raise AttentionError(
                    f"a task has levels {task[outside][0].tolist()};"
                    f" expected levels from 0 up to {[level - 1 for level in self.levels]}."
                )
