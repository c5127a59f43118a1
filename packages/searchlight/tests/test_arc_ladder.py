"""The ladder with planted findings, and its first three rungs with tiny networks."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import Finding, Findings, Measured, Run, Under, mean_estimate
from analysis.assays.archive import Archive
from searchlight import arc_ladder, stock
from searchlight.arc_ladder import assembled, climb, figure_of, keep, rungs_named
from searchlight.arc_ladder_figures import Climbed, Figure, Target
from searchlight.arc_ladder_page import document, write_ladder
from searchlight.arc_ladder_quantities import HowMany
from searchlight.arc_ladder_rungs import FRESH, ORDER, RUNGS, SETTLED, Ask, matched
from searchlight.arc_ladder_sentences import LEADS, begins, sentence_of
from searchlight.cli import main
from searchlight.configuration import load_config, presets
from searchlight.errors import UsageError
from searchlight.experiments import arc_gradients, arc_padding
from searchlight.experiments.arc import Arc

RIGHT = {("a", 0): 0.9, ("a", 1): 0.7, ("b", 0): 0.2, ("b", 1): 0.4}


@pytest.fixture
def archive():
    def find(run, assay):
        value = RIGHT[run.arm, run.seed]
        told = {"test/seen": value, "test/swap": value - 0.2}
        return Findings(
            tuple(
                Finding("exact_match", mean_estimate([each]), {"split": split})
                for split, each in told.items()
            )
        )

    return Archive({arm: [Run(Path(f"runs/{arm}/seed-{seed}")) for seed in (0, 1)] for arm in "ab"}, find)


def test_a_figure_is_the_mean_over_seeds_and_a_gain_is_over_pairs_of_one_seed(archive):
    alone = figure_of(Ask("right", "a", matched(), Target(0.75)), archive)
    assert alone.estimate.value == pytest.approx(0.8)
    assert alone.estimate.low < 0.7 < 0.9 < alone.estimate.high
    assert (alone.verdict, alone.over) == ("reached", "2 seeds")
    gain = figure_of(Ask("gain", "a", matched(), minus="b"), archive)
    assert gain.estimate.value == pytest.approx((0.7 + 0.3) / 2)
    assert gain.estimate.chance == 0


def test_how_many_counts_parts_by_network(archive):
    both = HowMany(
        [Measured("performance", "exact_match", {"split": each}) for each in ("test/seen", "test/swap")], 0.7
    )
    assert both.known(archive, ("a",)).of("a") == {0: 2.0, 1: 1.0}


@pytest.mark.parametrize(
    ("target", "value", "verdict"),
    [
        (Target(0.9), 0.9, "reached"),
        (Target(0.9), 0.89, "missed"),
        (Target(0.35, at_least=False), 0.36, "missed"),
        (Target(0.0, at_least=False), 0.0, "reached"),
        (Target(0.9), math.nan, ""),
        (None, 1.0, ""),
    ],
)
def test_a_target_is_reached_or_missed(target, value, verdict):
    estimate = replace(mean_estimate([1.0]), value=value)
    assert Figure("what", "arm", estimate, "one seed", target).verdict == verdict


def test_what_no_network_tells_has_no_value_and_no_verdict(archive):
    figure = figure_of(Ask("right", "a", matched("test/other"), Target(0.1)), archive)
    assert math.isnan(figure.estimate.value)
    assert figure.verdict == ""


def test_rungs_are_kept_and_shown_with_those_of_now(tmp_path):
    figure = Figure(
        "what",
        "arm",
        mean_estimate([0.1, 0.3]),
        "2 seeds",
        Target(0.5),
        "uniform 0.10",
        "inductive",
        "kaggle",
    )
    found = keep(Climbed("L5", (0, 1), (figure,), ("one task left out",)), tmp_path)
    ladder = assembled(tmp_path, ())
    assert ladder.climbed == {"L5": found}
    assert ladder.before == ["L5"]
    assert ladder.not_run == [name for name in ORDER if name != "L5"]
    assert document(ladder)["rungs"]["L5"]["figures"][0]["verdict"] == "missed"
    page = (write_ladder(ladder) / "report.html").read_text()
    assert "one task left out" in page
    assert "target ≥ 0.5: missed" in page


def figure(what, arm, values, target=None, beside=""):
    return Figure(what, arm, mean_estimate(values), f"{len(values)} seeds", target, beside)


def test_a_rung_is_one_sentence_that_holds_arm_against_arm():
    found = Climbed(
        "L1",
        (0, 1),
        (
            figure(FRESH, "ours", [0.9, 0.9], Target(0.8)),
            figure("seconds", "ours", [70.0, 70.0], Target(60, at_least=False)),
            figure(FRESH, "film", [0.0, 0.0], Target(0.35, at_least=False)),
            figure("seconds", "film", [20.0, 20.0], Target(60, at_least=False)),
        ),
    )
    assert sentence_of(found) == (
        f"L1: {FRESH}: ours 0.900 [0.900, 0.900] (≥ 0.8, reached), film 0 (≤ 0.35, reached); "
        "1 further target reached; missed besides: ours, seconds 70.000 [70.000, 70.000] (≤ 60)."
    )


def test_what_one_arm_has_is_told_by_what_tells_it_apart_beside_its_level():
    looks = [
        figure(f"{SETTLED}, colour_map{state}", "ours", [value], beside="uniform 0.23")
        for state, value in (("", 0.9), (", untrained", 0.5))
    ]
    assert sentence_of(Climbed("L2", (0,), tuple(looks))) == (
        f"L2: {SETTLED}, colour_map, ours: 0.900, untrained 0.500, uniform 0.23."
    )


@pytest.mark.parametrize("name", RUNGS)
def test_every_rung_has_the_figures_that_its_sentence_tells(name):
    figures = [figure(ask.what, ask.arm, [0.5]) for ask in RUNGS[name].asks]
    assert all(any(begins(each, lead) for each in figures) for lead in LEADS[name])


def test_a_bound_and_what_keeps_it_are_told_with_exponents():
    exact = [
        figure(ask.what, ask.arm, [0.0 if ask.target.bound == 0 else 2e-7], ask.target)
        for ask in RUNGS["L0"].asks
    ]
    told = sentence_of(Climbed("L0", (0,), tuple(exact)))
    assert "untrained 0 (≤ 0, reached), trained 0 (≤ 0, reached)" in told
    assert "untrained 2.0e-7 (≤ 1e-5, reached)" in told


def test_a_damaged_rung_and_one_that_is_none_are_named(tmp_path):
    folder = arc_ladder.folder_of(tmp_path)
    folder.mkdir(parents=True)
    (folder / "L1.json").write_text("{")
    with pytest.raises(UsageError, match=r"L1\.json is no rung"):
        assembled(tmp_path, ())
    with pytest.raises(UsageError, match="is no rung"):
        rungs_named(["L9"])
    assert rungs_named(["L2", "L0"]) == ("L0", "L2")


def test_every_arm_of_a_rung_is_a_preset_and_every_assay_is_one_of_the_system():
    known = {assay.name: {measure.name for measure in assay.measures} for assay in Arc.assays}
    for rung in RUNGS.values():
        assert {f"arc/{arm}" for arm in rung.arms} <= set(presets())
        for ask in rung.asks:
            read = [ask.quantity, *(ask.beside[1:] if ask.beside else ())]
            for quantity in read:
                asked = quantity.quantity if isinstance(quantity, Under) else quantity
                if isinstance(asked, Measured):
                    assert asked.measure in known[asked.assay]


@pytest.fixture
def tiny(monkeypatch):
    """Presets with few and small tasks, and a small network of one epoch."""

    def small(name):
        resolved = load_config(name)
        config = resolved.config
        return resolved.with_config(
            replace(
                config,
                families=replace(config.families, sides=(4, 5), pairs=(2, 3)),
                tasks=replace(config.tasks, train=12, validation=1, test=3),
                model=replace(config.model, dim=16, heads=2, steps=2),
                training=replace(config.training, epochs=1, batch_size=6),
            )
        )

    monkeypatch.setattr(stock, "load_config", small)
    monkeypatch.setattr(arc_padding, "QUESTIONS", 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["L2", "L3", "L4"])
def test_every_figure_of_a_rung_is_known(name, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(arc_gradients, "QUESTIONS", 4)
    found = climb(RUNGS[name], (0, 1), tmp_path, jobs_at_once=1)
    assert [each.what for each in found.figures if math.isnan(each.estimate.value)] == []
    assert all(each.over == "2 seeds" for each in found.figures)


def test_the_first_rungs_from_nothing_to_a_table_and_again_without_training(
    tiny, tmp_path, capsys, monkeypatch
):
    words = ["arc", "ladder", "--rungs", "L0", "L1", "--seeds", "0", "--jobs", "1", "--runs", str(tmp_path)]
    main(words)
    shown = capsys.readouterr().out
    assert "missing: lookup_film, seed 0" in shown
    told = json.loads((arc_ladder.folder_of(tmp_path) / "ladder.json").read_text())
    assert told["not_run"] == ["L2", "L3", "L4", "L5", "L6"]
    masks = told["rungs"]["L0"]["figures"]
    assert [each["verdict"] for each in masks] == ["reached"] * 8
    assert [len(told["rungs"][name]["figures"]) for name in ("L0", "L1")] == [8, 15]
    assert all(each["estimate"]["value"] is not None for each in told["rungs"]["L1"]["figures"])

    def never(*args, **options):
        raise AssertionError("trained again")

    monkeypatch.setattr("searchlight.jobs.train_run", never)
    main([*words, "--json"])
    assert json.loads(capsys.readouterr().out)["rungs"].keys() == {"L0", "L1"}
