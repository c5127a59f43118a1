import json
from dataclasses import replace

import numpy as np
import pytest

from analysis import CrossValidation
from working_memory.assays.memory import Memory
from working_memory.configuration import TasksConfig

QUICK = Memory(CrossValidation(permutations=0))
TESTED = Memory(CrossValidation(permutations=40), properties=("location", "category"))


def accuracy(found, name: str, age: int, relevance: str = "relevant"):
    return found.estimate("memory_accuracy", property=name, relevance=relevance, age=age)


def test_what_was_shown_is_remembered_for_as_long_as_it_is_held(make_run, planted):
    found = TESTED.measure(make_run(planted(ages=2)), {})
    for relevance in ("relevant", "irrelevant"):
        for age, held in enumerate((True, True, False, False)):
            estimate = accuracy(found, "location", age, relevance)
            assert (estimate.null.p < 0.05) == held
            assert estimate.value > 0.6 if held else abs(estimate.value - 0.25) < 0.06
            assert (estimate.chance, estimate.n) == (0.25, 5)


@pytest.mark.parametrize("name", ["location", "category", "identity"])
def test_a_network_that_holds_only_the_present_object_remembers_nothing(make_run, planted, name):
    # half of the scored frames match, and an unguarded decoder would read the answer from the present object
    found = replace(QUICK, properties=(name,)).measure(
        make_run(planted(ages=1, strength=6.0), sequences=1800), {}
    )
    for age in (1, 2, 3):
        for relevance in ("relevant", "irrelevant"):
            estimate = accuracy(found, name, age, relevance)
            assert abs(estimate.value - estimate.chance) < 0.03


@pytest.mark.parametrize("name", ["location", "category", "identity"])
def test_without_the_guard_the_present_object_would_pass_for_a_memory(make_run, planted, name, monkeypatch):
    guard = "working_memory.assays.readout.independent_of_later"
    monkeypatch.setattr(guard, lambda labels, outer, lags, seed: np.ones(labels.shape, dtype=bool))
    found = replace(QUICK, properties=(name,)).measure(
        make_run(planted(ages=1, strength=6.0), sequences=900), {}
    )
    assert max(accuracy(found, name, age).value for age in (1, 2, 3)) > accuracy(found, name, 1).chance + 0.05


def test_noise_and_shuffled_labels_are_at_chance(make_run, planted):
    found = TESTED.measure(make_run(planted(ages=0)), {})
    for name in ("location", "category"):
        for age in range(4):
            estimate = accuracy(found, name, age)
            assert abs(estimate.value - 0.25) < 0.08
            assert estimate.null.value == pytest.approx(0.25, abs=0.01)
    assert (found.arrays["item_age/location/p"] > 0.01).all()


@pytest.mark.parametrize("slots", [True, False])
def test_slots_transfer_between_ages_and_a_shared_code_between_items(make_run, planted, slots):
    found = QUICK.measure(make_run(planted(ages=4, strength=3.0, slots=slots)), {})
    for name in ("location", "category"):
        same_age = found.estimate("same_age_accuracy", property=name)
        across_age = found.estimate("across_age_accuracy", property=name)
        high, low = (across_age, same_age) if slots else (same_age, across_age)
        assert high.value > 0.6 > 0.4 > low.value


def test_the_views_of_the_matrices_are_item_and_time(make_run, planted):
    found = TESTED.measure(make_run(planted(ages=1)), {})
    views, matrix = found.arrays["item_age/views"], found.arrays["item_age/location"]
    assert views[:5].tolist() == [[0, 0], [0, 1], [0, 2], [0, 3], [1, 1]]
    assert views[-1].tolist() == [5, 5]
    assert matrix.shape == found.arrays["item_age/location/p"].shape == (len(views), len(views))
    ages = views[:, 1] - views[:, 0]
    held = np.ix_(ages == 0, ages == 0)
    assert matrix[held].min() > 0.5
    assert found.arrays["item_age/location/p"][held].max() < 0.05


def test_ages_count_objects_and_not_blank_frames(make_run, planted):
    found = QUICK.measure(make_run(planted(ages=2), tasks=TasksConfig(delay=1)), {})
    assert accuracy(found, "location", 1).value > 0.6
    assert accuracy(found, "location", 2).value < 0.4
    assert found.arrays["item_age/views"].max() == 5


def test_an_age_that_no_sequence_reaches_is_not_estimable(make_run, planted):
    tasks = TasksConfig(frames=3, scenario="custom", features=("location",), n=(1,))
    found = QUICK.measure(make_run(planted(ages=1), tasks=tasks), {})
    assert accuracy(found, "location", 2).how.startswith("balanced accuracy")
    assert "not estimable: no pair of views that was scored is of age 3" in accuracy(found, "location", 3).how
    assert "location is irrelevant in no sequence" in accuracy(found, "location", 0, "irrelevant").how
    assert "category is relevant in no sequence" in accuracy(found, "category", 0).how


def test_the_same_run_gives_the_same_bytes(make_run, planted, tmp_path):
    run, kept = make_run(planted(ages=2), sequences=180), []
    for name in ("first", "second"):
        TESTED.measure(run, {}).write(tmp_path / f"{name}.json")
        kept.append([(tmp_path / f"{name}{end}").read_bytes() for end in (".json", ".npz")])
    assert kept[0] == kept[1]
    assert json.loads(kept[0][0])["figures"]
