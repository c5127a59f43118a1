"""What all assays of metabolism have in common."""

from analysis.testing import assert_measures, loaded_by
from graph_attention.assays import ASSAYS

HIGHER = {
    "performance": {"growth_q2", "flux_q2", "flux_r2", "grow_auroc"},
    "learning": {"reached_90", "final_validation"},
    "faithfulness": {"deletion_effect", "keeping_effect"},
}
LOWER = {
    "performance": {"imbalance", "split_tv", "split_tv_dependent"},
    "learning": {"steps_to_90"},
    "costs": {"parameters", "cpu_seconds_per_step", "cpu_seconds", "peak_bytes"},
    "scaling": {"time_exponent", "memory_exponent", "layer_seconds"},
}


def test_only_what_a_network_is_for_is_better_or_worse():
    assert_measures(ASSAYS, higher=HIGHER, lower=LOWER)


def test_assays_import_no_torch():
    assert not {"torch", "cobra", "matplotlib"} & loaded_by("graph_attention.assays")
