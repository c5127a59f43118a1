import json
import math

import numpy as np
import pytest

from analysis import AnalysisError, Difference, Estimate
from analysis.estimates import Null, null_of

DRAWS = np.arange(1.0, 100.0)
NULL = Null(0.25, 0.2, 0.3, 0.01, 999, "shuffled labels")


def test_an_estimate_names_its_null():
    found = Estimate(0.9, 0.8, 1.0, 5, 0.25, "mean", NULL)
    assert str(found) == (
        "0.900 [0.800, 1.000], n = 5, chance 0.25, null 0.250 [0.200, 0.300], p = 0.01 (shuffled labels)"
    )


def test_what_is_not_estimable_says_why():
    found = Estimate.not_estimable("two classes have no simplex", n=3)
    assert str(found) == "not estimable: two classes have no simplex"
    assert found.to_dict()["value"] is None
    assert found.n == 3


@pytest.mark.parametrize(
    "estimate",
    [Estimate(0.9, 0.8, 1.0, 5, 0.25, "mean", NULL), Estimate(0.9, math.nan, math.nan, 1)],
)
def test_an_estimate_survives_json(estimate):
    back = Estimate.from_dict(json.loads(json.dumps(estimate.to_dict(), allow_nan=False)))
    assert str(back) == str(estimate)
    assert back.to_dict() == estimate.to_dict()


def test_a_record_from_before_there_were_nulls_is_read():
    record = {"value": 0.9, "low": None, "high": None, "n": 1, "chance": None, "how": ""}
    assert str(Estimate.from_dict(record)) == "0.900 no interval, n = 1"


def test_a_notebook_shows_the_line_and_how_it_came_about():
    found = Estimate(0.9, 0.8, 1.0, 5, how='"t" <over> seeds')
    assert found._repr_html_() == (
        '<span title="&quot;t&quot; &lt;over&gt; seeds">0.900 [0.800, 1.000], n = 5</span>'
    )
    assert "paired t p = 0.01" in Difference(found, 0.01, 1.0, 5, "paired t", "g")._repr_html_()


@pytest.mark.parametrize(
    ("observed", "alternative", "p"),
    [
        (98.0, "greater", (1 + 2) / 100),  # 98 and 99 are as large
        (98.0, "less", (1 + 98) / 100),
        (98.0, "two-sided", 2 * (1 + 2) / 100),
        (1000.0, "greater", 1 / 100),
        (50.0, "two-sided", 1.0),
    ],
)
def test_p_counts_the_observed_among_the_draws(observed, alternative, p):
    assert null_of(observed, DRAWS, "count", alternative=alternative).p == pytest.approx(p)


def test_all_arrangements_need_no_correction():
    assert null_of(99.0, DRAWS, "all", alternative="greater", exact=True).p == pytest.approx(1 / 99)


def test_equal_up_to_rounding_counts_as_equal():
    assert null_of(0.3, np.full(9, 0.1 * 3), "same", alternative="greater").p == 1.0
    assert null_of(0.3, np.full(9, 0.3 - 1e-17), "same", alternative="greater").p == 1.0


def test_the_null_is_described_by_its_draws():
    null = null_of(0.0, DRAWS, "count")
    assert (null.value, null.draws, null.how) == (50.0, 99, "count")
    assert (null.low, null.high) == pytest.approx((3.45, 96.55))


@pytest.mark.parametrize(
    ("observed", "draws", "alternative", "message"),
    [
        (0.0, np.array([]), "less", "finite draws"),
        (np.nan, DRAWS, "less", "finite statistic"),
        (0.0, np.array([np.nan]), "less", "finite draws"),
        (0.0, DRAWS, "both", "alternative: expected one of greater, less, two-sided, got .both."),
    ],
)
def test_no_null_is_made_of_bad_numbers(observed, draws, alternative, message):
    with pytest.raises(AnalysisError, match=message):
        null_of(observed, draws, "", alternative=alternative)


def test_an_interval_is_cut_to_what_the_figure_can_be_and_says_so():
    cut = Estimate(0.9, 0.7, 1.1, 5, 0.5, "t interval").within(0.0, 1.0)
    assert (cut.low, cut.high, cut.how) == (0.7, 1.0, "t interval, cut to [0, 1]")
    whole = Estimate(0.9, 0.8, 1.0, 5)
    assert whole.within(0.0, 1.0) is whole
    assert math.isnan(Estimate(0.9, math.nan, math.nan, 1).within(0.0, 1.0).low)


def test_no_zero_has_a_minus():
    assert str(Estimate(-0.0001, -0.0002, 0.1, 5)) == "0.000 [0.000, 0.100], n = 5"
