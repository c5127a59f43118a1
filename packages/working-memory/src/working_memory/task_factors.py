"""A task vector learned, in place of one-hot feature ⊕ one-hot n."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from attention_core import FactoredTaskEmbedding
from working_memory.errors import WorkingMemoryError
from working_memory.tasks import FEATURES, LARGEST_N

LEVELS = (len(FEATURES), LARGEST_N)


class LearnedTask(nn.Module):
    """The sum of a learned vector for the feature and one for n: E_feature + E_n.

    What is learned of a feature at one n serves the others.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.embedding = FactoredTaskEmbedding(LEVELS, dim)

    def forward(self, task: Float[Tensor, "batch factors"]) -> Float[Tensor, "batch task_dim"]:
        """The vector of each task, given as `task_vector` gives it.

        Raises:
            WorkingMemoryError: a row is not one-hot feature ⊕ one-hot n.
        """
        parts = task.split(LEVELS, dim=-1)
        # On a device the check would wait for it.
        if task.is_cpu and not all(_is_one_hot(part) for part in parts):
            raise WorkingMemoryError("a learned task needs one-hot feature ⊕ one-hot n; got another vector")
        return self.embedding(torch.stack([part.argmax(-1) for part in parts], dim=-1))


def _is_one_hot(part: Tensor) -> bool:
    return bool((((part == 1).sum(-1) == 1) & ((part != 0).sum(-1) == 1)).all())
