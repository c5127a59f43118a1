"""The claims are settled on made-up findings in which all of them hold, none does, or nothing can be told."""

import json

import pytest

from analysis import Estimate, Finding, Findings, settle
from analysis.assays.interventions import Intervened
from analysis.testing import (
    assert_numbered,
    assert_open,
    assert_readable,
    assert_told,
    assert_verdicts,
    loaded_by,
    made_up,
)
from arc_context.assays import ASSAYS
from arc_context.assays.layers import FIRST, LAST
from arc_context.claims import CLAIMS
from arc_context.families.registry import HELD_OUT, TRAINED

NAN = float("nan")
QUALITY = {
    "none": 1,
    "film": 0,
    "cross_attention": 2,
    "lookup_none": 1,
    "lookup_film": 1,
    "lookup_cross_attention": 2,
    "position_film": 1,
    "position_cross_attention": 2,
    "markers_none": 0,
    "markers_coupled": 1,
    "markers_decoupled": 2,
}
"""Which arm of a rung is better than which, where the claims hold."""
SPREAD = (1, -1, 2, -2, 0)
"""Deviations of five networks that cancel: an arm's differ from another's by their order."""
SEEN = "test/seen"
SPLITS = (SEEN, *(f"test/{name}" for name in HELD_OUT))
LOOKS = [{"split": split, "layer": layer, "family": "a"} for split in SPLITS for layer in (FIRST, LAST)]
MADE_UP = {
    "performance": {
        "exact_match": [{"split": split} for split in SPLITS],
        "exact_match_by_family": [{"split": SEEN, "family": family} for family in TRAINED],
    },
    "collapse": {
        name: [{"split": SEEN}] for name in ("background_gap", "collapsed", "foreground_at_background")
    },
    "lookup": dict.fromkeys(("determining_mass", "determining_excess"), LOOKS),
    "gradients": {
        name: [{"split": split, "family": "a"} for split in SPLITS]
        for name in ("gradient_share", "gradient_excess")
    },
    "faithfulness": {
        "deletion_area": [
            {"split": split, "output": output}
            for split in SPLITS
            for output in ("exact_match", "log_probability")
        ],
        "deletion_area_by_family": [
            {"split": SEEN, "family": family, "output": "log_probability"} for family in TRAINED
        ],
    },
    "support": {
        name: [{"split": SEEN, "output": output} for output in ("exact_match", "cell_accuracy")]
        for name in ("support_effect", "with_other_support")
    },
    "anchors": {name: [{"split": SEEN, "family": "a"}] for name in ("on_marker", "on_marker_excess")},
}
LOWER = ("background_gap", "collapsed")
LEVELS = {"determining_excess": 0.0, "gradient_excess": 0.0, "on_marker_excess": 0.0, "support_effect": 0.0}


def centre(sign, run, measure):
    """The mean over networks; `sign` is 1 where the claims hold, −1 where the opposite does, 0 where nothing does."""
    if measure.startswith("deletion_area"):
        return 0.1 if sign >= 0 else -0.1
    if measure == "with_other_support":
        return 0.4 + 0.1 * (sign > 0) + 0.2 * (sign < 0) + 0.04 * (sign == 0)
    if measure in LEVELS:
        return LEVELS[measure] + 0.1 * sign
    trained = 0.0 if isinstance(run, Intervened) else 0.1 * sign
    if measure == "determining_mass":
        return 0.8 + trained
    if measure == "on_marker":
        return 0.8 + sign * 0.05 * (QUALITY[run.arm] - 1)
    if measure in LOWER:
        return (0.05 if sign >= 0 else 0.3) - 0.02 * sign * QUALITY[run.arm]
    return 0.4 + 0.1 * sign * QUALITY[run.arm]


def findings(run, assay, sign, spread):
    deviation = spread * SPREAD[(run.seed + list(QUALITY).index(run.arm)) % 5]
    still = spread < 0.1 and assay == "faithfulness"
    return Findings(
        tuple(
            Finding(
                measure, Estimate(centre(sign, run, measure) + deviation * (not still), NAN, NAN, 9), cell
            )
            for measure, grid in MADE_UP[assay].items()
            for cell in grid
        )
    )


def record(run, sign, spread):
    """Two epochs; the better arm is twice as slow, and in its first epoch as good as at its end."""
    deviation = spread * SPREAD[(run.seed + list(QUALITY).index(run.arm)) % 5]
    slow = 2 if run.arm.endswith("cross_attention") else 1
    ended = 0.4 + 0.1 * sign * QUALITY[run.arm] + deviation
    rows = [
        {"kind": "epoch", "step": step, "cpu_seconds": 10.0 * step * slow, "exact_match": ended}
        for step in (1, 2)
    ]
    return "".join(f"{json.dumps(row)}\n" for row in rows)


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """Gives `settled(sign, spread, seeds)`: claims by label; `only` those of some numbers."""

    def verdicts(sign, spread=0.0001, seeds=5, arms=tuple(QUALITY), find=findings, only=range(1, 6)):
        asked = [each for each in CLAIMS if each.number in only]
        archive = made_up(
            tmp_path_factory.mktemp("runs"),
            [arm for arm in arms if any(arm in each.arms for each in asked)],
            lambda run, assay: find(run, assay, sign, spread),
            seeds=seeds,
            records=lambda run: record(run, sign, spread),
        )
        return {each.label: each.claim for each in settle(asked, archive)}

    return verdicts


def test_the_six_claims_are_numbered_and_say_how_they_are_tested():
    assert_numbered(CLAIMS, 6, QUALITY)


def test_every_family_of_training_is_asked_of_by_itself():
    asked = {
        each.quantity.cell.get("family")
        for each in CLAIMS[0].predictions
        if hasattr(each, "quantity") and hasattr(each.quantity, "cell")
    }
    assert asked - {None} == set(TRAINED)


def test_where_everything_was_planted_every_claim_is_true(settled):
    assert_verdicts(settled(1), "true")


def test_where_the_opposite_was_planted_every_claim_is_false(settled):
    assert_verdicts(settled(-1), "false")


def test_where_networks_differ_and_arms_do_not_nothing_is_detected(settled):
    assert_verdicts(settled(0, spread=0.3), "no detectable difference")


def test_an_arm_that_is_missing_leaves_its_own_predictions_open_only(settled):
    found = settled(1, arms=[arm for arm in QUALITY if arm != "markers_none"], only=[5])
    missing = {label: each.reason for label, each in found.items() if each.verdict == "not testable"}
    assert missing == dict.fromkeys(("5c", "5d"), "needs 5 seeds of markers_none")


def test_four_networks_settle_nothing(settled):
    assert_open(settled(1, seeds=4).values())


def test_attention_that_answers_do_not_rest_on_is_no_lookup_and_wins_nothing(settled):
    def find(run, assay, sign, spread):
        found = findings(run, assay, sign, spread)
        nothing = Estimate(0.001 * SPREAD[run.seed], NAN, NAN, 9)
        return (
            found
            if assay != "faithfulness"
            else Findings(tuple(Finding(each.measure, nothing, each.cell) for each in found.figures))
        )

    found = settled(1, find=find, only=[1, 3])
    borne_out = [each for each in found.values() if each.intervention is not None]
    assert len(borne_out) == 23 + 9
    assert {each.verdict for each in borne_out} == {"no detectable difference"}
    assert all("the intervention changes nothing" in each.reason for each in borne_out)


def test_at_equal_time_a_slower_arm_counts_with_what_it_had_by_then(settled, tmp_path):
    """The slower arm is better only after the faster one has ended."""

    def late(run):
        slow = run.arm == "lookup_cross_attention"
        ended = [0.1, 0.9] if slow else [0.2, 0.5]
        rows = [
            {
                "kind": "epoch",
                "step": k,
                "cpu_seconds": k * (10.0 + slow),
                "exact_match": value + 0.01 * run.seed * k,
            }
            for k, value in enumerate(ended, 1)
        ]
        return "".join(f"{json.dumps(row)}\n" for row in rows)

    timed = next(
        each for each in CLAIMS[0].predictions if "colours" in each.sentence and "CPU" in each.sentence
    )
    archive = made_up(tmp_path, timed.arms, lambda run, assay: Findings(()), records=late)
    claim = timed.claim(archive)
    # After 20 s the slower arm has its first epoch, the faster one both: 0.1 + 0.01 s against 0.5 + 0.02 s.
    assert claim.statistic.value == pytest.approx(-0.4 - 0.02)
    assert claim.verdict == "false"


def test_what_another_model_rests_on_is_said_with_its_source_and_settled_by_no_run(settled):
    claim = settled(1, only=[6])["6"]
    assert claim.verdict == "not testable"
    for part in ("by reading its code it is false", "_input_embeddings", "arXiv 2512.11847"):
        assert part in claim.reason


def test_every_prediction_has_a_null_and_an_intervention_or_the_reason_for_none(settled):
    assert_told(settled(1).values())


def test_what_claims_read_is_measured_in_these_cells():
    assert assert_readable(CLAIMS, ASSAYS) == {(a, m) for a, some in MADE_UP.items() for m in some}


def test_claims_import_no_torch():
    assert not {"torch", "sklearn", "skimage"} & loaded_by("arc_context.claims")
