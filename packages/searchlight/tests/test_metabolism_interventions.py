"""Interventions with a small model on e_coli_core: tables that assays can read, and a model that stays as it was."""

import numpy as np
import polars as pl
import pytest

from analysis.store import TRIAL_COLUMNS
from graph_attention.explanations.truths import Truths
from searchlight.configuration import load_config, with_settings
from searchlight.errors import UsageError
from searchlight.experiments import metabolism_deletion, metabolism_explanation, metabolism_scaling
from searchlight.experiments.metabolism import Metabolism

TESTED = {"test/nutrient", "test/medium"}


@pytest.fixture(scope="module", autouse=True)
def few():
    """As few media, draws and repeats as still show something."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metabolism_explanation, "EXPLAINED_MEDIA", 2)
        patch.setattr(metabolism_deletion, "DRAWS", 2)
        patch.setattr(metabolism_scaling, "REPEATS", 1)
        yield


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    config = load_config("metabolism/demo_quick").config
    made = Metabolism(config, 0, cache=tmp_path_factory.mktemp("cache"))
    made.prepare()
    return made


@pytest.mark.parametrize(
    "what", ["explanation", "pathways", "deletion", "contrasts", "scaling", "named_growth"]
)
def test_an_intervention_leaves_no_null_where_none_may_be(made, what):
    trials = made(what).trials
    for column in TRIAL_COLUMNS:
        assert not trials[column].null_count(), column


def test_explanations_are_of_media_that_grow_and_of_every_node(made, experiment):
    trials = made("explanation").trials
    assert set(trials["split"]) == TESTED
    media = trials.group_by("split", "item").len()
    assert (media["len"] == experiment.graph.nodes).all()
    assert media.height <= 20
    growth = dict(zip(experiment.dataset.media.names, experiment.dataset.growth, strict=True))
    assert all(growth[item] > metabolism_explanation.GROWS for item in set(trials["item"]))


def test_truths_stand_beside_the_nodes_that_they_are_of(made, experiment):
    trials = made("explanation").trials
    name = trials["item"][0]
    part = trials.filter(pl.col("item") == name).sort("step")
    row = experiment.dataset.media.names.index(name)
    flux = part.filter(pl.col("kind") == "reaction")["truth/flux"].to_numpy()
    np.testing.assert_allclose(flux, np.abs(experiment.dataset.flux[row]), atol=1e-6)
    price = part.filter(pl.col("kind") == "metabolite")["truth/shadow_price"].to_numpy()
    np.testing.assert_allclose(
        price, np.abs(Truths.of(experiment.graph, experiment.dataset.media[row]).shadow_price)
    )
    assert part.filter(pl.col("kind") == "metabolite")["truth/flux"].null_count() == len(
        experiment.graph.metabolites
    )


def test_runs_on_the_same_data_explain_the_same_media_and_solve_them_once(
    made, experiment, model, monkeypatch
):
    first = made("explanation").trials
    other = Metabolism(experiment.config, 1, cache=experiment.cache)
    monkeypatch.setattr(Truths, "of", lambda *_: pytest.fail("it was solved before"))
    again = other.intervene(model, "explanation").trials
    truths = ["item", "node", *(name for name in first.columns if name.startswith("truth/"))]
    assert first.select(truths).equals(again.select(truths))


def test_deletions_have_an_intact_row_and_every_restriction_of_every_medium(made):
    trials = made("deletion").trials
    counts = trials.group_by("which", "share").agg(pl.col("item").n_unique(), pl.col("draw").n_unique())
    assert counts["item"].n_unique() == 1
    assert set(trials["which"]) == {"intact", "top", "keep", "random", "keep_random"}
    assert set(counts.filter(pl.col("which") == "random")["draw"]) == {2}
    intact = trials.filter(pl.col("which") == "intact").sort("item")
    closed = trials.filter((pl.col("which") == "top") & (pl.col("share") == 0.75)).sort("item")
    assert not np.allclose(intact["flux_r2"], closed["flux_r2"], atol=1e-6)


def test_conditions_are_contrasted_at_equal_carbon(made):
    trials = made("contrasts").trials
    assert set(trials["condition"]) == {"glucose", "acetate"}
    assert trials.group_by("group").agg(pl.col("condition").n_unique())["condition"].to_list() == [2] * 5
    fed = trials.filter(pl.col("node").is_in(["EX_glc__D_e", "EX_ac_e"])).group_by(
        "condition", "group", "node"
    )
    taken = fed.agg(pl.col("flux").min()).filter(pl.col("flux") < -1e-6)
    carbons = taken["flux"] * taken["node"].replace_strict({"EX_glc__D_e": -6, "EX_ac_e": -2})
    assert (carbons <= taken["group"].str.extract(r"(\d+)").cast(pl.Float64) + 1e-6).all()


def test_growth_on_named_conditions_is_that_of_flux_balance_at_stated_uptakes(made):
    trials = made("named_growth").trials
    told = {
        (row["condition"], row["uptake"]): (row["amount"], row["target"]) for row in trials.rows(named=True)
    }
    assert told["glucose", "per mole"][0] == told["glucose", "per carbon"][0] == 10
    assert told["glucose", "per mole"][1] == pytest.approx(0.8739, abs=1e-4)
    assert told["acetate", "per mole"][1] == pytest.approx(0.1733, abs=1e-4)
    assert told["acetate", "per carbon"][0] == 30
    assert trials["prediction"].is_not_nan().all()


def test_copies_of_the_network_have_as_many_times_the_edges(made):
    trials = made("scaling").trials
    sizes = dict(trials.group_by("copies").agg(pl.col("edges").first()).iter_rows())
    assert {copies: edges / sizes[1] for copies, edges in sizes.items()} == {1: 1, 2: 2, 4: 4, 8: 8}
    assert (trials["seconds"] > 0).all()


def test_edges_and_weights_stand_in_one_order(made, experiment):
    kept = made("pathways")
    weights, query = kept.attention["mean/weights"], kept.trials["query"].to_numpy()
    sums = np.stack([np.bincount(query, each) for each in weights.T])
    np.testing.assert_allclose(sums, 1, atol=1e-5)
    assert weights.shape[0] == kept.trials.height
    assert experiment.graph.nodes == sums.shape[1]


def test_a_baseline_has_no_attention_to_be_taken_away(experiment):
    config = load_config("metabolism/ridge").config
    other = Metabolism(config, 0, cache=experiment.cache)
    assert other.interventions == ("named_growth",)
    with pytest.raises(UsageError, match="deletion is no intervention here"):
        other.intervene(None, "deletion")


def test_without_layers_what_is_of_attention_along_edges_is_refused_with_the_reason(experiment):
    config = with_settings(experiment.config, {"model.layers": 0}, "test")
    other = Metabolism(config, 0, cache=experiment.cache)
    assert set(other.interventions) == {"untrained", "conditions", "untrained_conditions", "named_growth"}
    with pytest.raises(UsageError, match=r"deletion is of attention along edges; model\.layers 0 has none"):
        other.intervene(other.model(), "deletion")
