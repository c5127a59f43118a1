import math

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import entropy, mannwhitneyu
from sklearn.metrics import r2_score

from graph_attention.errors import MetabolicError
from graph_attention.metrics import (
    MEASURES,
    auprc,
    auroc,
    condition_dependent,
    flux_q2,
    flux_r2,
    imbalance,
    q2,
    signed_log,
    total_variation,
)
from graph_attention.predictions import Prediction


def test_q2_against_the_own_mean_is_the_coefficient_of_determination(rng):
    truth, said = rng.normal(size=50), rng.normal(size=50)
    assert q2(truth, said, truth.mean()) == pytest.approx(r2_score(truth, said))


def test_q2_of_the_training_mean_is_zero_wherever_the_evaluated_items_lie(rng):
    truth = 5 + rng.normal(size=30)
    assert q2(truth, np.full(30, 2.0), 2.0) == pytest.approx(0.0)
    assert q2(truth, truth, 2.0) == 1.0


def test_q2_without_anything_to_explain_is_refused():
    with pytest.raises(MetabolicError, match="other than the training mean 1"):
        q2(np.ones(3), np.zeros(3), 1.0)


def test_signed_log_keeps_the_sign_and_is_undone_by_expm1(rng):
    flux = rng.normal(size=100) * 10 ** rng.uniform(-4, 3, size=100)
    scaled = signed_log(flux)
    assert np.allclose(np.sign(scaled) * np.expm1(np.abs(scaled)), flux, rtol=1e-9)


def test_flux_q2_of_a_reaction_is_that_of_its_column(rng):
    truth, said = rng.normal(size=(2, 40, 3))
    reference = rng.normal(size=3)
    by_hand = [
        q2(signed_log(truth[:, column]), signed_log(said[:, column]), reference[column])
        for column in range(3)
    ]
    assert np.allclose(flux_q2(truth, said, reference), by_hand)


def test_reactions_that_do_not_vary_have_no_q2(rng):
    truth = np.stack([np.zeros(20), np.full(20, 3.0), rng.normal(size=20)], axis=1)
    found = flux_q2(truth, truth, np.ones(3))
    assert np.isnan(found[:2]).all()
    assert found[2] == 1.0


def test_flux_r2_is_the_coefficient_of_determination_within_each_medium(rng):
    truth, said = rng.normal(size=(2, 4, 60))
    by_hand = [r2_score(signed_log(truth[row]), signed_log(said[row])) for row in range(4)]
    assert np.allclose(flux_r2(truth, said), by_hand)


def test_a_medium_without_flux_has_no_flux_r2():
    assert np.isnan(flux_r2(np.zeros((1, 5)), np.ones((1, 5)))).all()


def test_imbalance_is_zero_at_steady_state_and_one_where_nothing_is_used():
    chain = sp.csr_array(np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]]))
    flux = np.array([[2.0, 2.0, 2.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [3.0, 1.0, 1.0]])
    assert imbalance(chain, flux).tolist() == pytest.approx([0.0, 1.0, 0.0, 2 / 6])


SHARES = arrays(np.float64, 6, elements=st.floats(0.01, 1))


@given(SHARES, SHARES)
def test_total_variation_lies_between_zero_and_one_and_obeys_pinsker(first, second):
    metabolite = np.array([0, 0, 0, 4, 4, 4])
    first, second = (
        (raw.reshape(2, 3) / raw.reshape(2, 3).sum(1, keepdims=True)).reshape(1, 6) for raw in (first, second)
    )
    found = total_variation(first, second, metabolite)
    assert found.shape == (1, 2)
    assert (found >= 0).all()
    assert (found <= 1).all()
    divergence = entropy(first.reshape(2, 3), second.reshape(2, 3), axis=1)
    assert (found[0] <= np.sqrt(np.maximum(divergence, 0) / 2) + 1e-9).all()


def test_total_variation_asks_nothing_of_single_producers_nor_of_what_is_not_made():
    metabolite = np.array([0, 0, 1, 2, 2])
    truth = np.array([[1.0, 0.0, 1.0, np.nan, np.nan]])
    said = np.array([[0.25, 0.75, 1.0, 0.5, 0.5]])
    found = total_variation(truth, said, metabolite)
    assert found[0, 0] == pytest.approx(0.75)
    assert np.isnan(found[0, 1:]).all()


def test_only_metabolites_with_two_active_producers_and_a_changing_split_depend_on_conditions():
    metabolite = np.repeat(np.arange(4), 2)
    switches = [[1.0, 0.0], [0.0, 1.0]]
    constant = [[0.5, 0.5], [0.5, 0.5]]
    one_only = [[1.0, 0.0], [1.0, 0.0]]
    made_once = [[0.3, 0.7], [np.nan, np.nan]]
    media = np.concatenate([switches, constant, one_only, made_once], axis=1)
    assert condition_dependent(media, metabolite).tolist() == [True, False, False, False]


def test_auroc_is_the_mann_whitney_statistic(rng):
    positive, score = rng.random(60) < 0.4, rng.normal(size=60)
    u = mannwhitneyu(score[positive], score[~positive]).statistic
    assert auroc(positive, score) == pytest.approx(u / (positive.sum() * (~positive).sum()))


def test_shuffled_labels_have_an_auroc_of_a_half_and_an_auprc_of_their_share(rng):
    score = rng.normal(size=400)
    labels = [rng.random(400) < 0.2 for _ in range(200)]
    assert np.mean([auroc(each, score) for each in labels]) == pytest.approx(0.5, abs=0.01)
    excess = np.mean([auprc(each, score) - each.mean() for each in labels])
    assert excess == pytest.approx(0.0, abs=0.02)


def test_one_kind_alone_has_no_auroc():
    assert math.isnan(auroc(np.ones(3, dtype=bool), np.arange(3.0)))
    assert math.isnan(auprc(np.zeros(3, dtype=bool), np.arange(3.0)))


def test_chance_lies_within_the_bounds_of_every_measure():
    for measure in MEASURES:
        low, high = measure.bounds
        assert measure.chance is None or low <= measure.chance <= high


def test_a_prediction_that_is_not_finite_is_refused():
    with pytest.raises(MetabolicError, match="growth: expected finite"):
        Prediction(np.array([1.0, np.nan]), np.ones(2))


@pytest.fixture
def rng():
    return np.random.default_rng(0)
