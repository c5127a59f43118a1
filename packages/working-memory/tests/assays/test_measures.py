from analysis.testing import assert_measures
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


def test_only_what_a_network_is_for_is_better_or_worse():
    assert_measures(ASSAYS, higher=HIGHER, lower=LOWER)
