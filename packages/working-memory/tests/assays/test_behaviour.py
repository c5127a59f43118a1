import numpy as np
import polars as pl
import pytest

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
