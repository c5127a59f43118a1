import pytest

from analysis import AnalysisError, Estimate, Measured
from analysis.claims.networks import effect, enough, gap_of, noted
from analysis.claims.quantities import Known

SCORE = Measured("behaviour", "score")


def test_values_come_in_the_order_of_seeds_and_five_are_needed():
    known = Known({"ours": {4: 0.4, 0: 0.0, 3: 0.3, 1: 0.1, 2: 0.2}, "few": {0: 0.1, 1: 0.2}})
    assert list(enough(known, "ours", SCORE).items()) == [(seed, seed / 10) for seed in range(5)]
    with pytest.raises(
        AnalysisError, match="behaviour could be estimated in 2 networks of few, 5 are needed"
    ):
        enough(known, "few", SCORE)


def test_networks_of_other_seeds_do_not_pair():
    values = dict(enumerate([0.1, 0.2, 0.4, 0.3, 0.6]))
    assert gap_of(values, {seed: value / 2 for seed, value in values.items()}).test == "paired t"
    assert gap_of(values, {seed + 1: value / 2 for seed, value in values.items()}).test == "Welch t"


def test_an_estimate_says_which_cells_did_not_count():
    found = Estimate(0.5, 0.4, 0.6, 5, how="mean")
    assert noted(found, Known({})) == found
    assert noted(found, Known({}, ("n 1", "n 2"))).how.endswith("in every network: n 1, n 2")


def test_an_effect_is_held_against_none(planted_archive):
    found = effect(SCORE, planted_archive({"ours": [0.1, 0.2, 0.1, 0.3, 0.2]}), "ours")
    assert (found.n, found.chance) == (5, 0.0)
    assert found.value == pytest.approx(0.18)
