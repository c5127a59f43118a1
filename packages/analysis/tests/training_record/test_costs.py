"""What an arm costs to train."""

import numpy as np
import pytest
from scipy import stats

from analysis import Costs, Run

SECONDS = (1.0, 2.2, 3.6, 4.4)


@pytest.fixture
def trained(tmp_path):
    """Training of four epochs of ten steps; `scale` makes it dearer, `left_out` are columns of an older run."""

    def made(seed: int = 0, arm: str = "arm", scale: float = 1.0, left_out: tuple[str, ...] = ()) -> Run:
        run = Run(tmp_path / arm / f"seed-{seed}")
        run.begin("system: working_memory", {"data_hash": "planted", "parameters": round(1000 * scale)})
        for epoch, seconds in enumerate(SECONDS, start=1):
            record = {"cpu_seconds": scale * seconds, "peak_bytes": round(scale * (1000 + epoch))}
            kept = {name: value for name, value in record.items() if name not in left_out}
            run.append_metrics({"kind": "epoch", "epoch": epoch, "step": 10 * epoch, **kept})
        return run

    return made


def test_costs_are_those_at_the_end_of_training(trained):
    found = Costs().measure(trained(), {})
    assert found.estimate("parameters").value == 1000
    assert found.estimate("cpu_seconds_per_step").value == pytest.approx(4.4 / 40)
    assert found.estimate("cpu_seconds").value == 4.4
    assert found.estimate("peak_bytes").value == 1004


def test_seconds_have_an_interval_over_epochs(trained):
    each = np.array([1.0, 1.2, 1.4, 0.8]) / 10
    low, high = stats.t.interval(0.95, 3, each.mean(), stats.sem(each))
    found = Costs().measure(trained(), {}).estimate("cpu_seconds_per_step")
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.n == 4


@pytest.mark.parametrize(
    ("column", "measure"), [("cpu_seconds", "cpu_seconds_per_step"), ("peak_bytes", "peak_bytes")]
)
def test_an_older_run_without_a_column_is_not_estimable_there(trained, column, measure):
    found = Costs().measure(trained(left_out=(column,)), {})
    assert found.estimate(measure).how.startswith("not estimable: the run recorded no")
    assert np.isfinite(found.estimate("parameters").value)
    assert sum(np.isfinite(each.estimate.value) for each in found.figures) == 3 - (column == "cpu_seconds")


def test_a_run_whose_training_is_not_recorded_knows_what_its_environment_says(tmp_path):
    run = Run(tmp_path / "arm" / "seed-0")
    run.begin("system: working_memory", {"data_hash": "planted"})
    found = Costs().measure(run, {})
    assert all(each.estimate.how.startswith("not estimable") for each in found.figures)
    assert "names no parameters" in found.estimate("parameters").how


def test_an_arm_that_fits_itself_has_seconds_but_no_steps(tmp_path):
    run = Run(tmp_path / "arm" / "seed-0")
    run.begin("system: metabolism", {"data_hash": "planted"})
    run.append_metrics({"kind": "epoch", "epoch": 1, "step": 0, "cpu_seconds": 3.0})
    found = Costs().measure(run, {})
    assert found.estimate("cpu_seconds").value == 3
    assert "no CPU seconds of steps" in found.estimate("cpu_seconds_per_step").how


def test_costs_are_drawn_as_multiples_of_the_baseline(trained):
    arms = {"base": 1.0, "double": 2.0}
    found = {
        arm: [Costs().measure(trained(seed, arm, scale), {}) for seed in range(2)]
        for arm, scale in arms.items()
    }
    (drawing,) = Costs().draw(found)
    (axes,) = drawing.figure.axes
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert sorted(float(line.get_xdata()[0]) for line in points) == pytest.approx(
        [1, 1, 1, 1, 2, 2, 2, 2], rel=1e-2
    )
    assert "baseline" in [text.get_text() for text in axes.texts]
    assert list(Costs().draw({"base": []})) == []
