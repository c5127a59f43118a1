import numpy as np
import pytest

from working_memory.configuration import TasksConfig
from working_memory.errors import WorkingMemoryError
from working_memory.tasks import Task, task_vector, tasks_of


def test_the_nine_tasks_have_nine_names_and_nine_vectors():
    tasks = tasks_of(TasksConfig())
    assert len({task.name for task in tasks}) == 9
    assert len(np.unique(task_vector(tasks), axis=0)) == 9


def test_a_task_vector_says_feature_then_n():
    assert task_vector((Task("identity", 3),)).tolist() == [[0, 1, 0, 0, 0, 1]]


def test_a_task_is_named_by_feature_and_n():
    assert Task("location", 2).name == "location-2back"


def test_the_single_feature_scenario_is_location_two_back():
    assert tasks_of(TasksConfig(scenario="stsf")) == (Task("location", 2),)


@pytest.mark.parametrize("n", [0, 4])
def test_an_n_outside_the_vector_is_an_error(n):
    with pytest.raises(WorkingMemoryError, match="n is 1 to 3"):
        task_vector((Task("location", n),))
