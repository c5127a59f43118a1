"""What every assay's findings become on a page, from findings that are planted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

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
    Report,
    Row,
    Run,
    Section,
    assay_drawings,
    assay_section,
)
from analysis.report.assay_rows import cell_rows, overall_rows
from analysis.report.sections import in_words
from analysis.report.verdicts import verdict_of
from analysis.report.wording import numerals

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
    assert rows[0].null == "mean of 6 nulls 0.250"


def test_cells_come_in_order_with_the_mean_of_their_nulls(archive):
    rows = [row for row in cell_rows(archive, Planted(), ACCURACY) if row.arm == "mtmf"]
    assert [row.cell for row in rows] == ["cnn, age 2", "cnn, age 10", "rnn, age 2", "rnn, age 10"]
    assert rows[0].null == "mean of 3 nulls 0.250"
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


@pytest.mark.parametrize(
    ("level", "drawn", "verdict"),
    [
        (0.26, 0.25, "no detectable difference"),
        (0.24, 0.25, "above chance"),
        (0.99, 0.98, "below chance"),
        (0.24, 0.29, "no detectable difference"),
        (None, 0.24, "above its null"),
        (None, None, ""),
    ],
)
def test_the_interval_over_networks_decides_not_p_within_them(level, drawn, verdict):
    """Five networks, each with p = 0.01 of its own, whose interval is 0.27 ± 0.02."""
    null = drawn and Null(drawn, 0.2, 0.3, 0.01, 100, "shuffled")
    values = (0.25, 0.26, 0.27, 0.28, 0.29)
    found = {
        seed: [Finding("ratio", Estimate(value, 0.2, 0.4, 50, level, null=null))]
        for seed, value in enumerate(values)
    }
    measure = Measure("ratio")
    archive = Archive(
        {"mtmf": [Run(Path("mtmf") / f"seed-{seed}") for seed in found]},
        lambda run, name: Findings(tuple(found[run.seed])),
    )
    row = overall_rows(archive, Planted(), measure)[0]
    assert (row.estimate.low, row.estimate.high) == pytest.approx((0.2504, 0.2896), abs=1e-4)
    assert row.verdict == verdict


def test_a_ratio_whose_interval_holds_1_is_told_so_on_the_page(tmp_path):
    row = Row(
        "object_mass_ratio",
        Estimate(0.956, 0.838, 1.074, 5, 1.0),
        "trained",
        against="mean of 15 nulls 1.001",
    )
    page = Report("t", "q", [], {}, sections=[Section("Attention", rows=[row])]).html()
    assert "no detectable difference" in page
    assert "p <" not in page


def test_one_network_without_an_interval_is_held_against_its_own_null():
    nan = float("nan")
    told = [Estimate(0.4, nan, nan, 50, 0.25, null=replace(NULL, p=p)) for p in (0.01, 0.2)]
    assert [verdict_of(each) for each in told] == ["above chance", "no detectable difference"]


def test_cells_are_in_words():
    cell = {"split": "test/novel_identity", "control": "shuffled_task", "statistic": "below_0.001", "head": 1}
    assert in_words(cell) == "novel identity, shuffled task, share below 0.001, head 1"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("-0.000 [-0.01, 0.0]", "0.000 [−0.01, 0.0]"),
        ("null −0.0, p = 1e-05", "null 0.0, p = 1e-05"),
        ("seed-0, Holm-corrected, 2024-06-22, 1-3, x-0.0", "seed-0, Holm-corrected, 2024-06-22, 1-3, x-0.0"),
        ("-0.001 and -0.5, -.5, -10", "−0.001 and −0.5, −.5, −10"),
    ],
)
def test_numbers_have_one_minus_and_zero_has_none(said, told):
    assert numerals(said) == told
