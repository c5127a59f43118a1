import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from working_memory.configuration import StimuliConfig, TasksConfig
from working_memory.errors import WorkingMemoryError
from working_memory.lures import Lure
from working_memory.pools import make_pools
from working_memory.tasks import Task, tasks_of
from working_memory.trials import BLANK, Answer, generate

# Built into a TasksConfig in the test: beartype samples at random, which hypothesis forbids while it draws.
settings_of_tasks = st.fixed_dictionaries(
    {
        "frames": st.integers(4, 8),
        "delay": st.integers(0, 2),
        "match_rate": st.sampled_from([0.2, 0.5, 0.7]),
        "lure_rate": st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    }
)


def shown_features(trials, sequence, step):
    codes = {
        "location": trials.locations,
        "identity": trials.identities,
        "category": trials.categories,
    }
    return {feature: int(code[sequence, step]) for feature, code in codes.items()}


def naive_frames(trials, sequence):
    """Targets and lures of one sequence, read off what was shown, one frame at a time."""
    task = trials.tasks[trials.task[sequence]]
    steps = [step for step in range(trials.images.shape[1]) if trials.images[sequence, step] != BLANK]
    seen = [shown_features(trials, sequence, step) for step in steps]
    for place, step in enumerate(steps):
        yield step, *naive_answer(task, seen, place)


def naive_answer(task, seen, place):
    if place < task.n:
        return Answer.NO_ACTION, Lure.NONE
    now, target = seen[place], seen[place - task.n]
    if now[task.feature] == target[task.feature]:
        return Answer.MATCH, Lure.NONE
    if task.n > 1 and now[task.feature] == seen[place - task.n + 1][task.feature]:
        return Answer.NON_MATCH, Lure.ONE_LATER
    if place > task.n and now[task.feature] == seen[place - task.n - 1][task.feature]:
        return Answer.NON_MATCH, Lure.ONE_EARLIER
    related = {"identity": "category", "location": "identity"}.get(task.feature)
    if related and now[related] == target[related]:
        return Answer.NON_MATCH, Lure.RELATED
    return Answer.NON_MATCH, Lure.NONE


@given(settings_of_tasks, st.integers(9, 30), st.integers(0, 2**31))
def test_answers_and_lures_are_what_a_naive_reading_says(small_pool, settings, sequences, seed):
    config = TasksConfig(**settings)
    trials = generate(small_pool, tasks_of(config), config, sequences=sequences, seed=seed)
    for sequence in range(sequences):
        read = list(naive_frames(trials, sequence))
        steps = [step for step, _, _ in read]
        assert steps == list(range(0, config.frames * (1 + config.delay), 1 + config.delay))
        assert trials.targets[sequence, steps].tolist() == [answer for _, answer, _ in read]
        assert trials.lures[sequence, steps].tolist() == [lure for _, _, lure in read]


@given(settings_of_tasks, st.integers(9, 60), st.integers(0, 2**31))
def test_tasks_matches_and_lures_are_balanced_exactly(small_pool, settings, sequences, seed):
    config = TasksConfig(**settings)
    trials = generate(small_pool, tasks_of(config), config, sequences=sequences, seed=seed)
    counts = np.bincount(trials.task, minlength=9)
    assert counts.max() - counts.min() <= 1
    for row in trials.summary().iter_rows(named=True):
        assert row["matches"] == round(config.match_rate * row["scored"])
        asked = round(config.lure_rate * (row["scored"] - row["matches"]))
        assert row["lures"] == asked - row["lures_missing"] + row["lures_unasked"]
        assert row["lures_unasked"] == 0
        if not row["task"].startswith("category"):
            assert row["lures_missing"] == 0


@given(settings_of_tasks, st.integers(0, 2**31))
def test_what_is_compared_is_never_shown_in_the_same_view(small_pool, settings, seed):
    config = TasksConfig(**settings)
    trials = generate(small_pool, tasks_of(config), config, sequences=20, seed=seed)
    for sequence, step in np.argwhere(trials.scored):
        back = step - trials.tasks[trials.task[sequence]].n * (1 + config.delay)
        assert trials.viewpoints[sequence, step] != trials.viewpoints[sequence, back]
        assert trials.images[sequence, step] != trials.images[sequence, back]


@given(st.integers(0, 2**31))
def test_the_same_seed_draws_the_same_trials(small_pool, seed):
    config = TasksConfig()
    first, again, other = (
        generate(small_pool, tasks_of(config), config, sequences=20, seed=s) for s in (seed, seed, seed + 1)
    )
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.targets, again.targets)
    assert (first.images != other.images).any()


def test_codes_describe_the_images(small_pool, small_table):
    config = TasksConfig(delay=1)
    trials = generate(small_pool, tasks_of(config), config, sequences=30, seed=(3, 1))
    shown = trials.images != BLANK
    rows = small_table[trials.images[shown].tolist()]
    assert rows["viewpoint"].to_list() == trials.viewpoints[shown].tolist()
    assert rows["location"].to_list() == trials.locations[shown].tolist()
    names = small_table["identity"].unique(maintain_order=True)
    assert rows["identity"].to_list() == names[trials.identities[shown].tolist()].to_list()
    kinds = small_table["category"].unique(maintain_order=True)
    assert rows["category"].to_list() == kinds[trials.categories[shown].tolist()].to_list()


def test_blanks_are_blank_everywhere(small_pool):
    config = TasksConfig(delay=2)
    trials = generate(small_pool, tasks_of(config), config, sequences=20, seed=0)
    blank = np.arange(trials.images.shape[1]) % 3 > 0
    for codes in (trials.images, trials.categories, trials.identities, trials.viewpoints, trials.locations):
        assert (codes[:, blank] == BLANK).all()
        assert (codes[:, ~blank] != BLANK).all()
    assert (trials.targets[:, blank] == Answer.NO_ACTION).all()


def test_matches_alone_have_a_view_distance(many_trials):
    matches = many_trials.targets == Answer.MATCH
    assert (many_trials.view_distances[matches] > 0).all()
    assert np.isnan(many_trials.view_distances[~matches]).all()


def past_equal(trials, codes, n):
    """Whether a code equals the one n frames back, on the scored frames of n-back tasks."""
    return codes[:, n:] == codes[:, :-n]


def scored_of(trials, task):
    chosen = trials.task == trials.tasks.index(task)
    return chosen, trials.targets[chosen][:, task.n :] == Answer.MATCH


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_category_only_observer_fails_the_identity_task(many_trials, n):
    chosen, match = scored_of(many_trials, Task("identity", n))
    says = past_equal(many_trials, many_trials.categories[chosen], n)
    related = many_trials.lures[chosen][:, n:] == Lure.RELATED
    assert says[related].all()
    assert related.sum() > 0.2 * (~match).sum()
    assert (says == match).mean() < 0.9


@pytest.mark.parametrize("n", [1, 2, 3])
def test_an_observer_of_identical_images_never_finds_a_match(many_trials, n):
    chosen, match = scored_of(many_trials, Task("identity", n))
    says = past_equal(many_trials, many_trials.images[chosen], n)
    assert not says[match].any()


@pytest.mark.parametrize("task", tasks_of(TasksConfig()), ids=lambda task: task.name)
def test_an_observer_of_the_present_object_alone_is_at_chance(many_trials, task):
    chosen, match = scored_of(many_trials, task)
    half = len(match) // 2
    cell = 4 * many_trials.categories[chosen][:, task.n :] + many_trials.locations[chosen][:, task.n :]
    seen = np.bincount(cell[:half].ravel(), minlength=16)
    rate = np.bincount(cell[:half].ravel(), weights=match[:half].ravel(), minlength=16) / seen
    accuracy = ((rate > 0.5)[cell[half:]] == match[half:]).mean()
    assert abs(accuracy - 0.5) < 0.05


@pytest.mark.parametrize("n", [1, 2, 3])
def test_in_the_location_task_the_object_tells_nothing(many_trials, n):
    chosen, match = scored_of(many_trials, Task("location", n))
    same = past_equal(many_trials, many_trials.identities[chosen], n)
    assert same[match].mean() > 0.05
    assert abs(same[match].mean() - same[~match].mean()) < 0.05


@pytest.mark.parametrize(("factor", "levels"), [("categories", 4), ("locations", 4), ("viewpoints", 16)])
def test_levels_are_shown_equally_often(many_trials, factor, levels):
    _, counts = np.unique(getattr(many_trials, factor), return_counts=True)
    assert len(counts) == levels
    assert counts.max() < 1.1 * counts.min()


def test_task_vectors_follow_the_tasks(many_trials):
    task = many_trials.tasks[many_trials.task[7]]
    vector = many_trials.task_vectors[7]
    assert ("location", "identity", "category")[vector[:3].argmax()] == task.feature
    assert vector[3:].argmax() + 1 == task.n


def test_with_two_categories_forced_lures_are_counted(make_table):
    stimuli = StimuliConfig(categories=("chair", "lamp"), identities=2, novel_identities=2)
    pool = make_pools(make_table(stimuli), stimuli)["familiar"]
    config = TasksConfig(scenario="custom", features=("category",), n=(2,), lure_rate=0)
    summary = generate(pool, tasks_of(config), config, sequences=50, seed=0).summary()
    assert summary["lures"][0] == summary["lures_unasked"][0] > 0


@pytest.mark.parametrize(
    ("tasks", "config", "sequences", "sentence"),
    [
        ((Task("location", 3),), TasksConfig(scenario="stsf", frames=3), 5, "impossible in 3 frames"),
        ((), TasksConfig(), 5, "expected a task"),
        ((Task("location", 1),), TasksConfig(), 0, "0 sequences"),
    ],
)
def test_an_impossible_request_is_an_error(small_pool, tasks, config, sequences, sentence):
    with pytest.raises(WorkingMemoryError, match=sentence):
        generate(small_pool, tasks, config, sequences=sequences, seed=0)


def test_a_feature_with_one_level_is_an_error(make_table):
    stimuli = StimuliConfig(categories=("chair",), identities=2, novel_identities=1, locations=1)
    pool = make_pools(make_table(stimuli), stimuli)["familiar"]
    for feature in ("location", "category"):
        with pytest.raises(WorkingMemoryError, match=f"two levels of {feature}"):
            generate(pool, (Task(feature, 1),), TasksConfig(), sequences=5, seed=0)
