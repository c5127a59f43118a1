import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import Bootstrap
from arc_context import ArcError, gains_of, scores_of

FEW = Bootstrap(resamples=199)


def test_the_conventions_by_hand():
    right = {"a": [True, False], "b": [True], "c": [False, False, False], "d": [True, True]}
    copied = {"a": [True, False], "b": [False], "c": [False, False, False], "d": [False, False]}
    scores = scores_of(right, copied)
    assert scores.kaggle.value == pytest.approx(4 / 8)
    assert scores.task_mean.value == pytest.approx((1 / 2 + 1 + 0 + 1) / 4)
    assert scores.all_outputs.value == pytest.approx(2 / 4)
    chances = [estimate.chance for estimate in scores.by_convention().values()]
    assert chances == pytest.approx([1 / 8, 1 / 8, 0])
    assert (scores.tasks, scores.outputs) == (4, 8)


answers = st.lists(st.lists(st.booleans(), min_size=1, max_size=4), min_size=5, max_size=12)


@given(answers)
def test_all_outputs_is_no_easier_than_the_mean_over_tasks(drawn):
    scores = scores_of({f"t{number}": each for number, each in enumerate(drawn)}, bootstrap=FEW)
    found = [estimate.value for estimate in scores.by_convention().values()]
    assert found[0] == pytest.approx(np.mean(np.concatenate(drawn)))
    assert found[1] == pytest.approx(np.mean([np.mean(each) for each in drawn]))
    assert found[2] <= found[1] + 1e-12


@given(st.lists(st.booleans(), min_size=5, max_size=12))
def test_the_conventions_agree_where_every_task_asks_once(drawn):
    scores = scores_of({f"t{number}": [each] for number, each in enumerate(drawn)}, bootstrap=FEW)
    assert len({round(estimate.value, 12) for estimate in scores.by_convention().values()}) == 1


def test_a_gain_is_the_difference_of_scores():
    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 4, 40)
    ours, theirs = (
        {f"t{number}": list(rng.random(size) < chance) for number, size in enumerate(sizes)}
        for chance in (0.6, 0.4)
    )
    gains = gains_of(ours, dict(reversed(theirs.items()))).by_convention()
    for name, estimate in scores_of(ours).by_convention().items():
        assert gains[name].value == pytest.approx(
            estimate.value - scores_of(theirs).by_convention()[name].value
        )
    assert gains_of(ours, ours, FEW).kaggle.value == 0


def test_a_gain_in_every_task_is_told_from_none():
    rng = np.random.default_rng(2)
    theirs = {f"t{number}": [False] for number in range(60)}
    ours = {name: [bool(rng.random() < 0.3)] for name in theirs}
    assert gains_of(ours, theirs, FEW).all_outputs.low > 0


def planted(rng, tasks):
    """Tasks whose outputs are right together or wrong together, with chance 0.3."""
    return {f"t{number}": [bool(rng.random() < 0.3)] * 4 for number in range(tasks)}


def test_intervals_are_over_tasks_and_not_over_outputs():
    rng = np.random.default_rng(0)
    right = planted(rng, 80)
    hits = sum(each[0] for each in right.values())
    exact = stats.binomtest(hits, 80).proportion_ci(method="wilson")
    for estimate in scores_of(right).by_convention().values():
        assert estimate.n == 80
        assert (estimate.low, estimate.high) == pytest.approx((exact.low, exact.high), abs=0.03)


def test_what_cannot_be_scored_is_refused():
    with pytest.raises(ArcError, match="expected tasks to score, got none"):
        scores_of({})
    with pytest.raises(ArcError, match="task b: expected test outputs to score, got none"):
        scores_of({"a": [True], "b": []})
    with pytest.raises(ArcError, match="a baseline on the same outputs"):
        scores_of({"a": [True, False]}, {"a": [True]})
    with pytest.raises(ArcError, match="a baseline on the same outputs"):
        gains_of({"a": [True]}, {"b": [True]})


def test_scores_are_plain_values_for_a_file():
    record = scores_of({"a": [True], "b": [False]}).to_dict()
    assert record["kaggle"]["value"] == 0.5
    assert (record["tasks"], record["outputs"]) == (2, 2)
