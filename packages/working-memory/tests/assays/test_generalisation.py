import numpy as np
import pytest

from analysis import CrossValidation
from working_memory.assays.generalisation import Generalisation
from working_memory.configuration import TasksConfig

QUICK = Generalisation(CrossValidation(permutations=0))
TESTED = Generalisation(CrossValidation(permutations=40), properties=("location", "category"))
SPLITS = ("test/familiar", "test/novel_view", "test/novel_identity")


def stimulus(found, name: str, split: str):
    return found.estimate("cross_stimulus_accuracy", property=name, split=f"test/{split}")


def test_a_code_that_tasks_share_carries_over(make_run, planted):
    found = TESTED.measure(make_run(planted(1, 4.0), splits=SPLITS), {})
    estimate = found.estimate("cross_task_accuracy", property="location")
    assert estimate.low > 0.6
    assert estimate.null.p < 0.05
    assert estimate.null.value == pytest.approx(0.25, abs=0.02)


def test_codes_of_their_own_in_every_task_do_not(make_run, planted):
    codes = {name: planted(1, 4.0) for name in ("location", "category", "identity")}
    for seed, code in enumerate(codes.values()):
        code.directions = np.random.default_rng(seed).normal(size=code.directions.shape)

    def apart(table, objects):
        asked = table["feature"].to_numpy().reshape(-1, objects)[:, 0]
        states = {name: code(table, objects) for name, code in codes.items()}
        return np.stack([states[name][row] for row, name in enumerate(asked)])

    found = QUICK.measure(make_run(apart, splits=SPLITS), {})
    for name in ("location", "category"):
        assert found.estimate("cross_task_accuracy", property=name).value < 0.4


def test_a_code_of_a_category_carries_over_to_identities_that_share_it(make_run, planted):
    found = TESTED.measure(make_run(planted(1, 4.0), splits=SPLITS), {})
    for split in ("novel_view", "novel_identity"):
        for name in ("location", "category"):
            estimate = stimulus(found, name, split)
            assert estimate.value > 0.5
            assert estimate.null.p < 0.05


def test_a_code_that_novel_stimuli_do_not_share_does_not_carry_over(make_run, planted):
    familiar, novel = planted(1, 4.0), planted(1, 4.0)
    novel.directions = np.random.default_rng(3).normal(size=novel.directions.shape)

    def apart(table, objects):
        known = (table["split"] == "test/familiar").to_numpy().reshape(-1, objects, 1)
        return np.where(known, familiar(table, objects), novel(table, objects))

    found = QUICK.measure(make_run(apart, splits=SPLITS), {})
    assert stimulus(found, "location", "novel_view").value < 0.4


def test_identities_that_are_not_shared_are_not_estimable(make_run, planted):
    found = QUICK.measure(make_run(planted(1, 4.0), splits=SPLITS, sequences=900), {})
    assert stimulus(found, "identity", "novel_view").chance == pytest.approx(1 / 20)
    assert "not estimable: test/familiar: no trial of the class" in (
        stimulus(found, "identity", "novel_identity").how
    )


def test_one_task_has_nothing_to_carry_over_to(make_run, planted):
    tasks = TasksConfig(scenario="stsf")
    found = QUICK.measure(make_run(planted(1), splits=SPLITS, tasks=tasks), {})
    estimate = found.estimate("cross_task_accuracy", property="location")
    assert estimate.how == (
        "not estimable: all sequences are of location, so there is nothing to carry over to"
    )


def test_a_split_that_is_not_there_is_not_estimable(make_run, planted):
    found = QUICK.measure(make_run(planted(1), splits=SPLITS[:2]), {})
    assert "not estimable: all sequences are of test/familiar" in (
        stimulus(found, "location", "novel_identity").how
    )


def test_noise_is_at_chance(make_run, planted):
    found = TESTED.measure(make_run(planted(ages=0), splits=SPLITS), {})
    for estimate in (
        found.estimate("cross_task_accuracy", property="location"),
        stimulus(found, "category", "novel_view"),
        stimulus(found, "location", "novel_identity"),
    ):
        assert abs(estimate.value - 0.25) < 0.06
        assert estimate.null.p > 0.02
