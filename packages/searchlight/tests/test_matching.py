import pytest

from analysis import Run
from searchlight.comparing import compare_arms
from searchlight.errors import UsageError
from searchlight.experiments import experiment_class
from searchlight.jobs import train_all
from searchlight.matching import Matching, Snapshot, chosen, matched_arms, nearest_epoch, validated
from searchlight.reporting import write_comparison
from searchlight.runs import open_run, trained_model


@pytest.fixture
def folders(line, tmp_path):
    """An arm that learns slowly and one that learns fast, three seeds each, weights kept of every epoch."""
    arms = [
        line(f"line/{name}", training={"learning_rate": rate, "epochs": 6, "snapshots": 1})
        for name, rate in (("slow", 0.01), ("fast", 0.3))
    ]
    train_all([(arm, seed) for arm in arms for seed in range(3)], tmp_path, jobs_at_once=1)
    return [tmp_path / "line" / "slow", tmp_path / "line" / "fast"]


def test_the_nearest_epoch_is_the_earliest_of_those_that_were_kept():
    assert nearest_epoch({1: 0.5, 2: 0.8, 3: 0.79, 4: 0.8}, 0.8, [2, 3, 4]) == 2
    assert nearest_epoch({1: 0.5, 2: 0.8, 3: 0.79, 4: 0.8}, 0.8, [1, 3]) == 3


def test_each_seed_is_taken_where_it_validated_like_the_lowest_arm_in_the_end(folders):
    compared = compare_arms(folders, matched=True, tolerance=0.5)
    measure = experiment_class("line").measures[0]
    for slow, fast in zip(compared.arms["slow"], compared.arms["fast"], strict=True):
        curves = [validated(each.whole, measure) for each in (slow, fast)]
        target = min(curve[6] for curve in curves)
        for each, curve in zip((slow, fast), curves, strict=True):
            assert abs(curve[each.epoch] - target) == min(abs(value - target) for value in curve.values())
    assert compared.matched[-1].startswith("matched: arms of one seed are at most 0.")
    assert compared.name.endswith("-matched")


def test_a_snapshot_is_evaluated_with_the_weights_of_its_epoch(folders):
    fast, slow = ([Run(folder / f"seed-{seed}") for seed in (1, 2)] for folder in folders[::-1])
    run, measure = fast[0], experiment_class("line").measures[0]
    arms, _ = matched_arms({"fast": fast, "slow": slow}, measure, 0.5)
    kept = arms["fast"][0]
    assert (kept.arm, kept.seed, kept.state) == ("fast", 1, "complete")
    assert kept.metrics()["epoch"].max() == kept.epoch
    experiment, model = trained_model(
        run, open_run(run.path)[1], run.checkpoint(f"epoch-{kept.epoch:03}.safetensors")
    )
    assert kept.trials()["score"].to_list() == experiment.evaluate(model).trials["score"].to_list()
    early = Snapshot.at(run, 1).checkpoint("best.safetensors")
    assert early == run.checkpoint("epoch-001.safetensors")


def test_a_matched_comparison_is_written_beside_the_others_with_its_command(folders, tmp_path):
    compared = compare_arms(folders, matched=True, tolerance=0.5)
    assert write_comparison(compared) == tmp_path / "comparisons" / "fast-vs-slow-matched"
    assert f"compare {folders[0]} {folders[1]} --matched --tolerance 0.5" in compared.command


def test_runs_without_snapshots_are_refused_in_a_sentence(line, tmp_path):
    arms = [
        line(f"line/{name}", training={"snapshots": 0, "learning_rate": rate})
        for name, rate in (("a", 0.1), ("b", 0.2))
    ]
    train_all([(arm, 0) for arm in arms], tmp_path, jobs_at_once=1)
    with pytest.raises(UsageError, match=r"kept no weights of earlier epochs .* train the arm again"):
        compare_arms([tmp_path / "line" / "a", tmp_path / "line" / "b"], matched=True)


def test_arms_without_a_seed_in_common_cannot_be_matched(line, tmp_path):
    arms = [
        line(f"line/{name}", training={"snapshots": 1, "learning_rate": rate})
        for name, rate in (("a", 0.1), ("b", 0.2))
    ]
    train_all([(arm, seed) for seed, arm in enumerate(arms)], tmp_path, jobs_at_once=1)
    with pytest.raises(UsageError, match="no seed in common"):
        compare_arms([tmp_path / "line" / "a", tmp_path / "line" / "b"], matched=True)


FAR = Matching(
    "accuracy",
    {"a": {0: 3, 1: 4, 2: 5}, "b": {0: 1, 1: 1, 2: 2}},
    {"a": {0: 0.80, 1: 0.81, 2: 0.90}, "b": {0: 0.81, 1: 0.81, 2: 0.78}},
)


def test_seeds_that_are_too_far_apart_are_left_out():
    kept = FAR.within(0.02)
    assert kept.epochs == {"a": {0: 3, 1: 4}, "b": {0: 1, 1: 1}}
    assert kept.gaps == pytest.approx({0: 0.01, 1: 0.0})
    assert FAR.within(0.2) == FAR


def test_fewer_than_two_seeds_that_match_are_refused_with_how_far_they_are_apart():
    with pytest.raises(UsageError, match=r"within 0\.001 .* match in 1 of 3 seeds .*seed 2: 0\.120"):
        FAR.within(0.001)


def test_arms_that_are_far_apart_are_not_taken_for_equal(folders):
    with pytest.raises(
        UsageError, match=r"within 0\.02 in validation accuracy the arms match in 0 of 3 seeds"
    ):
        compare_arms(folders, matched=True)


def test_what_was_left_out_is_named_in_a_note(folders):
    measure = experiment_class("line").measures[0]
    arms = {folder.name: [Run(folder / f"seed-{seed}") for seed in range(3)] for folder in folders}
    gaps = chosen(arms, range(3), measure).gaps
    tolerance = sorted(gaps.values())[1]
    found, notes = matched_arms(arms, measure, tolerance)
    (far,) = [seed for seed, gap in gaps.items() if gap > tolerance]
    assert [run.seed for run in found["slow"]] == [seed for seed in range(3) if seed != far]
    assert f"matched: left out, further than {tolerance:g} apart in validation accuracy: seed {far}: " in str(
        notes
    )
