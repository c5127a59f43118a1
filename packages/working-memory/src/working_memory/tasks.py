"""N-back tasks: which feature to compare, and with the object how many places back."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from working_memory.configuration import Feature, TasksConfig
from working_memory.errors import WorkingMemoryError

FEATURES: tuple[Feature, ...] = ("location", "identity", "category")
LARGEST_N = 3


@dataclass(frozen=True)
class Task:
    """Tell whether `feature` equals that of the object shown `n` objects ago."""

    feature: Feature
    n: int

    @property
    def name(self) -> str:
        """As in tables and on the command line: identity-2back."""
        return f"{self.feature}-{self.n}back"


def tasks_of(config: TasksConfig) -> tuple[Task, ...]:
    """The tasks of a scenario, by feature and then by n."""
    return tuple(Task(feature, n) for feature in config.all_features for n in config.all_n)


def task_vector(tasks: tuple[Task, ...]) -> Float[np.ndarray, "tasks task_dim"]:
    """One row per task: one-hot feature (location, identity, category) ⊕ one-hot n (1, 2, 3)."""
    features = [FEATURES.index(task.feature) for task in tasks]
    n = [task.n - 1 for task in tasks]
    if any(index not in range(LARGEST_N) for index in n):
        raise WorkingMemoryError(f"n is 1 to {LARGEST_N}; got {[task.n for task in tasks]}")
    return np.hstack([np.eye(len(FEATURES))[features], np.eye(LARGEST_N)[n]]).astype(np.float32)
