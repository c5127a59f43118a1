"""Models of working memory: look at a feature map, remember, answer."""

from typing import NamedTuple

from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core import (
    AttentionMap,
    FeatureTaskGating,
    MultiHeadTaskGuidedAttention,
    TaskGating,
    TaskGuidedAttention,
)
from attention_core.losses import entropy_bonus
from working_memory.cells import CellSelfAttention
from working_memory.cognition import Cognition
from working_memory.errors import WorkingMemoryError
from working_memory.recall import Recall
from working_memory.task_factors import LEVELS, LearnedTask

ANSWERS = 3


class Pooled(NamedTuple):
    """Features without a place."""

    values: Float[Tensor, "batch time channels"]


class Pooling(nn.Module):
    """Look at everything alike: mean_hw x_hw, which is attention with uniform weights."""

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
    ) -> Pooled:
        """Pool the features; the task plays no part, and a 1 × 1 map stands for features pooled already."""
        return Pooled(features.mean((-2, -1)))


SpatialLook = TaskGuidedAttention | MultiHeadTaskGuidedAttention | CellSelfAttention
Look = Pooling | TaskGating | FeatureTaskGating | SpatialLook


class WorkingMemoryOutput(NamedTuple):
    """Answers and recurrent states at every frame, and what the parts of the model show of themselves."""

    logits: Float[Tensor, "batch time classes"]
    hidden: Float[Tensor, "batch time dim"]
    attention: AttentionMap | None
    """Where the task looks: `[batch, time, heads, 1, cells]`."""
    gates: Float[Tensor, "batch time channels"] | None
    cells: AttentionMap | None = None
    """Which cells attend to which: `[batch, time, heads, cells, cells]`."""
    recalled: AttentionMap | None = None
    """Which frames attend to which before them: `[batch, heads, time, time]`."""


class WorkingMemoryModel(nn.Module):
    """Look at each feature map, remember what was seen, and answer no action, non-match or match."""

    def __init__(
        self,
        look: Look,
        cognition: Cognition,
        recall: Recall | None = None,
        learned_task: LearnedTask | None = None,
    ):
        super().__init__()
        self.look = look
        self.cognition = cognition
        self.answer = nn.Linear(cognition.hidden_size, ANSWERS)
        self.recall = recall
        self.learned_task = learned_task

    @property
    def task_dim(self) -> int:
        """Width of the task vector that the model takes."""
        return self.cognition.task_dim if self.learned_task is None else sum(LEVELS)

    def forward(
        self,
        features: Float[Tensor, "batch time channels height width"],
        task: Float[Tensor, "batch task_dim"],
    ) -> WorkingMemoryOutput:
        """Answer at every frame.

        Raises:
            WorkingMemoryError: features or task have not the width that the model was made for.
        """
        self._check(features, task)
        told = self.told(task)
        seen = self.look(features, told)
        hidden = self.cognition(seen.values, told)
        states, recalled = (hidden, None) if self.recall is None else self.recall(hidden)
        return WorkingMemoryOutput(
            logits=self.answer(states),
            hidden=hidden,
            attention=getattr(seen, "attention", None),
            gates=getattr(seen, "gates", None),
            cells=getattr(seen, "cells", None),
            recalled=recalled,
        )

    def told(self, task: Float[Tensor, "batch task_dim"]) -> Float[Tensor, "batch told_dim"]:
        """The task as look and recurrent part are told it: as given, or the vector learned for it."""
        return task if self.learned_task is None else self.learned_task(task)

    def answers(self, hidden: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time classes"]:
        """The logits that recurrent states from the first frame on lead to."""
        return self.answer(hidden if self.recall is None else self.recall(hidden).values)

    def _check(self, features: Tensor, task: Tensor) -> None:
        channels, task_dim = self.cognition.input_dim, self.task_dim
        if features.ndim != 5 or features.shape[2] != channels:
            raise WorkingMemoryError(
                f"expected features [batch, time, {channels} channels, height, width]; "
                f"got {tuple(features.shape)}"
            )
        if task.shape != (len(features), task_dim):
            raise WorkingMemoryError(
                f"expected a task vector [{len(features)}, {task_dim}]; got {tuple(task.shape)}"
            )


class AttentionWorkingMemoryModel(WorkingMemoryModel):
    """A model whose look is spatial: its output always carries an attention map over the cells."""

    def __init__(
        self,
        look: nn.Module,
        cognition: Cognition,
        recall: Recall | None = None,
        learned_task: LearnedTask | None = None,
    ):
        if not isinstance(look, SpatialLook):
            raise WorkingMemoryError(
                "expected TaskGuidedAttention, MultiHeadTaskGuidedAttention or CellSelfAttention; "
                f"got {type(look).__name__}: take WorkingMemoryModel for looks without a map"
            )
        super().__init__(look, cognition, recall, learned_task)

    def _check(self, features: Tensor, task: Tensor) -> None:
        super()._check(features, task)
        if features.shape[-2:].numel() < 2:
            raise WorkingMemoryError(
                "spatial attention needs a feature map; got pooled features, where every weight is one"
            )


def masked_loss(
    output: WorkingMemoryOutput,
    targets: Int[Tensor, "batch time"],
    no_action_weight: float = 0.1,
) -> Float[Tensor, ""]:
    """Cross-entropy averaged over frames, with a smaller weight on those that ask for no action.

    L = Σ w_i CE_i / Σ w_i,   w_i = no_action_weight where nothing is asked, else 1
    """
    weight = output.logits.new_ones(ANSWERS)
    weight[0] = no_action_weight
    return F.cross_entropy(output.logits.flatten(0, 1), targets.flatten(), weight=weight)


def entropy_penalty(output: WorkingMemoryOutput, weight: float) -> Float[Tensor, ""]:
    """−weight · mean H of the map over cells, in nats: a positive weight spreads attention, a negative one sharpens.

    Raises:
        WorkingMemoryError: the model that answered looks at no places.
    """
    if output.attention is None:
        raise WorkingMemoryError(
            "an entropy weight needs a model with an attention map over cells; it has none"
        )
    return weight * entropy_bonus(output.attention)
