import json
from dataclasses import replace

import numpy as np
import pytest

from working_memory.assays.swap import Swap
from working_memory.configuration import TasksConfig

QUICK = Swap(permutations=99)
LOCATION_2BACK = TasksConfig(scenario="stsf")


def advantage(found, name: str = "location"):
    return found.estimate("swap_advantage", property=name)


@pytest.mark.parametrize(("slots", "verdict"), [(True, "same item (Eq. 2)"), (False, "same age (Eq. 3)")])
def test_slots_and_a_code_by_age_are_told_apart(make_run, turned, slots, verdict):
    run = make_run(turned(ages=6, slots=slots), tasks=LOCATION_2BACK, sequences=1400)
    found = QUICK.measure(run, {})
    assert found.notes[0].startswith(f"location: {verdict}")
    assert found.estimate("swap_correct", property="location").low > 0.35
    assert advantage(found).high < 0 if slots else advantage(found).low > 0


@pytest.mark.parametrize("ages", [0, 1])
def test_noise_and_the_present_object_alone_are_no_memory(make_run, turned, ages):
    found = QUICK.measure(make_run(turned(ages=ages), tasks=LOCATION_2BACK), {})
    assert found.notes[0].startswith("location: not estimable")
    assert abs(found.estimate("swap_correct", property="location").value - 0.25) < 0.05


def test_a_property_that_is_not_held_long_enough_is_told(make_run, turned):
    found = QUICK.measure(make_run(turned(ages=3), tasks=LOCATION_2BACK), {})
    assert advantage(found, "category").how == "not estimable: no task holds category for 2 of 6 objects"
    assert not np.isnan(advantage(found).value)


def test_too_few_sequences_and_bad_numbers_are_told(make_run, turned):
    few = QUICK.measure(make_run(turned(ages=3), sequences=45), {})
    assert "evaluate more sequences" in advantage(few).how
    run = make_run(
        turned(ages=3), tasks=LOCATION_2BACK, change=lambda states: {k: v * np.nan for k, v in states.items()}
    )
    assert "numbers are not finite" in advantage(QUICK.measure(run, {})).how


def test_the_same_run_gives_the_same_bytes(make_run, turned, tmp_path):
    run = make_run(turned(ages=3), tasks=LOCATION_2BACK)
    for name in ("first", "second"):
        QUICK.measure(run, {}).write(tmp_path / f"{name}.json")
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
    figures = json.loads((tmp_path / "first.json").read_text())["figures"]
    assert {each["measure"] for each in figures} == {each.name for each in Swap.measures}


def test_an_age_that_has_no_rotation_to_exchange_is_told(make_run, turned):
    found = replace(QUICK, age=1).measure(make_run(turned(ages=3), tasks=LOCATION_2BACK), {})
    assert "have no rotation to exchange" in advantage(found).how
