import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis import Run
from working_memory.assays import Difficulty
from working_memory.assays.difficulty import balanced
from working_memory.trials import Answer

SPLIT = {"split": "test/familiar"}


@pytest.fixture
def answered(make_run, tmp_path):
    """The trials of a real design with answers that are right where an expression of polars says so."""

    def made(right: pl.Expr, seed: int = 0) -> Run:
        trials = make_run(lambda table, objects: np.zeros((len(table), 24))).trials()
        run = Run(tmp_path / "answered" / f"seed-{seed}")
        run.begin("system: working_memory", {"data_hash": "planted"})
        run.write_evaluation(trials.with_columns(correct=right), {}, {})
        return run

    return made


def frames(**columns) -> pl.DataFrame:
    return pl.DataFrame({"group": range(len(columns["correct"])), **columns})


def test_every_feature_counts_the_same_however_many_frames_it_has():
    trials = frames(feature=["location"] * 8 + ["identity"] * 2, correct=[True] * 8 + [True, False])
    found = balanced(trials)
    assert found.value == pytest.approx((1 + 0.5) / 2)
    assert found.how.startswith("mean over identity, location")


def test_the_interval_is_that_of_a_mean_of_independent_means():
    rng = np.random.default_rng(0)
    sizes, truth = {"location": 300, "identity": 500}, {"location": 0.9, "identity": 0.6}
    right = {name: rng.random(size) < truth[name] for name, size in sizes.items()}
    trials = frames(
        feature=[name for name, size in sizes.items() for _ in range(size)],
        correct=np.concatenate([*right.values()]),
    )
    found = balanced(trials)
    error = np.sqrt(sum(each.mean() * (1 - each.mean()) / each.size for each in right.values())) / 2
    half = stats.t.ppf(0.975, 799) * error
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.01)


def test_frames_of_one_sequence_are_not_counted_as_independent():
    right = np.random.default_rng(0).random(100) < 0.7
    alone = frames(feature=["location"] * 100, correct=right)
    fourfold = pl.concat([alone] * 4)
    assert balanced(fourfold).high - balanced(fourfold).low == pytest.approx(
        balanced(alone).high - balanced(alone).low, rel=1e-6
    )


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng, held = np.random.default_rng(1), 0
    for _ in range(400):
        easy = np.repeat(
            rng.random((40, 1)) < 0.5, 3, axis=1
        )  # frames of a sequence share their fate half of the time
        right = np.where(easy, rng.random((40, 1)) < 0.8, rng.random((40, 3)) < 0.8)
        table = pl.DataFrame(
            {
                "group": np.repeat(np.arange(40), 3),
                "feature": np.repeat(["location", "identity"], 60),
                "correct": right.ravel(),
            }
        )
        found = balanced(table)
        held += found.low <= 0.8 <= found.high
    assert 0.91 <= held / 400 <= 0.98


def test_answers_that_do_not_differ_have_no_interval_and_no_frames_no_value():
    right = frames(feature=["location"] * 5, correct=[True] * 5)
    assert balanced(right).value == 1
    assert np.isnan(balanced(right).low)
    assert "in no feature do answers differ" in balanced(right).how
    assert balanced(right.clear()).how == "not estimable: no frame is of this kind"


def test_a_network_that_takes_every_lure_for_a_match_is_wrong_on_lures_alone(answered):
    found = Difficulty().measure(answered(pl.col("lure") == "none"), {})
    assert found.estimate("accuracy_by", **SPLIT, by="lure", level="none").value == 1
    for level in ("related", "one_later", "one_earlier"):
        assert found.estimate("accuracy_by", **SPLIT, by="lure", level=level).value == 0
    distances = [each for each in found.of("accuracy_by") if each.cell["by"] == "view_distance"]
    assert {each.estimate.value for each in distances if each.estimate.n} == {1.0}


def test_lures_are_held_against_plain_non_matches_and_views_are_of_matches(answered):
    found = Difficulty().measure(answered(pl.col("target") == Answer.MATCH), {})
    assert found.estimate("accuracy_by", **SPLIT, by="lure", level="none").value == 0
    known = [
        each for each in found.of("accuracy_by") if each.cell["by"] == "view_distance" and each.estimate.n
    ]
    assert {each.estimate.value for each in known} == {1.0}


def test_n_and_position_are_those_of_the_design(answered):
    found = Difficulty().measure(answered(pl.col("n") <= 2), {})
    values = [found.estimate("accuracy_by", **SPLIT, by="n", level=str(n)).value for n in (1, 2, 3)]
    assert values == [1, 1, 0]
    assert (
        found.estimate("accuracy_by", **SPLIT, by="position", level="1").value == 1
    )  # only n = 1 is asked there
    assert 0 < found.estimate("accuracy_by", **SPLIT, by="position", level="5").value < 1
    assert "not balanced over n" in found.notes[0]


def test_every_difficulty_has_its_panel_and_every_arm_its_line(answered):
    arms = {"mtmf": pl.col("lure") == "none", "gated": pl.lit(True)}
    found = {
        arm: [Difficulty().measure(answered(right, seed), {})]
        for seed, (arm, right) in enumerate(arms.items())
    }
    (drawing,) = Difficulty().draw(found)
    panels = {axes.get_title(loc="left"): axes for axes in drawing.figure.axes}
    assert list(panels) == ["lure", "n", "position", "view distance"]
    lines = {line.get_label(): line.get_ydata() for line in panels["lure"].lines}
    np.testing.assert_allclose(lines["mtmf"], [1, 0, 0, 0])
    np.testing.assert_allclose(lines["gated"], [1, 1, 1, 1])
    assert set(lines["chance"]) == {0.5}
