"""What every assay's findings become on a page, from findings that are planted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis import (
    Archive,
    Assay,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Null,
    Run,
    assay_drawings,
    assay_section,
)
from analysis.report.assay_rows import cell_rows, overall_rows

NULL = Null(0.25, 0.2, 0.3, 0.01, 100, "shuffled")
ACCURACY = Measure("accuracy", chance=0.25, bounds=(0.0, 1.0), cells=("layer", "age"), apart=("layer",))


@dataclass(frozen=True)
class Planted(Assay):
    name = "planted"
    question = "What was planted?"
    measures = (ACCURACY, Measure("index"))

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        raise NotImplementedError

    def draw(self, found):
        yield Drawing("own", Figure(), "Its own.", "Nothing.", "nothing.")


def findings(seed: int, level: float) -> Findings:
    figures = [
        Finding(
            "accuracy",
            Estimate(level + 0.1 * age + 0.01 * seed, 0.2, 0.9, 50, 0.25, null=NULL),
            {"layer": layer, "age": age},
        )
        for layer in ("rnn", "cnn")
        for age in (10, 2)
    ]
    figures.append(Finding("index", Estimate.not_estimable("two classes")))
    square = np.full((2, 2), level)
    arrays = {
        "over_time/rnn": square,
        "over_time/rnn/p": np.array([[0.01, 0.5], [0.5, 0.5]]),
        "over_time/views": np.array([[0, 1], [1, 1]]),
    }
    return Findings(tuple(figures), arrays, (f"seed {seed} is odd",))


@pytest.fixture
def archive(tmp_path):
    arms = {arm: [Run(tmp_path / arm / f"seed-{seed}") for seed in range(3)] for arm in ("mtmf", "gated")}
    levels = {"mtmf": 0.3, "gated": 0.5}
    return Archive(arms, lambda run, name: findings(run.seed, levels[run.arm]))


def test_overall_rows_are_means_over_cells_of_each_network_but_not_over_what_stands_apart(archive):
    rows = overall_rows(archive, Planted(), ACCURACY)
    assert [(row.cell, row.arm) for row in rows] == [
        ("cnn", "mtmf"),
        ("cnn", "gated"),
        ("rnn", "mtmf"),
        ("rnn", "gated"),
    ]
    expected = [0.3 + 0.1 * 6 + 0.01 * seed for seed in range(3)]
    assert rows[0].estimate.value == pytest.approx(np.mean(expected))
    assert rows[0].estimate.n == 3
    assert rows[0].estimate.chance == 0.25
    assert "6 of 6 figures" in rows[0].null


def test_cells_come_in_order_and_say_in_how_many_networks_the_null_is_left(archive):
    rows = [row for row in cell_rows(archive, Planted(), ACCURACY) if row.arm == "mtmf"]
    assert [row.cell for row in rows] == ["cnn, age 2", "cnn, age 10", "rnn, age 2", "rnn, age 10"]
    assert rows[0].null == "mean of nulls 0.250; p < 0.05 in 3 of 3 networks"
    assert rows[0].estimate.value == pytest.approx(0.3 + 0.2 + 0.01)


def test_one_network_keeps_the_interval_and_the_null_that_it_has_within(archive):
    alone = Archive({"mtmf": archive.runs["mtmf"][:1]}, archive.find)
    row = cell_rows(alone, Planted(), ACCURACY)[0]
    assert (row.estimate.low, row.estimate.high, row.estimate.n) == (0.2, 0.9, 50)
    assert row.null == str(NULL)
    overall = overall_rows(alone, Planted(), ACCURACY)[0].estimate
    assert np.isnan(overall.low)
    assert "one network" in overall.how


def test_the_section_says_what_is_missing_and_every_note(archive):
    section = assay_section(archive, Planted())
    assert section.question == "What was planted?"
    assert section.not_estimable == ["index: not estimable: two classes"]
    assert any("seed 2 is odd" in note for note in section.notes)


def test_drawings_are_its_own_the_estimates_and_the_matrices(archive):
    own, estimates, matrix = assay_drawings(archive, Planted())
    assert own.name == "own"
    assert estimates.interactive.options == {"measure": ["accuracy"]}
    view = estimates.interactive.figure("accuracy")
    assert [trace.name for trace in view.data if trace.name] == ["mtmf", "gated"]
    assert matrix.interactive.options == {"arm": ["mtmf", "gated"], "layer": ["rnn"]}
    heat, contour = matrix.interactive.figure("gated", "rnn").data
    assert (np.array(heat.z) == 0.5).all()
    assert heat.zmin + heat.zmax == pytest.approx(0.5)
    assert np.array(contour.z).tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert list(heat.x) == ["shown 1, read 2", "shown 2, read 2"]


def test_an_assay_that_found_nothing_has_notes_and_no_drawings(archive):
    empty = Archive(archive.runs, lambda run, name: Findings((), notes=("no maps",)))
    assert list(assay_drawings(empty, Planted())) == []
    assert any("no maps" in note for note in assay_section(empty, Planted()).notes)
