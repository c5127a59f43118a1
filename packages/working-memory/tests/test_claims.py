"""The claims are settled on made-up findings in which all of them hold, none does, or nothing can be told."""

import json
from itertools import product

import pytest

from analysis import Estimate, Finding, Findings, settle
from analysis.testing import assert_open, assert_readable, assert_told, loaded_by, made_up
from working_memory.assays import ASSAYS
from working_memory.claims import CLAIMS

NAN = float("nan")
ARMS = ("mtmf", "attention_mtmf", "gated_mtmf")
FEATURES = ("location", "identity", "category")
SPLITS = ("test/familiar", "test/novel_view", "test/novel_identity")
SPREAD = (1, -1, 2, -2, 0)
"""Deviations of five networks that cancel: an arm's differ from another's by their order."""
EARLY, LATE, MIXED = (2, 3, 2, 3, 2), (8, 9, 99, 99, 8), (4, 9, 2, 3, 8)
ARRIVALS = {1: (LATE, EARLY), -1: (EARLY, LATE), 0: (MIXED, MIXED)}
"""Epochs at which the baseline and the others reach 90 %."""

EFFECTS = {
    "memory_accuracy": (0.5, -0.1),
    "orthogonalization_index": (0.6, 0.1),
    "orthogonalization": (0.3, 0.1),
    "class_cosine": (0.2, -0.1),
    "procrustes_disparity": (0.5, -0.1),
    "reconstruction_accuracy": (0.5, 0.1),
    "mass_failed_minus_correct": (0.0, -0.2),
    "entropy_failed_minus_correct": (0.0, 0.2),
    "entropy_correctness": (0.0, -0.2),
    "parameters": (100.0, 4.0),
    "cpu_seconds_per_step": (1.0, 0.25),
    "peak_bytes": (1e9, 5e8),
}
"""What a measure is without attention, and what attention adds where the claims hold."""
COSTS = ("parameters", "cpu_seconds_per_step", "peak_bytes")


def cells(**levels):
    return [dict(zip(levels, chosen, strict=True)) for chosen in product(*levels.values())]


PROPERTIES = {"property": FEATURES}
MAPS = {"feature": FEATURES, "split": SPLITS}
MADE_UP = {
    "behaviour": {"accuracy": cells(split=SPLITS, feature=FEATURES, n=(1, 2, 3))},
    "costs": {name: [{}] for name in COSTS},
    "decoding": {
        "decoding_accuracy": cells(layer=("cnn", "rnn"), relevance=("relevant", "irrelevant"), **PROPERTIES)
    },
    "memory": {
        "memory_accuracy": cells(relevance=("relevant", "irrelevant"), age=(0, 1, 2, 3), **PROPERTIES)
    },
    "geometry": {
        name: cells(layer=("cnn", "rnn"), **PROPERTIES)
        for name in ("orthogonalization_index", "orthogonalization", "class_cosine")
    },
    "rotation": {name: cells(**PROPERTIES) for name in ("procrustes_disparity", "reconstruction_accuracy")},
    "swap": {"swap_advantage": cells(**PROPERTIES)},
    "attention": {
        **{
            name: cells(control=("trained", "untrained", "shuffled_task"), **MAPS)
            for name in ("attention_entropy", "object_mass_ratio")
        },
        **{
            name: cells(**MAPS)
            for name in (
                "uniform_loss",
                "mass_failed_minus_correct",
                "entropy_failed_minus_correct",
                "entropy_correctness",
            )
        },
    },
    "faithfulness": {"deletion_effect": cells(share=(0.1, 0.5))},
}


def centre(sign, attends, under, measure, cell):
    """The mean over networks; `sign` is 1 where the claims hold, −1 where the opposite does, 0 where nothing does."""
    own = cell.get("control") == "trained"
    if measure == "accuracy":
        gain = 0.06 if cell["split"] == "test/familiar" else 0.08
        return 0.7 + sign * gain * attends - 0.2 * bool(under)
    if measure == "decoding_accuracy":
        return 0.5 - sign * 0.1 * (attends and not under)
    if measure == "swap_advantage":
        return sign * 0.2 - 0.2 * (sign < 0 and attends)
    if measure == "attention_entropy":
        return 0.6 + own * sign * {"location": -0.2, "identity": 0.0, "category": 0.2}[cell["feature"]]
    if measure == "object_mass_ratio":
        return 1.0 + 0.5 * sign * own
    if measure == "uniform_loss":
        return {"location": 0.3, "identity": 0.3, "category": 0.05}[cell["feature"]]
    if measure == "deletion_effect":
        return 0.1
    base, effect = EFFECTS[measure]
    held = 1 if measure in COSTS and sign == 0 else sign
    return base + held * effect * attends * (3 if measure in COSTS and sign < 0 else 1)


def findings(run, assay, sign, spread):
    under = run.path.name if run.path.parent.name == "interventions" else ""
    order = ARMS.index(run.arm)
    deviation = spread * SPREAD[(run.seed + order) % 5]

    def value(measure, cell):
        middle = centre(sign, run.arm != "mtmf", under, measure, cell)
        return middle + deviation * max(EFFECTS.get(measure, (1.0,))[0], 1.0) * (not under)

    return Findings(
        tuple(
            Finding(measure, Estimate(value(measure, cell), NAN, NAN, 9), cell)
            for measure, grid in MADE_UP[assay].items()
            for cell in grid
        )
    )


def curve(arrives):
    records = (
        {"kind": "epoch", "step": 36 * epoch, "accuracy": 0.95 if epoch >= arrives else 0.6}
        for epoch in range(1, 11)
    )
    return "".join(json.dumps(each) + "\n" for each in records)


@pytest.fixture
def settled(tmp_path):
    """Gives `settled(sign, spread, seeds)`: verdict and reason of every prediction, by label."""

    def verdicts(sign, spread=0.001, seeds=5, arms=ARMS):
        archive = made_up(
            tmp_path / f"{sign}",
            arms,
            lambda run, assay: findings(run, assay, sign, spread),
            seeds=seeds,
            records=lambda run: curve(ARRIVALS[sign][run.arm != "mtmf"][run.seed]),
        )
        return {each.label: each.claim for each in settle(CLAIMS, archive)}

    return verdicts


def test_the_twelve_claims_are_numbered_and_say_how_they_are_tested():
    assert [each.number for each in CLAIMS] == list(range(1, 13))
    assert all(each.sentence and len(each.test) > 40 for each in CLAIMS)
    assert {arm for each in CLAIMS for arm in each.arms} == set(ARMS)


def test_where_everything_was_planted_every_claim_is_true(settled):
    assert {label: each.verdict for label, each in settled(1).items() if each.verdict != "true"} == {}


def test_where_the_opposite_was_planted_no_claim_is_true(settled):
    found = settled(-1)
    undecided = {label: each.verdict for label, each in found.items() if each.verdict != "false"}
    # that entropy and correctness go together is said of either direction
    assert undecided == {"11c": "true"}


def test_where_networks_differ_and_arms_do_not_nothing_is_detected(settled):
    found = settled(0, spread=0.3)
    assert {each.verdict for each in found.values()} == {"no detectable difference"}


def test_an_arm_that_is_missing_leaves_its_own_predictions_open_only(settled):
    found = settled(1, arms=("mtmf", "attention_mtmf"))
    gates = [each for each in found.values() if each.verdict == "not testable"]
    assert {each.reason for each in gates} == {"needs 5 seeds of gated_mtmf"}
    assert all("gates" in each.sentence for each in gates)
    assert found["2a"].verdict == "true"


def test_four_networks_settle_nothing(settled):
    assert_open(settled(1, seeds=4).values())


def test_what_is_said_of_gates_and_of_memory_is_what_was_done(settled):
    told = {each.number: each.test for each in CLAIMS}
    assert "the most that the process held" in told[12]
    assert "libraries and features included" in told[12]
    for claim in settled(1).values():
        named = f"{claim.sentence} {claim.no_intervention}"
        assert "uniform attention" not in named or "(even gates)" in named


def test_every_prediction_has_a_null_and_an_intervention_or_the_reason_for_none(settled):
    assert_told(settled(1).values())


def test_what_claims_read_is_measured_in_these_cells():
    assert assert_readable(CLAIMS, ASSAYS) == {(a, m) for a, some in MADE_UP.items() for m in some}


def test_claims_import_no_torch():
    assert "torch" not in loaded_by("working_memory.claims")
