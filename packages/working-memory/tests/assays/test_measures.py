import pytest

from working_memory.assays import ASSAYS

HIGHER = {
    "behaviour": {"accuracy", "overall_accuracy", "d_prime"},
    "learning": {"reached_90", "final_validation"},
    "difficulty": {"accuracy_by"},
    "generalisation": {"cross_stimulus_accuracy"},
    "faithfulness": {
        "deletion_effect",
        "keeping_effect",
        "feature_deletion_effect",
        "feature_keeping_effect",
    },
}
"""Answers that are right, known objects recognised anew, and attention that the answer rests on."""

LOWER = {
    "behaviour": {"lure_false_alarms"},
    "learning": {"steps_to_90"},
    "costs": {"parameters", "cpu_seconds_per_step", "cpu_seconds", "peak_bytes"},
}
"""Errors, time and cost."""


@pytest.mark.parametrize("assay", ASSAYS, ids=lambda assay: assay.name)
def test_only_what_a_network_is_for_is_better_or_worse(assay):
    sides = {measure.name: measure.higher_is_better for measure in assay.measures}
    assert {name for name, side in sides.items() if side is True} == HIGHER.get(assay.name, set())
    assert {name for name, side in sides.items() if side is False} == LOWER.get(assay.name, set())


def test_every_name_belongs_to_one_measure():
    names = [measure.name for assay in ASSAYS for measure in assay.measures]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "measure", [each for assay in ASSAYS for each in assay.measures], ids=lambda each: each.name
)
def test_chance_lies_within_the_bounds(measure):
    low, high = measure.bounds
    assert low < high
    assert measure.chance is None or low <= measure.chance <= high
    assert set(measure.apart) <= set(measure.cells)
