import json

import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError
from analysis.geometry.alignment import Alignment
from analysis.geometry.planted_codes import planted_code
from analysis.geometry.swap import Items, swap_test

QUICK = Alignment(permutations=99)


def measured(kind: str, alignment: Alignment = QUICK, max_age: int = 3, **settings):
    code = planted_code(kind, **settings)
    return swap_test(
        code.states, Items(code.labels, code.conditions), code.groups, max_age=max_age, alignment=alignment
    )


def test_slots_keep_the_rotation_of_the_item():
    found = measured("slots")
    assert found.verdict == "same item (Eq. 2)"
    assert found.kept_same_item.low > 0.9
    assert found.kept_same_age.high < 0.3
    assert found.correct.low > 0.8


def test_a_shared_rotating_code_keeps_the_rotation_of_the_age():
    found = measured("shared rotating")
    assert found.verdict == "same age (Eq. 3)"
    assert found.kept_same_age.low > 0.9
    assert found.kept_same_item.high < 0.3
    assert found.same_item.null.p > 0.05


def test_noise_has_no_rotation_to_exchange():
    found = measured("noise")
    assert found.verdict == "not estimable"
    assert found.kept_same_age.how == "not estimable: the correct rotation is not above chance"
    assert found.correct.low < 0.25 < found.correct.high


def test_labels_without_meaning_are_at_chance_in_a_code_that_is_there():
    code = planted_code("shared rotating")
    shuffled = np.random.default_rng(1).permuted(code.labels, axis=0)
    found = swap_test(code.states, Items(shuffled, code.conditions), code.groups, max_age=3, alignment=QUICK)
    assert found.verdict == "not estimable"
    assert found.correct.value == pytest.approx(0.25, abs=0.03)


def test_stages_have_all_three_rotations():
    assert measured("slots", max_age=2, trials=700).stages == ((0, 0), (1, 1))
    assert measured("slots", max_age=3, trials=700).stages == ((0, 0), (0, 1), (1, 1))


def test_the_same_seed_gives_the_same_bytes():
    first, second = (json.dumps(measured("slots", trials=700).to_dict(), allow_nan=False) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_age": 1}, "at least 3 steps and an age of 2"),
        ({"steps": 2}, "at least 3 steps and an age of 2"),
    ],
)
def test_too_short_a_memory_has_nothing_to_exchange(settings, message):
    with pytest.raises(AnalysisError, match=message):
        measured("slots", **settings)


def test_shapes_that_do_not_fit_are_refused():
    code = planted_code("slots", trials=200)
    with pytest.raises(AnalysisError, match=r"expected labels and conditions \[trials steps\]"):
        Items(code.labels, code.conditions[:, :2])
    with pytest.raises(AnalysisError, match=r"expected one item per step \(3\), got 4"):
        swap_test(code.states[:, :3], Items(code.labels, code.conditions), code.groups, max_age=3)
    with pytest.raises(AnalysisError, match=r"groups: expected one per trial \(200\), got 199"):
        swap_test(code.states, Items(code.labels, code.conditions), code.groups[1:], max_age=3)


def test_a_condition_that_is_absent_at_one_step_is_refused():
    code = planted_code("slots", trials=700)
    merged = code.conditions.copy()
    merged[:, 1][merged[:, 1] == 7] = 6
    items = Items(code.labels, merged)
    with pytest.raises(AnalysisError, match=r"condition 7 is in no training trial at step 1 \(1 such\)"):
        swap_test(code.states, items, code.groups, max_age=3, alignment=QUICK)


def test_a_condition_that_is_absent_where_nothing_is_exchanged_does_not_matter():
    code = planted_code("slots", trials=700)
    conditions = code.conditions.copy()
    conditions[:, 3] = 64
    found = swap_test(code.states, Items(code.labels, conditions), code.groups, max_age=3, alignment=QUICK)
    assert found.verdict == "same item (Eq. 2)"


@pytest.mark.slow
def test_the_contrast_is_uniform_where_nothing_is_coded():
    found = [
        measured("noise", Alignment(permutations=199, seed=seed), trials=700, features=15, seed=seed)
        for seed in range(150)
    ]
    for p in ([one.contrast.null.p for one in found], [one.correct.null.p for one in found]):
        assert stats.kstest(p, "uniform").pvalue > 0.01
