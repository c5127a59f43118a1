import json
import math

import pytest

from analysis import AnalysisError, Estimate, Null
from analysis.claims.claim import COLUMNS, Claim, claims_html, known_level

NULL = Null(0.5, 0.45, 0.55, 0.01, 999, "shuffled labels")
ABOVE = Estimate(0.8, 0.7, 0.9, 5, how="mean")
BELOW = Estimate(0.2, 0.1, 0.3, 5)
AROUND = Estimate(0.52, 0.4, 0.64, 5)
HELPS, HURTS, NOTHING = Estimate(0.2, 0.1, 0.3, 5), Estimate(-0.2, -0.3, -0.1, 5), Estimate(0.0, -0.1, 0.1, 5)


@pytest.mark.parametrize(
    ("statistic", "expects", "verdict"),
    [
        (ABOVE, "greater", "true"),
        (BELOW, "greater", "false"),
        (AROUND, "greater", "no detectable difference"),
        (BELOW, "less", "true"),
        (ABOVE, "less", "false"),
        (BELOW, "different", "true"),
        (AROUND, "different", "no detectable difference"),
        (ABOVE, (0.6, 1.0), "true"),
        (ABOVE, (0.95, 1.0), "false"),
        (ABOVE, (0.75, 1.0), "no detectable difference"),
        (Estimate.not_estimable("one class"), "greater", "not testable"),
        (Estimate(0.9, math.nan, math.nan, 1), "greater", "not testable"),
    ],
)
def test_the_verdict_follows_from_the_numbers(statistic, expects, verdict):
    assert Claim("It helps.", statistic, NULL, HELPS, expects).verdict == verdict


@pytest.mark.parametrize(
    ("intervention", "verdict", "reason"),
    [
        (HELPS, "true", "bears it out"),
        (NOTHING, "no detectable difference", "changes nothing that is detectable"),
        (HURTS, "false", "does the opposite"),
        (Estimate.not_estimable("no model was kept"), "not testable", "no model was kept"),
    ],
)
def test_a_map_that_moves_nothing_proves_nothing(intervention, verdict, reason):
    claim = Claim("Attention finds the object.", ABOVE, NULL, intervention)
    assert (claim.verdict, claim.reason.endswith(reason)) == (verdict, True)


def test_an_interval_is_not_enough_where_p_says_otherwise():
    weak = Null(0.5, 0.2, 0.8, 0.2, 99, "permutation")
    assert Claim("It helps.", ABOVE, weak, no_intervention="a count").verdict == "no detectable difference"


@pytest.mark.parametrize(
    ("statistic", "p", "reason"),
    [
        (ABOVE, 0.2, "the interval leaves the null out, but p = 0.2"),
        (AROUND, 0.008, "p = 0.008, but the interval holds the null"),
        (AROUND, 0.6, "the statistic is not told from its null"),
    ],
)
def test_interval_and_test_must_agree_and_it_is_said_where_they_do_not(statistic, p, reason):
    claim = Claim("It helps.", statistic, known_level(0.5, 5), no_intervention="a count", p=p)
    assert (claim.verdict, claim.reason) == ("no detectable difference", reason)
    assert f"p = {p}" in claim.row()["null"]
    assert Claim.from_dict(json.loads(json.dumps(claim.to_dict()))) == claim


def test_a_control_is_a_null_whose_interval_must_not_meet():
    control = Estimate(0.6, 0.5, 0.75, 5, how="untrained network")
    assert Claim("It helps.", ABOVE, control, HELPS).verdict == "no detectable difference"
    assert Claim("It helps.", ABOVE, BELOW, HELPS).verdict == "true"


def test_the_statistics_own_null_or_chance_stands_in():
    with_null = Estimate(0.8, 0.7, 0.9, 5, null=NULL)
    assert Claim("It helps.", with_null, no_intervention="a count").null == NULL
    with_chance = Claim("It helps.", Estimate(0.8, 0.7, 0.9, 5, 0.5), no_intervention="a count")
    assert (with_chance.null.value, with_chance.verdict) == (0.5, "true")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"sentence": " "}, "needs its sentence"),
        ({"null": None}, "needs a null"),
        ({"intervention": None}, "either an intervention or no_intervention"),
        ({"no_intervention": "none was made"}, "either an intervention or no_intervention"),
        ({"expects": (2.0, 1.0)}, "from low to high"),
    ],
)
def test_a_claim_without_one_of_its_parts_cannot_be_made(parts, message):
    whole = {"sentence": "It helps.", "statistic": ABOVE, "null": NULL, "intervention": HELPS}
    with pytest.raises(AnalysisError, match=message):
        Claim(**{**whole, **parts})


@pytest.mark.parametrize(
    "claim",
    [
        Claim("It helps.", ABOVE, NULL, HELPS),
        Claim("It costs 4 %.", AROUND, BELOW, expects=(0.0, 1.0), no_intervention="a count"),
        Claim.not_testable("It scales.", "no runs of the arm; train it"),
    ],
)
def test_every_showing_has_every_part(claim):
    row = claim.row()
    assert tuple(row) == COLUMNS
    assert all(row.values())
    for shown in (str(claim), claim._repr_html_()):
        for part in (claim.sentence, claim.verdict, str(claim.null)[:20]):
            assert part in shown
    assert set(claim.to_dict()) >= {"sentence", "statistic", "null", "intervention", "verdict", "reason"}
    back = Claim.from_dict(json.loads(json.dumps(claim.to_dict(), allow_nan=False)))
    assert str(back) == str(claim)


def test_a_record_whose_verdict_was_changed_is_refused():
    record = Claim("It helps.", AROUND, NULL, HELPS).to_dict()
    with pytest.raises(AnalysisError, match="recorded true, its numbers say no detectable difference"):
        Claim.from_dict({**record, "verdict": "true"})


def test_the_table_is_escaped():
    page = claims_html([Claim.not_testable("a < b", "<b>none</b>")])
    assert "a &lt; b" in page
    assert "<b>" not in page


def test_what_is_not_testable_says_why_once_per_part():
    claim = Claim.not_testable("It scales.", "no runs of the arm; train it")
    assert claim.row()["verdict"] == "not testable: no runs of the arm; train it"


def test_the_table_writes_numbers_with_a_true_minus_and_zero_without_any():
    claim = Claim(
        "It falls.",
        Estimate(-0.2, -0.4, -0.0001, 5),
        known_level(-0.0, 5),
        expects="less",
        no_intervention="none",
    )
    page = claims_html([claim])
    assert "−0.200 [−0.400, 0.000]" in page
    assert "-0" not in page
