"""The claims are settled on made-up findings in which all of them hold, none does, or nothing can be told."""

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
from object_persistence.assays import ASSAYS
from object_persistence.claims import CLAIMS
from object_persistence.claims.arms import HELD_OUT, SAME
from object_persistence.videos.hold_outs import HOLD_OUTS

NAN = float("nan")
QUALITY = {
    "majority": 0,
    "link_length": 1,
    "gradient_boosting": 2,
    "untrained_features": 2,
    "clips500": 1,
    "clips2000": 2,
    "clips10000": 3,
    "tracks": 3,
    "supervised": 3,
    "layers4": 4,
    "layers6": 5,
}
"""Which arm is better than which, where the claims hold; arms of one level are equal."""
SPREAD = (1, -1, 2, -2, 0)
"""Deviations of five networks that cancel: an arm's differ from another's by their order."""
SPLITS = (SAME, *HELD_OUT)
LAYERS = ("layer1", "layer2", "rollout")
MADE_UP = {
    "performance": {
        name: [
            {"split": split, "clutter": clutter} for split in SPLITS for clutter in ("counted", "left out")
        ]
        for name in ("accuracy", "auroc")
    },
    "ratio": {
        "attention_ratio": [{"split": SAME, "layer": layer, "clutter": "counted"} for layer in LAYERS],
        "ratio_at_equal_sighting": [{"split": SAME, "layer": layer, "seen": 1} for layer in LAYERS],
    },
    "faithfulness": {
        "deletion_effect": [{"split": SAME, "output": "accuracy", "share": share} for share in (0.2, 0.4)]
    },
    "sets": {
        "largest_change": [{"split": SAME, "by": by} for by in ("padding", "order")],
        "answers_changed": [{"split": SAME, "by": by} for by in ("padding", "order")],
        "answers_lost": [{"split": SAME}],
    },
}


def centre(sign, run, measure):
    """The mean over networks; `sign` is 1 where the claims hold, −1 where the opposite does, 0 where nothing does."""
    if measure in ("accuracy", "auroc"):
        kept = 0.1 if run.arm == "supervised" and sign < 0 else 0.0
        return 0.8 + sign * 0.02 * QUALITY[run.arm] - kept
    if measure in ("attention_ratio", "ratio_at_equal_sighting"):
        trained = 0.1 if isinstance(run, Intervened) else 0.5 * (1 + (run.arm == "supervised"))
        return 1 + sign * trained * 0.9
    if measure == "deletion_effect":
        return 0.1
    return {1: 0.0, 0: 0.0, -1: 0.2}[sign]


def findings(run, assay, sign, spread):
    deviation = spread * SPREAD[(run.seed + list(QUALITY).index(run.arm)) % 5]

    def value(measure):
        fixed = (spread < 0.1 and measure in MADE_UP["sets"]) or measure == "deletion_effect"
        return centre(sign, run, measure) + deviation * (not fixed)

    return Findings(
        tuple(
            Finding(measure, Estimate(value(measure), NAN, NAN, 9), cell)
            for measure, grid in MADE_UP[assay].items()
            for cell in grid
        )
    )


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """Gives `settled(sign, spread, seeds)`: claims by label; `only` those of some numbers."""

    def verdicts(sign, spread=0.0001, seeds=5, arms=tuple(QUALITY), find=findings, only=range(1, 6)):
        asked = [each for each in CLAIMS if each.number in only]
        arms = [arm for arm in arms if any(arm in each.arms for each in asked)]
        archive = made_up(
            tmp_path_factory.mktemp("runs"),
            arms,
            lambda run, assay: find(run, assay, sign, spread),
            seeds=seeds,
        )
        return {each.label: each.claim for each in settle(asked, archive)}

    return verdicts


def test_the_five_claims_are_numbered_and_say_how_they_are_tested():
    assert_numbered(CLAIMS, 5, QUALITY)


def test_every_hold_out_is_asked_of():
    assert list(HELD_OUT) == [f"test/{name}" for name in HOLD_OUTS]


def test_where_everything_was_planted_every_claim_is_true(settled):
    assert_verdicts(settled(1), "true")


def test_where_the_opposite_was_planted_every_claim_is_false(settled):
    assert_verdicts(settled(-1), "false")


def test_where_networks_differ_and_arms_do_not_nothing_is_detected(settled):
    assert_verdicts(settled(0, spread=0.3), "no detectable difference")


def test_an_arm_that_is_missing_leaves_its_own_predictions_open_only(settled):
    found = settled(1, arms=[arm for arm in QUALITY if arm != "clips10000"], only=[3])
    missing = {label: each.reason for label, each in found.items() if each.verdict == "not testable"}
    assert missing == {"3c": "needs 5 seeds of clips10000"}


def test_four_networks_settle_nothing(settled):
    assert_open(settled(1, seeds=4).values())


def test_attention_that_answers_do_not_rest_on_prefers_nothing(settled):
    def find(run, assay, sign, spread):
        found = findings(run, assay, sign, spread)
        nothing = Estimate(0.001 * SPREAD[run.seed], NAN, NAN, 9)
        return (
            found
            if assay != "faithfulness"
            else Findings(tuple(Finding(each.measure, nothing, each.cell) for each in found.figures))
        )

    found = settled(1, find=find, only=[2, 4])
    of_attention = {label: each for label, each in found.items() if label.startswith("2") or label == "4a"}
    assert len(of_attention) == 11
    assert {each.verdict for each in of_attention.values()} == {"no detectable difference"}
    assert all("the intervention changes nothing" in each.reason for each in of_attention.values())


@pytest.mark.parametrize(
    ("lost", "verdict"), [(0.003, "true"), (0.005, "no detectable difference"), (0.02, "false")]
)
def test_accuracy_is_kept_where_less_than_half_a_point_is_lost(settled, lost, verdict):
    def find(run, assay, sign, spread):
        found = findings(run, assay, sign, spread)
        if run.arm != "supervised" or assay != "performance":
            return found
        worse = [Estimate(each.estimate.value - lost, NAN, NAN, 9) for each in found.figures]
        return Findings(
            tuple(Finding(f.measure, w, f.cell) for f, w in zip(found.figures, worse, strict=True))
        )

    assert settled(1, find=find, only=[4])["4b"].verdict == verdict


def test_a_ratio_that_the_untrained_network_has_too_is_not_learnt(settled):
    def find(run, assay, sign, spread):
        return findings(run.whole if isinstance(run, Intervened) else run, assay, sign, spread)

    learnt = [
        each
        for each in settled(1, spread=0.0, find=find, only=[2]).values()
        if "before training" in each.sentence
    ]
    assert len(learnt) == 2
    assert {each.verdict for each in learnt} == {"no detectable difference"}


def test_every_prediction_has_a_null_and_an_intervention_or_the_reason_for_none(settled):
    assert_told(settled(1).values())


def test_what_claims_read_is_measured_in_these_cells():
    assert assert_readable(CLAIMS, ASSAYS) == {(a, m) for a, some in MADE_UP.items() for m in some}


def test_claims_import_no_torch():
    assert not {"torch", "sklearn", "skimage"} & loaded_by("object_persistence.claims")
