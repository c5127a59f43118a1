import subprocess
import sys

import pytest

from arc_context.configuration import FamiliesConfig
from arc_context.errors import ArcError
from arc_context.families.generated import GeneratedTasks

LIMITS = FamiliesConfig()
NAMES = ("colour_map", "reveal", "swap")


def prints(tasks):
    return [(task.name, task.fingerprint) for task in tasks]


def test_a_task_does_not_depend_on_how_many_others_there_are():
    long, short = GeneratedTasks(NAMES, LIMITS, range(30)), GeneratedTasks(NAMES, LIMITS, range(10, 13))
    assert prints(long)[10:13] == prints(short)
    assert prints([long[11]]) == prints(short)[1:2]


def test_a_family_draws_the_same_task_from_a_seed_whatever_families_stand_beside_it():
    alone = {task.name: task.fingerprint for task in GeneratedTasks(("swap",), LIMITS, range(30))}
    beside = [task for task in GeneratedTasks(NAMES, LIMITS, range(30)) if task.family == "swap"]
    assert len(beside) == 10
    assert all(alone[task.name] == task.fingerprint for task in beside)


def test_families_take_turns():
    families = [task.family for task in GeneratedTasks(NAMES, LIMITS, range(6))]
    assert families == [*NAMES, *NAMES]


def test_no_two_tasks_are_alike():
    tasks = GeneratedTasks(NAMES, LIMITS, range(300))
    assert len({task.fingerprint for task in tasks}) == 300


def test_another_process_makes_the_same_bytes():
    told = (
        "from arc_context.configuration import FamiliesConfig as F;"
        "from arc_context.families.generated import GeneratedTasks as G;"
        f"print([task.fingerprint for task in G({NAMES}, F(), range(5))])"
    )
    other = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert other.strip() == str([task.fingerprint for task in GeneratedTasks(NAMES, LIMITS, range(5))])


def test_the_fingerprint_tells_families_limits_and_seeds_apart_and_nothing_else():
    first = GeneratedTasks(NAMES, LIMITS, range(5)).fingerprint
    assert first == GeneratedTasks(NAMES, FamiliesConfig(names=("swap",), held_out=()), range(5)).fingerprint
    assert first != GeneratedTasks(NAMES[:2], LIMITS, range(5)).fingerprint
    assert first != GeneratedTasks(NAMES, FamiliesConfig(sides=(3, 9)), range(5)).fingerprint
    assert first != GeneratedTasks(NAMES, LIMITS, range(6)).fingerprint


@pytest.mark.parametrize(
    ("names", "seeds", "sentence"),
    [
        (("swop",), range(2), "'swop' is not a family; did you mean swap"),
        ((), range(2), "families: expected one or more, got none"),
        (NAMES, range(-1, 2), "seeds: expected 0 or more, got -1"),
    ],
)
def test_what_cannot_be_drawn_is_said(names, seeds, sentence):
    with pytest.raises(ArcError, match=sentence):
        GeneratedTasks(names, LIMITS, seeds)


def test_limits_without_room_are_said():
    with pytest.raises(ArcError, match="swap: expected limits that leave room for a task, got sides 1 to 1"):
        GeneratedTasks(("swap",), FamiliesConfig(sides=(1, 1)), range(1))[0]
