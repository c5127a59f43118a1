"""The claims are settled on made-up findings in which all of them hold, none does, or nothing can be told."""

from itertools import product

import numpy as np
import pytest

from analysis import Estimate, Finding, Findings, settle
from analysis.testing import (
    assert_numbered,
    assert_open,
    assert_readable,
    assert_told,
    assert_verdicts,
    loaded_by,
    made_up,
)
from graph_attention.assays import ASSAYS
from graph_attention.claims import CLAIMS
from graph_attention.claims.growth import CLAIMED

NAN = float("nan")
FULL = ("projection", "unsupervised_split", "flux_split")
ARMS = (*FULL, "no_pathway", "no_stoichiometry", "no_node_kinds", "one_head")
SPREAD = (1, -1, 2, -2, 0)
"""Deviations of five networks that cancel: an arm's differ from another's by their order."""
NODES = 80
IMPORTANCE = np.random.default_rng(0).random(NODES)
PAIR = "glucose and acetate"
SCORES = ("inflow", "split", "untrained", "centrality")
COMPARED = ("attention", "comparator", "comparator_closed", "without_attention", "own_flux")
WEAK = ("untrained", "without_attention", "own_flux")
"""What claims hold better scores against."""
MADE_UP = {
    "performance": {
        name: [{"split": "test/nutrient"}, {"split": "test/medium"}]
        for name in ("growth_q2", "flux_r2", "split_tv_dependent")
    },
    "scaling": {"time_exponent": [{}], "memory_exponent": [{}]},
    "agreement": {
        "excess_spearman": [
            {"truth": truth, "score": score, "split": split}
            for truth in ("flux", "shadow_price", "reaction_deletion")
            for score in SCORES
            for split in ("test/medium", "test/nutrient")
        ],
        "spearman": [{"truth": "flux", "score": "inflow", "split": "test/medium"}],
    },
    "essential": {
        "essential_excess": [
            {"kind": kind, "score": score} for kind in ("reaction", "metabolite") for score in SCORES
        ]
    },
    "contrasts": {"contrast_excess": [{"pair": PAIR, "score": score} for score in SCORES]},
    "comparison": {"comparison_excess": [{"score": score, "split": "test/nutrient"} for score in COMPARED]},
    "faithfulness": {
        "deletion_effect": [
            {"output": o, "share": s} for o, s in product(("flux", "growth", "split"), (0.25, 0.5))
        ]
    },
    "named_growth": {
        "fba_growth": [
            {"condition": condition, "uptake": uptake}
            for condition in CLAIMED
            for uptake in ("claimed", "per mole", "per carbon")
        ]
    },
}


def centre(sign, arm, measure, cell):
    """The mean over networks; `sign` is 1 where the claims hold, −1 where the opposite does, 0 where nothing does."""
    full = arm in FULL
    if measure == "split_tv_dependent":
        return 0.3 - sign * 0.1 * full
    if measure in ("growth_q2", "flux_r2"):
        return 0.7 + sign * 0.1 * full
    if measure.endswith("exponent"):
        return {1: 1.0, 0: 1.1, -1: 2.0}[sign]
    if measure == "deletion_effect":
        return 0.1
    if measure == "fba_growth":
        claimed = CLAIMED[cell["condition"]]
        return {1: claimed, 0: 0.5, -1: 2 - claimed}[sign]
    if cell["score"] == "comparator_closed":
        return sign * 0.2 - 0.1
    return sign * (0.05 if cell["score"] in WEAK else 0.2)


def findings(run, assay, sign, spread):
    order = ARMS.index(run.arm)
    deviation = spread * SPREAD[(run.seed + order) % 5]

    def value(measure, cell):
        fixed = measure == "deletion_effect" and spread < 0.1
        return centre(sign, run.arm, measure, cell) + deviation * (not fixed)

    figures = tuple(
        Finding(measure, Estimate(value(measure, cell), NAN, NAN, 9), cell)
        for measure, grid in MADE_UP[assay].items()
        for cell in grid
    )
    noise = np.random.default_rng([run.seed, order]).random(NODES)
    profile = {1: IMPORTANCE + 0.1 * noise, 0: noise, -1: noise}[sign]
    arrays = {"profile/inflow": profile, "strata": np.arange(NODES) // 10} if assay == "agreement" else {}
    return Findings(figures, arrays)


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """Gives `settled(sign, spread, seeds)`: claims by label."""

    def verdicts(sign, spread=0.001, seeds=5, arms=ARMS):
        archive = made_up(
            tmp_path_factory.mktemp("runs"),
            arms,
            lambda run, assay: findings(run, assay, sign, spread),
            seeds=seeds,
        )
        return {each.label: each.claim for each in settle(CLAIMS, archive)}

    return verdicts


def test_the_nine_claims_are_numbered_and_say_how_they_are_tested():
    assert_numbered(CLAIMS, 9, ARMS)


def test_where_everything_was_planted_every_claim_is_true(settled):
    assert_verdicts(settled(1), "true")


def test_where_the_opposite_was_planted_no_claim_is_true(settled):
    found = settled(-1)
    undecided = {label: each for label, each in found.items() if each.verdict != "false"}
    assert {each.verdict for each in undecided.values()} <= {"no detectable difference"}
    assert all("networks of other seeds" in each.sentence for each in undecided.values())


def test_where_networks_differ_and_arms_do_not_nothing_is_detected(settled):
    assert_verdicts(settled(0, spread=0.3), "no detectable difference")


def test_an_arm_that_is_missing_leaves_its_own_predictions_open_only(settled):
    found = settled(1, arms=tuple(arm for arm in ARMS if arm != "one_head"))
    missing = {label: each.reason for label, each in found.items() if each.verdict == "not testable"}
    assert missing == dict.fromkeys(("6a", "6b", "6c"), "needs 5 seeds of one_head")


def test_four_networks_settle_nothing(settled):
    assert_open(settled(1, seeds=4).values())


def test_attention_whose_edges_do_not_matter_is_not_said_to_follow_flux(tmp_path):
    def find(run, assay):
        found = findings(run, assay, 1, 0.001)
        if assay != "faithfulness":
            return found
        nothing = Estimate(0.001 * SPREAD[run.seed], NAN, NAN, 9)
        return Findings(tuple(Finding(each.measure, nothing, each.cell) for each in found.figures))

    flux = next(each for each in CLAIMS if each.number == 8)
    claim = flux.predictions[0].claim(made_up(tmp_path, ["projection"], find))
    assert claim.verdict == "no detectable difference"
    assert "the intervention changes nothing" in claim.reason


def test_every_prediction_has_a_null_and_an_intervention_or_the_reason_for_none(settled):
    assert_told(settled(1).values())


def test_what_claims_read_is_measured_in_these_cells():
    assert assert_readable(CLAIMS, ASSAYS) == {(a, m) for a, some in MADE_UP.items() for m in some}


def test_claims_import_no_torch():
    assert "torch" not in loaded_by("graph_attention.claims")
