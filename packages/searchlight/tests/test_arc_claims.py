"""The claims on ARC grids speak of presets that exist, and compare what may be compared."""

import pytest

from arc_context.claims import CLAIMS
from arc_context.claims.predictions import BeyondRuns
from arc_context.families.registry import HELD_OUT, MARKERS, TRAINED
from arc_context.truth import any_settled
from searchlight.configuration import load_config

PREDICTIONS = [each for claim in CLAIMS for each in claim.predictions if not isinstance(each, BeyondRuns)]
ARMS = sorted({arm for each in PREDICTIONS for arm in each.arms})


def preset(arm):
    return load_config(f"arc/{arm}").config


@pytest.mark.parametrize("arms", sorted({each.arms for each in PREDICTIONS if len(each.arms) > 1}))
def test_arms_of_a_prediction_answer_the_same_tasks_after_as_much_training(arms):
    """Other data or another budget would leave the prediction open for ever."""
    one, other = map(preset, arms)
    assert one.families == other.families
    assert one.tasks == other.tasks
    assert one.training == other.training
    assert one.model != other.model


@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm in ("cross_attention", "film", "none")])
def test_what_is_claimed_of_each_family_is_asked_of_networks_that_trained_on_all(arm):
    families = preset(arm).families
    assert set(families.names) == set(TRAINED)
    assert set(families.held_out) == set(HELD_OUT)


@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm.startswith(("lookup", "position"))])
def test_what_is_looked_up_is_known_of_every_family(arm):
    families = preset(arm).families
    assert all(any_settled([name]) for name in (*families.names, *families.held_out))
    assert ("swap" in families.held_out) == arm.startswith("lookup")


@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm.startswith("markers")])
def test_anchors_are_asked_of_families_with_markers(arm):
    config = preset(arm)
    assert set(config.families.names) <= set(MARKERS)
    assert (config.model.anchors > 0) == (arm != "markers_none")
    expected = "contextual" if arm == "markers_coupled" else "original"
    assert config.model.anchors == 0 or config.model.anchor_features == expected
