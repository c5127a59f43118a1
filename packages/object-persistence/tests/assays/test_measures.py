"""What all assays of persistence have in common."""

from analysis.testing import assert_measures, loaded_by
from object_persistence.assays import ASSAYS

ANSWERS = (
    "accuracy",
    "balanced_accuracy",
    "persistent_accuracy",
    "transient_accuracy",
    "auroc",
    "above_majority",
)
HIGHER = {
    "performance": {*ANSWERS, "accuracy_by_kind"},
    "frames_seen": {f"{name}_{when}" for name in ("accuracy", "auroc") for when in ("after", "at_sighting")},
    "learning": {"reached_90", "final_validation"},
    "faithfulness": {"deletion_effect", "deletion_beyond_class", "keeping_effect", "accuracy_left"},
}
LOWER = {
    "calibration": {"brier", "calibration_error"},
    "durations": {"duration_error"},
    "learning": {"steps_to_90"},
    "costs": {"parameters", "cpu_seconds_per_step", "cpu_seconds", "peak_bytes"},
    "sets": {"largest_change", "answers_changed", "answers_lost"},
}


def test_only_what_an_answer_is_for_is_better_or_worse():
    assert_measures(ASSAYS, higher=HIGHER, lower=LOWER)


def test_assays_import_no_torch():
    assert not {"torch", "sklearn", "skimage", "matplotlib"} & loaded_by("object_persistence.assays")
