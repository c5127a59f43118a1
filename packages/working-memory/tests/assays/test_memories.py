import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import AnalysisError
from working_memory.assays.layers import sequences_of
from working_memory.assays.memories import balanced, conditions, finest, held, repeats

SPLITS = ("test/familiar", "test/novel_view")


@pytest.fixture
def sequences(make_run, planted):
    return sequences_of(make_run(planted(ages=1)), SPLITS, ("rnn",))


def test_only_tasks_that_hold_the_property_so_long_are_asked(sequences):
    for age in (1, 2, 3):
        chosen = held(sequences, "category", age)
        assert set(chosen.labels("task")[:, 0]) == {f"category-{n}back" for n in range(age, 4)}


@pytest.mark.parametrize(("name", "age"), [("category", 4), ("colour", 1)])
def test_what_no_task_holds_is_refused(sequences, name, age):
    with pytest.raises(AnalysisError, match=f"no task holds {name} for {age} of 6 objects"):
        held(sequences, name, age)


def test_repeats_are_counted_over_chance(sequences):
    shown = sequences.labels("location")
    chance = np.mean(shown.ravel()[:, None] == shown.ravel())
    found = repeats(sequences, "location", 2)
    assert found.shape == (*shown.shape, 2)
    assert found[3, 1, 1] == pytest.approx((shown[3, 1] == shown[3, 3]) - chance)
    assert (found[:, -1] == 0).all()
    assert (found[:, -2, 1] == 0).all()


def test_an_identity_brings_its_category_along(sequences):
    found = repeats(sequences, "identity", 2)
    assert found[..., 2:] == pytest.approx(repeats(sequences, "category", 2))


def test_conditions_have_one_location_and_one_category(sequences):
    fine = conditions(sequences, 5)
    assert np.unique(fine).size == 4 * 4 * 5
    for condition in np.unique(fine)[::17]:
        at = fine == condition
        assert {np.unique(sequences.labels(name)[at]).size for name in ("location", "category")} == {1}


@given(st.integers(0, 10**6), st.integers(1, 3), st.floats(0.05, 0.5))
def test_repeats_come_to_chance_as_nearly_as_whole_units_allow(seed, lags, rate):
    excess = (np.random.default_rng(seed).random((300, lags)) < rate) - 0.25
    kept = balanced(excess, seed=seed)
    assert np.abs(excess[kept].sum(0)).max() <= 2
    assert kept.sum() >= 10
    assert (balanced(excess, seed=seed) == kept).all()


def test_of_units_alike_those_left_out_are_drawn():
    excess = np.repeat([[0.75], [-0.25]], 100, axis=0)
    first, second = (balanced(excess, seed=seed) for seed in (0, 1))
    assert excess[first].sum() == excess[second].sum() == 0
    assert (first != second).any()


def test_what_is_at_chance_is_left_whole():
    assert balanced(np.repeat([[0.75], [-0.25]], [25, 75], axis=0)).all()


def test_conditions_are_as_fine_as_sequences_allow(sequences):
    counted = []

    def fewest(found):
        counted.append(np.unique(found).size)
        return 100 if counted[-1] < 50 else 3

    assert np.unique(finest(sequences, fewest, 10)).size == 48 == counted[-1]
    with pytest.raises(AnalysisError, match="every condition in at least 10 sequences, got 3"):
        finest(sequences, lambda found: 3, 10)


def test_where_every_unit_gives_itself_away_none_can_be_used():
    with pytest.raises(AnalysisError, match="give all 10 away"):
        balanced(np.full((10, 2), 0.75))
