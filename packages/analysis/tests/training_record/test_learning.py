"""How fast a network learnt."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from analysis import LearningCurve, Measure, Run
from analysis.training_record.learning import measures_of

ACCURACY = Measure("accuracy", chance=0.5, bounds=(0.0, 1.0), cells=("n",))


@dataclass(frozen=True)
class Learning(LearningCurve):
    question = "How fast?"
    validated = ACCURACY
    called = "validation accuracy"
    measures = measures_of(ACCURACY)


STEPS = (36, 72, 108, 144)


@pytest.fixture
def trained(tmp_path):
    """A run of which only training is known; None leaves an epoch without its validation accuracy."""

    def made(accuracy: list[float | None], seed: int = 0, **more) -> Run:
        run = Run(tmp_path / "arm" / f"seed-{seed}")
        run.begin("system: working_memory", {"data_hash": "planted", "parameters": 10})
        for epoch, (step, value) in enumerate(zip(STEPS, accuracy, strict=True), start=1):
            run.append_metrics({"kind": "step", "epoch": epoch, "step": step, "loss": 1.0})
            record = {"kind": "epoch", "epoch": epoch, "step": step, "train_loss": 1 / epoch, **more}
            run.append_metrics(record if value is None else {**record, "accuracy": value})
        return run

    return made


def test_the_first_validation_at_the_criterion_counts(trained):
    found = Learning().measure(trained([0.5, 0.8, 0.9, 0.95]), {})
    assert found.estimate("steps_to_90").value == 108
    assert found.estimate("reached_90").value == 1
    assert found.estimate("final_validation").value == 0.95
    assert found.estimate("final_validation").chance == 0.5


def test_a_network_that_never_arrives_has_no_step_and_says_how_far_it_came(trained):
    found = Learning().measure(trained([0.5, 0.8, 0.89, 0.7]), {})
    arrived = found.estimate("steps_to_90")
    assert np.isnan(arrived.value)
    assert arrived.how == "not estimable: 0.9 was not reached in 144 steps, the best was 0.890"
    assert found.estimate("reached_90").value == 0
    assert found.estimate("final_validation").value == 0.7


def test_the_criterion_is_a_setting(trained):
    assert (
        Learning(criterion=0.75).measure(trained([0.5, 0.8, 0.89, 0.7]), {}).estimate("steps_to_90").value
        == 72
    )


def test_epochs_without_a_finite_accuracy_are_left_out_and_counted(trained):
    found = Learning().measure(trained([0.5, None, float("nan"), 0.95]), {})
    assert found.estimate("steps_to_90").value == 144
    assert found.notes == ("2 of 4 epochs have no finite validation accuracy and are left out",)


def test_a_run_without_its_training_says_so(trained, tmp_path):
    assert "no validation accuracy" in Learning().missing(trained([None] * 4))
    bare = Run(tmp_path / "arm" / "seed-9")
    bare.begin("system: working_memory", {"data_hash": "planted"})
    assert "not recorded" in Learning().missing(bare)
    assert Learning().missing(trained([0.5] * 4, seed=1)) == ""


def test_an_arm_that_fits_itself_has_no_curve(tmp_path):
    run = Run(tmp_path / "arm" / "seed-0")
    run.begin("system: metabolism", {"data_hash": "planted"})
    run.append_metrics({"kind": "epoch", "epoch": 1, "step": 0, "accuracy": 0.5})
    assert Learning().missing(run) == "it fits itself, without steps"


def test_a_record_that_cannot_be_read_is_told_in_the_place_of_every_figure(trained):
    run = trained([0.5] * 4)
    file = run.path / "metrics.jsonl"
    file.write_bytes(file.read_bytes().replace(b":", b"#", 1))
    assert Learning().missing(run) == ""
    found = Learning().measure(run, {})
    assert [each.measure for each in found.figures] == [each.name for each in Learning().measures]
    for figure in found.figures:
        assert np.isnan(figure.estimate.value)
        assert figure.estimate.how.startswith(f"not estimable: {file} cannot be read")


def test_curves_of_every_arm_are_drawn_as_they_were_recorded(trained):
    accuracy = {0: [0.5, 0.6, 0.8, 0.9], 1: [0.5, 0.8, 0.8, 1.0]}
    networks = [Learning().measure(trained(each, seed), {}) for seed, each in accuracy.items()]
    (drawing,) = Learning().draw({"arm": networks})
    loss, validation = drawing.figure.axes
    curve = next(line for line in validation.lines if line.get_label() == "arm (n = 2)")
    np.testing.assert_allclose(curve.get_xdata(), STEPS)
    np.testing.assert_allclose(curve.get_ydata(), np.mean(list(accuracy.values()), axis=0))
    np.testing.assert_allclose(loss.lines[0].get_ydata(), [1, 1 / 2, 1 / 3, 1 / 4])
    assert list(Learning().draw({"arm": []})) == []


def test_an_arm_without_curves_leaves_the_others_their_colours(trained):
    known = [Learning().measure(trained([0.5, 0.6, 0.8, 0.9]), {})]
    colours = []
    for found in ({"base": known, "arm": known}, {"base": [], "arm": known}):
        (drawing,) = Learning().draw(found)
        colours += [line.get_color() for line in drawing.figure.axes[0].lines if "arm" in line.get_label()]
    assert colours[0] == colours[1]


def test_findings_are_kept_as_plain_values(trained, tmp_path):
    found = Learning().measure(trained([0.5, 0.8, 0.89, 0.7]), {})
    found.write(tmp_path / "learning.json")
    figures = json.loads((tmp_path / "learning.json").read_text())["figures"]
    assert [each["estimate"]["value"] for each in figures] == [None, 0.0, 0.7]
