import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from working_memory.configuration import StimuliConfig, TasksConfig
from working_memory.errors import WorkingMemoryError
from working_memory.metrics import (
    accuracy,
    detection,
    lure_false_alarms,
    observers,
    serial_position,
    trials_table,
)
from working_memory.tasks import tasks_of
from working_memory.trials import BLANK, Answer, generate


@pytest.fixture
def frames():
    """One frame without action, six matches (four hits), four non-matches (two of them lures)."""
    target = [0, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1]
    prediction = [2, 2, 2, 2, 2, 1, 0, 2, 1, 1, 0]
    return pl.DataFrame(
        {
            "target": target,
            "prediction": prediction,
            "scored": [t > 0 for t in target],
            "correct": [t == p for t, p in zip(target, prediction, strict=True)],
            "lure": ["none"] * 7 + ["related", "one_later", "none", "none"],
            "position": [0, 1, 1, 1, 2, 2, 2, 1, 2, 1, 2],
            "feature": ["identity"] * 5 + ["location"] * 6,
        }
    )


@pytest.fixture
def evaluated(small_pool, small_table):
    config = TasksConfig(delay=1)
    trials = generate(small_pool, tasks_of(config), config, sequences=27, seed=0)
    logits = np.random.default_rng(0).normal(size=(27, 12, 3))
    probabilities = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return (
        trials,
        probabilities,
        trials_table(trials, probabilities, split="test/familiar", table=small_table),
    )


def test_accuracy_leaves_out_frames_without_action(frames):
    assert accuracy(frames).to_dicts() == [{"frames": 10, "accuracy": 0.6, "chance": 0.6}]


def test_accuracy_is_given_for_each_cell(frames):
    cells = {row["feature"]: row for row in accuracy(frames, ["feature"]).to_dicts()}
    assert (cells["identity"]["frames"], cells["identity"]["accuracy"]) == (4, 1.0)
    assert (cells["location"]["frames"], cells["location"]["accuracy"]) == (6, pytest.approx(1 / 3))
    assert cells["location"]["chance"] == pytest.approx(4 / 6)


def test_serial_position_counts_objects(frames):
    assert serial_position(frames)["position"].to_list() == [1, 2]
    assert serial_position(frames)["accuracy"].to_list() == pytest.approx([4 / 5, 2 / 5])


def test_sensitivity_and_criterion_are_log_linear(frames):
    row = detection(frames).to_dicts()[0]
    hit, false_alarm = norm.ppf(4.5 / 7), norm.ppf(1.5 / 5)
    assert row["d_prime"] == pytest.approx(hit - false_alarm)
    assert row["criterion"] == pytest.approx(-(hit + false_alarm) / 2)
    assert (row["hit_rate"], row["false_alarm_rate"]) == (pytest.approx(4 / 6), 0.25)


def test_sensitivity_stays_finite_without_errors_and_without_non_matches(frames):
    row = detection(frames.filter(pl.col("target") == 2)).to_dicts()[0]
    assert row["false_alarm_rate"] is None
    assert row["d_prime"] == pytest.approx(norm.ppf(4.5 / 7) - norm.ppf(0.5))


def test_lures_and_plain_non_matches_stand_side_by_side(frames):
    assert lure_false_alarms(frames).to_dicts() == [
        {"lures": 2, "lure_false_alarms": 0.5, "plain": 2, "plain_false_alarms": 0.0}
    ]


def test_every_frame_is_a_row_and_blanks_name_nothing(evaluated):
    trials, _, rows = evaluated
    assert len(rows) == 27 * 12
    assert rows["item"].n_unique() == len(rows)
    assert rows["group"].n_unique() == 27
    blank = rows.filter(pl.col("image").is_null())
    assert len(blank) == (trials.images == BLANK).sum() == 27 * 6
    assert not blank["scored"].any()
    assert (
        blank.select("category", "identity", "viewpoint", "location", "position").null_count().row(0)
        == (162,) * 5
    )


def test_rows_say_what_the_trials_say(evaluated, small_table):
    trials, probabilities, rows = evaluated
    for row in rows.filter("scored").sample(40, seed=0).to_dicts():
        sequence, step = row["group"], row["step"]
        assert row["target"] == trials.targets[sequence, step]
        assert row["lure"] == ("none", "related", "one_later", "one_earlier")[trials.lures[sequence, step]]
        assert row["position"] == step // 2
        assert row["task"] == trials.tasks[trials.task[sequence]].name == f"{row['feature']}-{row['n']}back"
        shown = small_table.row(int(trials.images[sequence, step]), named=True)
        assert {name: row[name] for name in ("category", "identity", "viewpoint", "location")} == {
            name: shown[name] for name in ("category", "identity", "viewpoint", "location")
        }
        p = probabilities[sequence, step]
        assert row["score"] == pytest.approx(p[2] / (p[1] + p[2]))
        assert row["prediction"] == max(range(3), key=lambda answer: p[answer])
        assert row["correct"] == (row["prediction"] == row["target"])
        assert (row["view_distance"] is None) == (row["target"] != Answer.MATCH)


def test_a_perfect_model_scores_one_and_a_silent_one_zero(evaluated, small_table):
    trials, _, _ = evaluated
    perfect = trials_table(trials, np.eye(3)[trials.targets], split="train", table=small_table)
    silent = trials_table(trials, np.eye(3)[np.zeros_like(trials.targets)], split="train", table=small_table)
    assert accuracy(perfect, ["task"])["accuracy"].to_list() == [1.0] * 9
    assert accuracy(silent)["accuracy"].item() == 0
    assert silent["score"].null_count() == len(silent)
    assert lure_false_alarms(perfect)["lure_false_alarms"].item() == 0


@pytest.fixture
def answered(many_trials, make_table):
    probabilities, table = np.eye(3)[many_trials.targets], make_table(StimuliConfig())
    return trials_table(many_trials, probabilities, split="test/familiar", table=table)


def test_simple_observers_know_what_they_look_at(answered):
    scores = {(row["feature"], row["n"]): row for row in observers(answered, ["feature", "n"]).to_dicts()}
    assert scores["identity", 1]["previous"] == scores["category", 2]["category"] == 1.0
    assert scores["location", 3]["location"] == 1.0
    assert scores["identity", 2]["image"] == scores["identity", 2]["commoner"] == 0.5
    assert 0.7 < scores["identity", 2]["category"] < 0.9


def test_an_observer_compares_what_it_sees_with_the_object_n_back(answered):
    right, before, of = 0, 0, 0
    for _, frames in answered.filter(pl.col("position").is_not_null()).group_by("group"):
        rows = frames.sort("position").to_dicts()
        for index, row in enumerate(rows):
            if row["scored"]:
                match, asked = row["target"] == Answer.MATCH, row["feature"]
                right += (row["category"] == rows[index - row["n"]]["category"]) == match
                before += (row[asked] == rows[index - 1][asked]) == match
                of += 1
    found = observers(answered).to_dicts()[0]
    assert found["category"] == pytest.approx(right / of)
    assert found["previous"] == pytest.approx(before / of)


def test_logits_are_refused(evaluated, small_table):
    trials, probabilities, _ = evaluated
    with pytest.raises(WorkingMemoryError, match="softmax"):
        trials_table(trials, np.log(probabilities), split="train", table=small_table)


def test_another_shape_is_refused(evaluated, small_table):
    trials, probabilities, _ = evaluated
    with pytest.raises(WorkingMemoryError, match=r"expected probabilities \(27, 12, 3\)"):
        trials_table(trials, probabilities[:, :6], split="train", table=small_table)


def test_an_unknown_column_names_the_known_ones(frames):
    with pytest.raises(WorkingMemoryError, match=r"no column 'featur'; expected among: target"):
        accuracy(frames, ["featur"])


def test_trials_without_a_scored_frame_are_an_error(frames):
    with pytest.raises(WorkingMemoryError, match="scored frames"):
        accuracy(frames.filter(~pl.col("scored")))
