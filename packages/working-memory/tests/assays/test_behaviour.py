import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis import Run
from working_memory.assays import Behaviour


@pytest.fixture
def answered(make_run, tmp_path):
    """A run that is right where an expression of polars says so."""

    def made(right: pl.Expr, seed: int) -> Run:
        trials = make_run(lambda table, objects: np.zeros((len(table), 24))).trials()
        run = Run(tmp_path / "answered" / f"seed-{seed}")
        run.begin("system: working_memory", {"data_hash": "planted"})
        run.write_evaluation(trials.with_columns(correct=right), {}, {})
        return run

    return made


def test_accuracy_is_drawn_by_n_for_each_feature(answered):
    solved = pl.col("feature") != "location"
    found = {"mtmf": [Behaviour().measure(answered(solved | (pl.col("n") == 1), 0), {})]}
    drawing, _ = Behaviour().draw(found)
    panels = {axes.get_title(loc="left"): axes for axes in drawing.figure.axes}
    assert list(panels) == ["location", "identity", "category"]
    line = next(each for each in panels["location"].lines if each.get_label() == "mtmf")
    np.testing.assert_allclose(line.get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(line.get_ydata(), [1, 0, 0])


def test_the_profile_is_over_all_tasks_and_splits(answered):
    found = {
        "mtmf": [Behaviour().measure(answered(pl.col("feature") == "location", seed), {}) for seed in (0, 1)]
    }
    *_, drawing = Behaviour().draw(found)
    (line,) = (each for each in drawing.figure.axes[0].lines if each.get_label() == "mtmf (n = 2)")
    np.testing.assert_allclose(line.get_ydata()[:-1], 1 / 3)  # one task of three is solved
    assert line.get_ydata()[-1] == 0  # nothing is above 1
    assert list(Behaviour().draw({"mtmf": []})) == []


def test_one_network_has_an_interval_of_its_overall_accuracy_over_sequences(answered):
    """The variance of a mean of independent tasks, each a ratio over its own sequences, by hand."""
    run = answered(pl.struct("item", "feature").hash(0) % 5 < pl.col("n") + 1, 0)
    scored = run.trials().filter("scored", split="test/familiar")
    tasks = []
    for _, task in scored.group_by("feature", "n"):
        right = task["correct"].to_numpy().astype(float)
        left = right - right.mean()
        sums = [left[task["group"].to_numpy() == group].sum() for group in task["group"].unique()]
        tasks.append((right.mean(), np.square(sums).sum() / right.size**2))
    means, variances = np.array(tasks).T
    count = scored["group"].n_unique()
    error = np.sqrt(count / (count - 1) * variances.sum()) / len(tasks)
    found = Behaviour().measure(run, {}).estimate("overall_accuracy", split="test/familiar")
    assert found.n == count
    assert found.value == pytest.approx(means.mean())
    assert found.value != pytest.approx(
        scored["correct"].mean(), abs=1e-3
    )  # frames are not the units of tasks
    expected = means.mean() + stats.t.ppf([0.025, 0.975], count - 1) * error
    assert (found.low, found.high) == pytest.approx(tuple(expected))


def test_claims_read_the_accuracy_of_tasks_alone(answered):
    found = Behaviour().measure(answered(pl.lit(True), 0), {})
    assert all({"feature", "n"} < set(each.cell) for each in found.of("accuracy"))
