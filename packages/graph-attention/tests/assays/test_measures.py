"""What all assays of metabolism have in common."""

import subprocess
import sys

import pytest

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


def test_assays_import_no_torch():
    slow = "('torch', 'cobra', 'matplotlib')"
    code = f"import sys, graph_attention.assays; print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
