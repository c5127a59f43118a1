from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

from graph_attention.baselines import BASELINES, make_baseline
from graph_attention.baselines.inputs import inputs_of
from graph_attention.errors import MetabolicError
from graph_attention.metrics import auroc, per_metabolite, q2, signed_log

QUICK = {
    "mean": {},
    "ridge": {},
    "gradient_boosting": {"trees": 40},
    "gaussian_process": {},
    "knn": {},
    "random_forest": {"trees": 20},
    "mlp": {"width": 16},
}
"""Every baseline that learns, made small."""


def quick(name):
    return make_baseline(name, **QUICK[name])


def relabelled(labelled, growth, flux=None):
    """The same media with other labels."""
    flux = labelled.flux if flux is None else flux
    return replace(labelled, labels=replace(labelled.labels, growth=growth, flux=flux))


def growth_alone(labelled, growth):
    """Media of which growth alone is known, as of a table of measurements."""
    return SimpleNamespace(graph=labelled.graph, media=labelled.media, growth=growth, flux=None)


def standardised(labelled, learned, asked, which):
    inputs = [inputs_of(labelled.media, rows, which) for rows in (learned, asked)]
    varies = inputs[0].std(0) > 0
    scaler = StandardScaler().fit(inputs[0][:, varies])
    return [scaler.transform(each[:, varies]) for each in inputs]


def test_every_baseline_that_learns_is_tested():
    assert set(QUICK) == set(BASELINES) - {"fba"}


@pytest.mark.parametrize("name", QUICK)
def test_a_prediction_keeps_what_it_promises(name, labelled, parts):
    asked = parts["test/nutrient"]
    baseline = quick(name).fit(labelled, parts["train"])
    prediction = baseline.predict(labelled, asked)
    assert set(prediction.parts) == {*baseline.says, "grow_probability"}
    assert (prediction.growth >= 0).all()
    assert ((prediction.grow_probability >= 0) & (prediction.grow_probability <= 1)).all()
    if "flux" in baseline.says:
        edges, _ = labelled.splits()
        assert prediction.flux.shape == (len(asked), len(labelled.graph.reactions))
        assert (prediction.producers >= 0).all()
        assert np.allclose(per_metabolite(prediction.producers, edges.metabolite), 1)


@pytest.mark.parametrize("name", QUICK)
def test_only_the_given_rows_are_learned_from_and_the_same_seed_gives_the_same_bytes(name, labelled, parts):
    learned, asked = parts["train"], parts["test/medium"]
    growth, flux = labelled.growth.copy(), labelled.flux.copy()
    others = np.setdiff1d(np.arange(len(growth)), learned)
    growth[others], flux[others] = 7.0, 7.0
    spoiled = relabelled(labelled, growth, flux)
    first = quick(name).fit(labelled, learned, seed=3).predict(labelled, asked)
    second = quick(name).fit(spoiled, learned, seed=3).predict(spoiled, asked)
    for part, values in first.parts.items():
        assert values.tobytes() == second.parts[part].tobytes()


@pytest.mark.parametrize("name", ["ridge", "gradient_boosting", "gaussian_process", "random_forest"])
def test_growth_that_the_carbon_offered_decides_is_predicted_on_nutrients_never_seen(name, labelled, parts):
    planted = growth_alone(labelled, 0.05 + 0.01 * labelled.media.composition[:, 0])
    asked = parts["test/nutrient"]
    predicted = quick(name).fit(planted, parts["train"]).predict(planted, asked).growth
    assert q2(planted.growth[asked], predicted, planted.growth[parts["train"]].mean()) > 0.8


@pytest.mark.parametrize("name", ["ridge", "gradient_boosting", "gaussian_process", "knn", "random_forest"])
def test_growth_in_random_order_is_not_predicted(name, labelled, parts):
    rng = np.random.default_rng(0)
    asked, scores = parts["test/nutrient"], []
    for _ in range(4):
        shuffled = growth_alone(labelled, rng.permutation(labelled.growth))
        predicted = quick(name).fit(shuffled, parts["train"]).predict(shuffled, asked)
        scores.append(auroc(shuffled.growth[asked] > np.median(shuffled.growth), predicted.growth))
    assert np.mean(scores) == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize(
    ("name", "which", "estimator"),
    [("ridge", "both", Ridge(1.0)), ("knn", "composition", KNeighborsRegressor(5, weights="distance"))],
)
def test_growth_and_fluxes_are_those_of_the_estimator_by_hand(name, which, estimator, labelled, parts):
    learned, asked = parts["train"], parts["test/medium"]
    known, new = standardised(labelled, learned, asked, which)
    prediction = quick(name).fit(labelled, learned).predict(labelled, asked)
    growth = estimator.fit(known, labelled.growth[learned]).predict(new)
    assert np.allclose(prediction.growth, np.maximum(growth, 0))
    flux = estimator.fit(known, signed_log(labelled.flux[learned])).predict(new)
    assert np.allclose(signed_log(prediction.flux), flux, atol=1e-5)


def test_gradient_boosting_is_scikit_learns(labelled, parts):
    learned, asked = parts["train"], parts["test/medium"]
    known, new = (inputs_of(labelled.media, rows, "both") for rows in (learned, asked))
    by_hand = HistGradientBoostingRegressor(
        max_iter=40, min_samples_leaf=5, learning_rate=0.05, random_state=0, early_stopping=False
    )
    growth = by_hand.fit(known, labelled.growth[learned]).predict(new)
    assert np.allclose(
        quick("gradient_boosting").fit(labelled, learned).predict(labelled, asked).growth,
        np.maximum(growth, 0),
    )


def test_the_mean_has_a_q2_of_zero_and_the_training_means_of_fluxes(labelled, parts):
    learned, asked = parts["train"], parts["test/nutrient"]
    prediction = quick("mean").fit(labelled, learned).predict(labelled, asked)
    reference = labelled.growth[learned].mean()
    assert q2(labelled.growth[asked], prediction.growth, reference) == pytest.approx(0.0)
    assert np.allclose(signed_log(prediction.flux), signed_log(labelled.flux[learned]).mean(0))


def test_growth_alone_teaches_growth_alone(labelled, parts):
    measured = growth_alone(labelled, labelled.growth)
    prediction = quick("knn").fit(measured, parts["train"]).predict(measured, parts["test/medium"])
    assert set(prediction.parts) == {"growth", "grow_probability"}


def test_media_that_all_grow_give_a_probability_of_one(labelled, parts):
    fed = growth_alone(labelled, labelled.growth + 1)
    prediction = quick("ridge").fit(fed, parts["train"]).predict(fed, parts["test/medium"])
    assert (prediction.grow_probability == 1).all()


@pytest.mark.parametrize("name", QUICK)
def test_the_fewest_media_are_enough_and_one_less_is_refused_with_both_counts(name, labelled, parts):
    baseline, measured = quick(name), growth_alone(labelled, labelled.growth)
    differing = np.argsort(labelled.growth[parts["train"]])[:: -(len(parts["train"]) // 12)]
    few = parts["train"][differing][: baseline.fewest]
    baseline.fit(measured, few)
    assert np.isfinite(baseline.predict(measured, parts["test/nutrient"]).growth).all()
    with pytest.raises(
        MetabolicError, match=f"{name} needs {len(few)} media .* got {len(few) - 1} of the 150 "
    ):
        quick(name).fit(measured, few[1:])


def test_trees_that_cannot_split_would_be_the_mean(labelled, parts):
    measured = growth_alone(labelled, labelled.growth)
    few = parts["train"][:9]
    trees = HistGradientBoostingRegressor(min_samples_leaf=5).fit(
        labelled.media.uptake[few], labelled.growth[few]
    )
    assert np.ptp(trees.predict(labelled.media.uptake[parts["test/nutrient"]])) == pytest.approx(0, abs=1e-12)
    with pytest.raises(MetabolicError, match="gradient_boosting needs 10 media"):
        quick("gradient_boosting").fit(measured, few)


def test_one_medium_without_growth_leaves_a_classifier_the_share(labelled, parts):
    growth = np.ones(len(labelled.media))
    growth[parts["train"][0]] = 0
    few = parts["train"][:20]
    measured = growth_alone(labelled, growth)
    prediction = quick("mlp").fit(measured, few).predict(measured, parts["test/nutrient"])
    assert prediction.grow_probability == pytest.approx(0.95)


def test_media_that_are_all_the_same_are_refused(labelled, parts):
    measured = growth_alone(labelled, labelled.growth)
    same = np.repeat(parts["train"][:1], 5)
    with pytest.raises(MetabolicError, match=r"knn sees composition .* the same in all 5 media"):
        quick("knn").fit(measured, same)
    assert quick("mean").fit(measured, same).predict(measured, same).growth == pytest.approx(
        labelled.growth[same]
    )


def test_flux_balance_gives_back_the_labels_that_it_made(labelled, parts):
    asked = parts["test/nutrient"][:10]
    prediction = make_baseline("fba").fit(labelled, parts["train"]).predict(labelled, asked)
    assert np.allclose(prediction.growth, labelled.growth[asked], atol=1e-7)
    assert np.allclose(prediction.flux, labelled.flux[asked], atol=1e-5)
    _, shares = labelled.splits()
    known = ~np.isnan(shares[asked])
    assert np.allclose(prediction.producers[known], shares[asked][known], atol=1e-5)
