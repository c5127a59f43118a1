import pytest
import torch

from working_memory.configuration import TasksConfig
from working_memory.errors import WorkingMemoryError
from working_memory.task_factors import LearnedTask
from working_memory.tasks import task_vector, tasks_of


def test_a_task_is_the_sum_of_its_feature_and_its_n():
    learned, tasks = LearnedTask(7), tasks_of(TasksConfig())
    found = learned(torch.from_numpy(task_vector(tasks)))
    features, n = (each.weight for each in learned.embedding.embeddings)
    names = ("location", "identity", "category")
    for task, vector in zip(tasks, found, strict=True):
        torch.testing.assert_close(vector, features[names.index(task.feature)] + n[task.n - 1])


@pytest.mark.parametrize(
    "vector", [[0, 0, 0, 1, 0, 0], [0.5, 0.5, 0, 1, 0, 0], [1, 0, 0, 1, 1, 0], [0, 0, 2, 1, 0, 0]]
)
def test_a_vector_that_is_not_one_hot_is_an_error(vector):
    with pytest.raises(WorkingMemoryError, match="one-hot feature ⊕ one-hot n"):
        LearnedTask(7)(torch.tensor([[0.0, 1, 0, 0, 0, 1], vector]))
