import json
import math
from dataclasses import replace

import pytest
from statsmodels.stats.multitest import multipletests

from analysis import AnalysisError, Differs, Hypothesis, Measured, Under, settle
from analysis.claims.hypotheses import document, needed
from analysis.claims.quantities import Source

SCORE = Measured("behaviour", "score")
BASE = [0.50, 0.52, 0.49, 0.51, 0.53]
HIGH = [0.70, 0.73, 0.68, 0.74, 0.71]
LIKE = [0.53, 0.50, 0.50, 0.53, 0.52]


def differs(arm, expects="greater"):
    return Differs(
        sentence=f"{arm} is better.",
        arms=(arm, "base"),
        quantity=SCORE,
        expects=expects,
        no_intervention="none was made",
    )


BOTH = Hypothesis(1, "Attention helps.", "paired t", (differs("high"), differs("like")))
MISSING = Hypothesis(2, "Wings help.", "paired t", (differs("winged"),))
RANGE = Hypothesis(3, "By a fifth.", "range", (differs("high", (0.1, 0.3)),))


@pytest.fixture
def archive(planted_archive):
    return planted_archive({"high": HIGH, "like": LIKE, "base": BASE})


def test_every_prediction_is_settled_with_its_label(archive):
    settled = settle((BOTH, MISSING, RANGE), archive)
    assert {each.label: each.claim.verdict for each in settled} == {
        "1a": "true",
        "1b": "no detectable difference",
        "2": "not testable",
        "3": "true",
    }


def test_p_is_corrected_over_the_family_and_nothing_else_is_counted(archive):
    settled = settle((BOTH, MISSING, RANGE), archive)
    known = [each.claim.p for each in settled[:2]]
    assert [each.p_corrected for each in settled[:2]] == pytest.approx(multipletests(known, method="holm")[1])
    assert all(math.isnan(each.p_corrected) for each in settled[2:])


def test_only_arms_with_enough_networks_are_measured(archive):
    assert BOTH.arms == ("high", "base", "like")
    assert needed((BOTH, MISSING), archive) == dict.fromkeys(BOTH.arms, (Source("behaviour"),))


def test_only_the_first_arm_is_intervened_with(archive):
    changed = replace(differs("high"), intervention=SCORE - Under("uniform", SCORE), no_intervention="")
    asked = needed((Hypothesis(1, "It helps.", "paired t", (changed,)),), archive)
    assert asked == {
        "high": (Source("behaviour"), Source("behaviour", "uniform")),
        "base": (Source("behaviour"),),
    }


def test_the_document_is_plain_and_tells_everything(archive):
    told = document(settle((BOTH, MISSING), archive))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert [each["number"] for each in told] == [1, 2]
    assert {"statistic", "null", "intervention", "verdict", "p_corrected"} <= set(told[0]["parts"][0])
    assert told[1]["parts"][0]["reason"] == "needs 5 seeds of winged"


def test_a_hypothesis_without_a_prediction_cannot_be_made():
    with pytest.raises(AnalysisError, match="claim 4 needs 1 to 26 predictions, got 0"):
        Hypothesis(4, "Nothing.", "none", ())
