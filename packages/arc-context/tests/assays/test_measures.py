"""What all assays of ARC grids have in common."""

from analysis.testing import assert_measures, loaded_by
from arc_context.assays import ASSAYS

CELLS = ("foreground", "background")
HIGHER = {
    "performance": {
        "exact_match",
        "within_two",
        "cell_accuracy",
        "size_right",
        "exact_match_by_family",
        *CELLS,
        *(f"{each}_by_family" for each in CELLS),
    },
    "collapse": {"foreground_at_background"},
    "learning": {"reached_90", "final_validation"},
    "support": {"support_effect"},
    "faithfulness": {
        "deletion_effect",
        "keeping_effect",
        "deletion_area",
        "deletion_area_by_family",
        "deletion_drop",
    },
}
LOWER = {
    "collapse": {"background_gap", "collapsed"},
    "learning": {"steps_to_90"},
    "costs": {"parameters", "cpu_seconds_per_step", "cpu_seconds", "peak_bytes"},
    "invariance": {"largest_change", "answers_changed"},
}


def test_only_what_an_answer_is_for_is_better_or_worse():
    assert_measures(ASSAYS, higher=HIGHER, lower=LOWER)


def test_assays_import_no_torch():
    assert not {"torch", "sklearn", "matplotlib"} & loaded_by("arc_context.assays")
