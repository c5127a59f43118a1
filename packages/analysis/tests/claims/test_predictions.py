import numpy as np
import pytest
from scipy import stats

from analysis import ArrivesEarlier, Differs, Exceeds, ExceedsControl, Grows, Measured

NAN = float("nan")
SCORE = Measured("behaviour", "score")
FIRST, SECOND = (Measured("behaviour", "score", {"split": f"test/{n}"}) for n in (0, 1))
BASE = [0.50, 0.52, 0.49, 0.51, 0.53]
HIGH = [0.70, 0.73, 0.68, 0.74, 0.71]
LIKE = [0.51, 0.50, 0.50, 0.53, 0.52]


def differs(**changed):
    parts = {
        "sentence": "It helps.",
        "arms": ("ours", "base"),
        "quantity": SCORE,
        "no_intervention": "a count",
    }
    return Differs(**{**parts, **changed})


@pytest.mark.parametrize(
    ("ours", "expects", "verdict"),
    [
        (HIGH, "greater", "true"),
        (HIGH, "less", "false"),
        (LIKE, "greater", "no detectable difference"),
        (HIGH, (0.15, 0.25), "true"),
        (HIGH, (0.05, 0.10), "false"),
        (HIGH, (0.20, 0.40), "no detectable difference"),
    ],
)
def test_a_difference_from_the_baseline_is_a_paired_t(planted_archive, ours, expects, verdict):
    claim = differs(expects=expects).claim(planted_archive({"ours": ours, "base": BASE}))
    test = stats.ttest_rel(ours, BASE)
    assert claim.verdict == verdict
    assert claim.statistic.low == pytest.approx(test.confidence_interval().low)
    assert claim.p is None if isinstance(expects, tuple) else claim.p == pytest.approx(test.pvalue)
    assert "0 (no difference from base, 0.510 on average; paired t)" in claim.row()["null"]


def test_other_seeds_are_compared_by_welch_and_it_is_said(planted_archive):
    claim = differs().claim(planted_archive({"ours": [*HIGH, 0.7], "base": BASE}))
    assert claim.p == pytest.approx(stats.ttest_ind([*HIGH, 0.7], BASE, equal_var=False).pvalue)
    assert "Welch t" in claim.row()["null"]


@pytest.mark.parametrize(
    ("arms", "why"),
    [
        ({"ours": HIGH}, "needs 5 seeds of base"),
        ({"ours": HIGH[:3], "base": BASE}, r"needs 5 seeds of ours \(there are 3\)"),
        ({}, "needs 5 seeds of ours and 5 seeds of base"),
        (
            {"ours": [NAN, *HIGH[1:]], "base": BASE},
            "behaviour could be estimated in 4 networks of ours, 5 are",
        ),
    ],
)
def test_fewer_than_five_networks_settle_nothing(planted_archive, arms, why):
    claim = differs().claim(planted_archive(arms))
    assert claim.verdict == "not testable"
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(claim.reason)


@pytest.mark.parametrize(
    ("facts", "why"),
    [({"data_hash": "two"}, "different data"), ({"budget": 9}, "ours: trained on 9 samples, base on 1,000")],
)
def test_arms_of_other_data_or_budget_settle_nothing(planted_archive, facts, why):
    claim = differs().claim(planted_archive({"ours": HIGH, "base": BASE}, facts={"ours": facts}))
    assert claim.verdict == "not testable"
    assert why in claim.reason


def test_cells_that_do_not_count_are_named_with_the_statistic(planted_archive):
    networks = [(value, value) for value in HIGH[1:]] + [(HIGH[0], NAN)]
    claim = differs().claim(planted_archive({"ours": networks, "base": [(v, v) for v in BASE]}))
    assert "1 cells left out, not estimable in every network: split test/1" in claim.statistic.how


@pytest.mark.parametrize(
    ("changes", "verdict"), [(0.1, "true"), (-0.1, "false"), (0.0, "no detectable difference")]
)
def test_the_intervention_is_that_of_the_arm_and_must_bear_the_difference_out(
    planted_archive, changes, verdict
):
    jitter = 0.01 * np.array([1, -1, 2, -2, 0.5])
    archive = planted_archive(
        {"ours": list(zip(HIGH, changes + jitter, strict=True)), "base": [(v, NAN) for v in BASE]}
    )
    claim = differs(quantity=FIRST, intervention=SECOND, no_intervention="").claim(archive)
    assert (claim.verdict, claim.intervention.n) == (verdict, 5)


def test_a_share_more_than_the_baseline_lies_within_its_range(planted_archive):
    ours = [
        1.25 * value * (1 + wobble) for value, wobble in zip(BASE, (0.01, -0.01, 0.02, -0.02, 0), strict=True)
    ]
    archive = planted_archive({"ours": ours, "base": BASE})
    parts = {"sentence": "It costs a quarter.", "arms": ("ours", "base"), "quantity": SCORE}
    claim = Grows(**parts, expects=(0.2, 0.3), no_intervention="a count").claim(archive)
    assert claim.statistic.value == pytest.approx(0.25)
    assert claim.verdict == "true"
    assert Grows(**parts, expects=(0.01, 0.05), no_intervention="a count").claim(archive).verdict == "false"


def test_a_count_that_all_networks_share_has_an_interval_of_no_width(planted_archive):
    archive = planted_archive({"ours": [104.0] * 5, "base": [100.0] * 5})
    claim = Grows(
        sentence="+4 %.",
        arms=("ours", "base"),
        quantity=SCORE,
        expects=(0.035, 0.045),
        no_intervention="a count",
    ).claim(archive)
    assert (claim.statistic.low, claim.statistic.high) == pytest.approx((0.04, 0.04))
    assert claim.verdict == "true"


def test_one_arm_is_held_against_a_level_by_the_t_test_of_one_sample(planted_archive):
    claim = Exceeds(
        sentence="Above chance.", arms=("ours",), quantity=SCORE, level=0.5, no_intervention="none"
    ).claim(planted_archive({"ours": HIGH}))
    assert claim.p == pytest.approx(stats.ttest_1samp(HIGH, 0.5).pvalue)
    assert (claim.verdict, claim.null.value) == ("true", 0.5)


@pytest.mark.parametrize(
    ("control", "verdict"), [(BASE, "true"), ([v + 0.2 for v in LIKE], "no detectable difference")]
)
def test_a_control_is_told_apart_where_the_intervals_do_not_meet(planted_archive, control, verdict):
    archive = planted_archive({"ours": list(zip(HIGH, control, strict=True))})
    claim = ExceedsControl(
        sentence="It follows the task.",
        arms=("ours",),
        quantity=FIRST,
        control=SECOND,
        meaning="the task of another sequence",
        no_intervention="the control is one",
    ).claim(archive)
    assert claim.verdict == verdict
    assert "the task of another sequence" in claim.row()["null"]


def curve(arrives, until=10):
    return [0.95 if epoch >= arrives else 0.6 for epoch in range(1, until + 1)]


def earlier():
    return ArrivesEarlier(
        sentence="It is faster.",
        arms=("ours", "base"),
        metric="accuracy",
        criterion=0.9,
        no_intervention="history",
    )


@pytest.mark.parametrize(
    ("ours", "base", "verdict"),
    [
        ((2, 3, 2, 3, 2), (99, 99, 8, 99, 9), "true"),
        ((99, 99, 8, 99, 9), (2, 3, 2, 3, 2), "false"),
        ((2, 5, 9, 4, 99), (3, 5, 8, 4, 99), "no detectable difference"),
        ((99,) * 5, (99,) * 5, "not testable"),
    ],
)
def test_networks_that_never_arrive_count_as_late(planted_archive, ours, base, verdict):
    arms = {"ours": ours, "base": base}
    archive = planted_archive(arms, curves={arm: [curve(at) for at in each] for arm, each in arms.items()})
    claim = earlier().claim(archive)
    assert claim.verdict == verdict
    if verdict == "true":
        assert "5 of 5 against 2 of 5" in claim.row()["null"]
        assert claim.statistic.value == pytest.approx(np.mean([1000, 1000, 800, 1000, 900]) - 240)
