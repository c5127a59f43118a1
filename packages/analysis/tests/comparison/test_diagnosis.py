import re
from pathlib import Path

import polars as pl
import pytest

from analysis import Comparability, Diagnosis, Evidence, compare, diagnose
from analysis.comparison.diagnosis import CHECKS, REMEDIES, Look, Networks, TaskUse

HEALTHY = {
    "look": Look(entropy=0.6),
    "task": TaskUse(own=0.95, other=0.6, moved=0.3),
    "train": 0.97,
    "validation": 0.95,
    "chance": 0.5,
    "trials": 1000,
    "networks": Networks(5, {0: 0.6, 1: 0.7}, {"location": {0: 0.9, 1: 0.8}}),
    "losses": [1.0, 0.8, 0.6, 0.5, 0.4],
    "gradient_norms": [0.5, 0.4, 2.0],
}


def test_a_healthy_arm_has_no_diagnosis():
    assert diagnose([Evidence("gated", **HEALTHY)]) == []


def test_what_is_not_known_is_not_judged():
    assert diagnose([Evidence("gated")]) == []


@pytest.mark.parametrize(
    ("changed", "anchor", "symptom"),
    [
        ({"look": Look(entropy=0.985)}, "attention-uniform", "normalised entropy is 0.985"),
        ({"look": Look(missing="it looks at places")}, "no-attention-maps", "though it looks at places"),
        (
            {"task": TaskUse(0.95, 0.94)},
            "task-changes-nothing",
            "0.940 with another task, 0.950 with its own",
        ),
        (
            {"task": TaskUse(0.95, 0.6, 0.002)},
            "task-changes-nothing",
            "does not move with the task: by 0.002",
        ),
        (
            {"train": 0.99, "validation": 0.8, "sides": ("validation/medium", "validation/nutrient")},
            "familiar-far-above-held-out",
            "validation/medium is far above validation/nutrient (0.990 and 0.800)",
        ),
        (
            {"train": 0.5, "validation": 0.51, "task": TaskUse(0.51, 0.5)},
            "at-chance",
            "at chance (0.510, chance 0.50)",
        ),
        (
            {"networks": Networks(5, {0: 0.6, 2: 0.989, 4: 0.982})},
            "attention-uniform",
            "seeds 2, 4: attention is uniform (0.989, 0.982)",
        ),
        (
            {"networks": Networks(5, {}, {"identity": {0: 0.9}, "location": {0: 0.5, 1: 0.51, 2: 0.9}})},
            "at-chance",
            "seeds 0, 1: location at chance (0.500, 0.510, chance 0.50)",
        ),
        ({"trials": 30}, "too-few-trials", "only 30 trials"),
        ({"networks": Networks(1)}, "too-few-seeds", "only 1 seed, fewer than 5"),
        ({"losses": [1.0, 1.1, 0.9, 1.0, 0.99]}, "loss-not-falling", "1 at first, 0.99 at last"),
        ({"gradient_norms": [1e-9, 1e-8, 1.0]}, "vanishing-gradients", "median norm is 1.0e-08"),
        ({"gradient_norms": [1.0, 5e4]}, "exploding-gradients", "largest norm is 5.0e+04"),
        ({"gradient_norms": [1.0, float("nan")]}, "exploding-gradients", "largest norm is nan"),
    ],
)
def test_each_symptom_is_named_alone_with_its_number(changed, anchor, symptom):
    found = diagnose([Evidence("gated", **{**HEALTHY, **changed})])
    assert [diagnosis.anchor for diagnosis in found] == [anchor]
    assert symptom in found[0].symptom


def outcome(gap: float, seeds: int = 4, **options):
    rows = [("baseline", seed, 0.8 + 0.01 * seed) for seed in range(seeds)]
    rows += [("gated", seed, 0.8 + gap + 0.02 * seed) for seed in range(seeds)]
    values = pl.DataFrame(rows, schema=["arm", "seed", "value"], orient="row")
    return compare(values, [], "baseline", **options)


def test_an_arm_that_loses_is_named_with_its_difference():
    found = diagnose([], outcome(-0.2))
    assert [(diagnosis.arm, diagnosis.anchor) for diagnosis in found] == [
        ("gated", "attention-worse-than-baseline")
    ]
    assert "worse than the baseline by -0.185 [-0.2" in found[0].symptom


def test_an_arm_that_cannot_be_compared_is_named_with_the_reason():
    found = diagnose([], outcome(0.2, checked=Comparability({"gated": ("other budget",)})))
    assert [(diagnosis.anchor, diagnosis.symptom) for diagnosis in found] == [
        ("not-comparable", "not comparable: other budget")
    ]


def test_an_arm_that_wins_needs_no_diagnosis():
    assert diagnose([], outcome(0.2)) == []


def test_what_a_system_would_try_stands_behind_what_anybody_would():
    evidence = [Evidence("gated", **{**HEALTHY, "trials": 30})]
    (plain,) = diagnose(evidence)
    (told,) = diagnose(evidence, advice={"too-few-trials": "Film more.", "at-chance": "Look closer."})
    assert told.try_ == f"{plain.try_} Film more."
    (lost,) = diagnose([], outcome(-0.2), {"attention-worse-than-baseline": "Pool."})
    assert lost.try_.endswith(". Pool.")


def test_every_symptom_has_a_remedy():
    assert set(CHECKS) | {"attention-worse-than-baseline", "not-comparable"} == set(REMEDIES)


def test_every_remedy_is_a_heading_of_the_document():
    document = (Path(__file__).parents[4] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    assert set(REMEDIES) <= set(re.findall(r"^## (\S+)$", document, flags=re.MULTILINE))


def test_a_diagnosis_prints_where_to_read_on():
    diagnosis = Diagnosis("gated", "at chance", "Nothing was learned.", "train longer.", "at-chance")
    assert str(diagnosis).endswith("Try: train longer. (docs/troubleshooting.md#at-chance)")
    assert diagnosis.to_dict()["try"] == "train longer."
