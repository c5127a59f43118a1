import numpy as np
import pytest

from working_memory.assays.rotation import RotationOfMemory
from working_memory.configuration import TasksConfig

QUICK = RotationOfMemory(ages=(1, 2), permutations=40)
LOCATION_2BACK = TasksConfig(scenario="stsf")


def measured(make_run, code, assay: RotationOfMemory = QUICK, **settings):
    found = assay.measure(make_run(code, **({"tasks": LOCATION_2BACK} | settings)), {})
    return lambda measure, age=1, name="location": found.estimate(measure, property=name, age=age)


def test_a_code_that_turns_with_age_is_carried_by_a_rotation_only(make_run, turned):
    figure = measured(make_run, turned(ages=3))
    for age in (1, 2):
        assert figure("procrustes_disparity", age).high < figure("procrustes_disparity", age).null.low
        assert figure("reconstruction_accuracy", age).low > 0.5
        assert figure("reconstruction_accuracy", age).null.p < 0.05
        assert abs(figure("direct_accuracy", age).value - 0.25) < 0.08
    assert figure("reconstruction_kept").low > 0.7


def test_slots_need_no_rotation(make_run, turned):
    figure = measured(make_run, turned(ages=6, slots=True))
    assert figure("direct_accuracy").low > 0.4
    assert figure("reconstruction_accuracy").low > 0.4


def test_in_noise_no_rotation_helps(make_run, turned):
    figure = measured(make_run, turned(ages=0))
    assert figure("procrustes_disparity").null.p > 0.05
    assert figure("procrustes_disparity").high > 1
    for name in ("reconstruction_accuracy", "fitted_accuracy", "direct_accuracy"):
        assert abs(figure(name).value - 0.25) < 0.05


def test_a_code_that_shrinks_is_told_with_scale_only(make_run, turned):
    code = turned(ages=3)
    code.strength = np.array([4.0, 1.5, 1.0])
    figure = measured(make_run, code)
    assert figure("unscaled_disparity").low > figure("procrustes_disparity").high


@pytest.mark.parametrize("age", [1, 2])
def test_the_present_object_alone_does_not_pass_for_a_memory(make_run, turned, age):
    figure = measured(make_run, turned(ages=1))
    assert abs(figure("fitted_accuracy", age).value - 0.25) < 0.05


def test_without_the_guard_it_would(make_run, turned, monkeypatch):
    guard = "working_memory.assays.rotation.balanced"
    monkeypatch.setattr(guard, lambda excess, seed: np.ones(len(excess), dtype=bool))
    assert measured(make_run, turned(ages=1))("fitted_accuracy", 2).low > 0.4


def test_what_cannot_be_asked_says_why(make_run, turned):
    figure = measured(make_run, turned(ages=3))
    why = figure("procrustes_disparity", 1, "category").how
    assert why == "not estimable: no task holds category for 1 of 6 objects"
    few = measured(make_run, turned(ages=3), sequences=20)
    assert "evaluate more sequences" in few("reconstruction_accuracy").how
    spoilt = measured(
        make_run, turned(ages=3), change=lambda states: {k: v * np.nan for k, v in states.items()}
    )
    assert "numbers are not finite" in spoilt("procrustes_disparity").how


def test_the_same_run_gives_the_same_bytes(make_run, turned, tmp_path):
    run = make_run(turned(ages=3), tasks=LOCATION_2BACK, sequences=200)
    for name in ("first", "second"):
        QUICK.measure(run, {}).write(tmp_path / f"{name}.json")
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
