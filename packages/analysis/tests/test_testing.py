from dataclasses import dataclass

import pytest

from analysis import Assay, Estimate, Exceeds, Finding, Findings, Hypothesis, Measure, Measured
from analysis.testing import assert_measures, assert_readable, loaded_by, made_up

HITS = Measure("hits", higher_is_better=True, chance=0.5, bounds=(0.0, 1.0), cells=("task",), apart=("task",))


@dataclass(frozen=True)
class Asked(Assay):
    name = "asked"
    question = "How many?"
    measures = (HITS,)

    def measure(self, run, controls):
        return Findings(())


def test_a_measure_that_takes_another_side_is_named():
    assert_measures([Asked()], higher={"asked": {"hits"}}, lower={})
    with pytest.raises(AssertionError, match="asked: expected \\[\\], got \\['hits'\\]"):
        assert_measures([Asked()], higher={}, lower={})


def test_chance_beyond_the_bounds_is_found():
    beyond = type("Beyond", (Asked,), {"measures": (Measure("hits", chance=2.0, bounds=(0.0, 1.0)),)})
    with pytest.raises(AssertionError, match="hits"):
        assert_measures([beyond()], higher={}, lower={})


def test_a_fresh_interpreter_tells_what_it_loaded():
    assert {"json", "json.decoder"} <= loaded_by("json")
    assert "decimal" not in loaded_by("json")


def test_made_up_runs_hold_what_was_planted(tmp_path):
    def find(run, assay):
        return Findings((Finding("hits", Estimate(float(run.seed), 0.0, 9.0, 3), {"task": "a"}),))

    archive = made_up(tmp_path, ["one", "two"], find, seeds=3)
    assert {arm: len(runs) for arm, runs in archive.runs.items()} == {"one": 3, "two": 3}
    (run, *_) = archive.runs["two"]
    assert archive.find(run, "asked").figures[0].estimate.value == 0


def test_a_claim_may_only_read_cells_that_are_told_apart():
    def claim(cell):
        quantity = Measured("asked", "hits", cell)
        return Hypothesis(
            1, "It hits.", "by hits", (Exceeds(sentence="it hits", arms=("one",), quantity=quantity),)
        )

    assert assert_readable([claim({"task": "a"})], [Asked()]) == {("asked", "hits")}
    with pytest.raises(AssertionError, match="colour"):
        assert_readable([claim({"colour": "red"})], [Asked()])
