"""Planted findings: arms that lack parts, have other cells and seeds, and differ where it was planted."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from analysis import Archive, Arrival, Assay, Estimate, Finding, Findings, Graded, Measure, Run, holm
from analysis.comparison.assays import compare_assay


@dataclass(frozen=True)
class Planted(Assay):
    """What is told of a run is planted, never measured."""

    name = "planted"
    question = "What was planted?"
    measures = (
        Measure("score", chance=0.25, bounds=(0.0, 1.0), cells=("layer", "property"), apart=("layer",)),
        Measure("size", higher_is_better=False),
        Graded("by_level", cells=("by", "level"), apart=("by",)),
        Arrival("steps"),
    )

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        raise AssertionError("planted")


def figure(measure: str, value: float, chance: float | None = None, **cell) -> Finding:
    return Finding(measure, Estimate(value, math.nan, math.nan, 10, chance), cell)


def planted(gap: float, seed: int, *, properties=("place", "kind"), split="test/a") -> Findings:
    rng = np.random.default_rng(seed)
    figures = [
        figure(
            "score",
            0.5 + gap * (layer == "rnn") + 0.01 * rng.normal(),
            0.25,
            split=split,
            layer=layer,
            property=each,
        )
        for layer in ("cnn", "rnn")
        for each in properties
    ]
    figures += [
        figure("by_level", 0.6 + 2 * gap * (level == "3") + 0.01 * rng.normal(), by="n", level=level)
        for level in ("1", "2", "3")
    ]
    return Findings((*figures, figure("size", 100.0 + 10 * gap)))


def archive(root, **arms: Mapping[int, Findings]) -> Archive:
    found = {root / arm / f"seed-{seed}": each for arm, seeds in arms.items() for seed, each in seeds.items()}
    runs = {arm: [Run(root / arm / f"seed-{seed}") for seed in seeds] for arm, seeds in arms.items()}
    return Archive(runs, lambda run, assay: found[run.path])


def two_arms(root, **options) -> Archive:
    base = {seed: planted(0.0, seed) for seed in range(5)}
    return archive(root, base=base, gated={seed: planted(0.1, 10 + seed, **options) for seed in range(5)})


def test_levels_that_stand_apart_are_parts_and_a_planted_difference_is_found_in_its_own(tmp_path):
    found = compare_assay(two_arms(tmp_path), Planted(), "base")
    assert set(found.measures["score"]) == {"test/a, cnn", "test/a, rnn"}
    assert found.measures["score"]["test/a, rnn"].result("gated").verdict == "better"
    assert found.measures["score"]["test/a, cnn"].result("gated").verdict == "no detectable difference"
    assert found.measures["size"][""].result("gated").verdict == "worse"
    assert found.measures["score"]["test/a, rnn"].result("base", property="kind").estimate.chance == 0.25


def test_it_shows_the_table_of_every_measure_and_part(tmp_path):
    shown = compare_assay(two_arms(tmp_path), Planted(), "base")._repr_html_()
    assert shown.count("better") >= 1
    assert all(f"<th>{name}</th>" in shown for name in ("score test/a, cnn", "score test/a, rnn", "size"))


def test_overall_differences_of_an_assay_are_one_family(tmp_path):
    found = compare_assay(two_arms(tmp_path), Planted(), "base")
    gaps = [each.result("gated") for parts in found.measures.values() for each in parts.values()]
    expected = holm([gap.difference.p for gap in gaps])
    assert len(gaps) == 4
    np.testing.assert_allclose([gap.p_corrected for gap in gaps], expected)


def test_a_network_s_value_is_the_mean_of_its_cells_and_networks_are_paired(tmp_path):
    data = two_arms(tmp_path)
    means = {
        arm: [
            np.mean(
                [f.estimate.value for f in data.find(run, "planted").of("score") if f.cell["layer"] == "rnn"]
            )
            for run in runs
        ]
        for arm, runs in data.runs.items()
    }
    gap = compare_assay(data, Planted(), "base").measures["score"]["test/a, rnn"].result("gated").difference
    assert gap.p == pytest.approx(stats.ttest_rel(means["gated"], means["base"]).pvalue)


def test_an_arm_without_a_cell_is_compared_on_the_others_and_that_is_said(tmp_path):
    found = compare_assay(two_arms(tmp_path, properties=("place",)), Planted(), "base")
    comparison = found.measures["score"]["test/a, rnn"]
    assert {result.label for result in comparison.results} == {"overall"}
    assert "the only cell is place" in comparison.notes
    assert comparison.result("gated").verdict == "better"
    assert "score (test/a, rnn): kind is left out, only base has it" in found.notes


def test_arms_without_a_cell_in_common_are_told_and_not_compared(tmp_path):
    found = compare_assay(two_arms(tmp_path, properties=("colour",)), Planted(), "base")
    assert "score (test/a, rnn): the arms have no cell in common" in found.notes
    assert found.measures["score"]["test/a, rnn"].result("gated").verdict == "not comparable"


def test_where_the_baseline_has_none_the_first_arm_that_has_some_stands_in(tmp_path):
    nothing = {
        seed: Findings((), notes=(f"base, seed {seed}: no planted, for it kept none",)) for seed in range(5)
    }
    arms = {arm: {seed: planted(gap, 7 * seed) for seed in range(5)} for arm, gap in (("a", 0.0), ("b", 0.1))}
    found = compare_assay(archive(tmp_path, base=nothing, **arms), Planted(), "base")
    assert found.measures["score"]["test/a, rnn"].baseline == "a"
    assert found.measures["score"]["test/a, rnn"].result("b").verdict == "better"
    assert "base: no planted, for it kept none" in found.notes
    assert "score (test/a, rnn): base has none; held against a" in found.notes


def test_unequal_seeds_are_compared_by_welch_and_what_is_not_estimable_is_counted(tmp_path):
    base = {seed: planted(0.0, seed) for seed in range(4)}
    unknown = Finding("size", Estimate.not_estimable("no record"))
    gated = {seed: Findings((*list(planted(0.1, 10 + seed).figures)[:-1], unknown)) for seed in range(2, 6)}
    found = compare_assay(archive(tmp_path, base=base, gated=gated), Planted(), "base")
    assert found.measures["score"]["test/a, rnn"].result("gated").difference.test == "Welch t"
    assert "gated: size not estimable: no record (4 of 4 figures)" in found.notes
    assert found.measures["size"][""].arms == ("base",)


def test_where_arms_differ_more_is_told_of_graded_measures(tmp_path):
    found = compare_assay(two_arms(tmp_path), Planted(), "base")
    assert any(each.startswith("n: gated − base is larger for 3 than") for each in found.sentences)


def test_a_network_that_never_arrives_counts_as_watched_to_its_last_step(tmp_path):
    runs, found = {}, {}
    for arm, reached in (("base", False), ("gated", True)):
        runs[arm] = [Run(tmp_path / arm / f"seed-{seed}").begin("{}", {}) for seed in range(5)]
        for run in runs[arm]:
            run.append_metrics({"kind": "step", "step": 500})
            steps = (
                Estimate(100.0 + run.seed, math.nan, math.nan, 1)
                if reached
                else Estimate.not_estimable("never")
            )
            found[run.path] = Findings((Finding("steps", steps),))
    compared = compare_assay(Archive(runs, lambda run, assay: found[run.path]), Planted(), "base")
    comparison = compared.measures["steps"][""]
    assert comparison.result("base").estimate.how == "not estimable: none of 5 arrived in 500 steps"
    assert comparison.result("gated").difference.estimate.value == pytest.approx(102.0 - 500.0)
    assert comparison.result("gated").verdict == "better"


def test_only_asked_levels_are_compared_where_a_measure_is_told_by_them(tmp_path):
    found = compare_assay(two_arms(tmp_path), Planted(), "base", only={"property": "kind"}, without=("size",))
    assert "the only cell is kind" in found.measures["score"]["test/a, rnn"].notes
    assert set(found.measures["by_level"]) == {"n"}
    assert "size" not in found.measures


def test_the_same_findings_give_the_same_bytes(tmp_path):
    first, second = (
        json.dumps(compare_assay(two_arms(tmp_path), Planted(), "base").to_dict(), sort_keys=True)
        for _ in range(2)
    )
    assert first == second
