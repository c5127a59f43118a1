"""What is shown of a metabolic model: pictures of named conditions, figures beside nulls, files for Escher."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
import torch

from graph_attention import MetabolicGraph
from graph_attention.configuration import ModelConfig
from graph_attention.model.factory import transformer_of
from graph_attention.truth.conditions import condition
from graph_attention.truth.flux_balance import fba
from searchlight.choices import NetworkChoice
from searchlight.errors import UsageError
from searchlight.experiments import metabolism_inspection
from searchlight.experiments.base import Evaluation
from searchlight.experiments.metabolism_conditions import condition_maps


@pytest.fixture(scope="module")
def experiment():
    """No more of it than is looked at."""
    return SimpleNamespace(graph=MetabolicGraph.bundled("e_coli_core"))


@pytest.fixture(scope="module")
def controls(experiment):
    """The conditions as two models see them, both with random weights of another seed."""
    found = {}
    for seed, name in enumerate(("conditions", "untrained_conditions")):
        torch.manual_seed(seed)
        config = ModelConfig(dim=8, heads=2, layers=2)
        model = transformer_of(experiment.graph, config, typical=np.ones(95)).eval()
        with torch.no_grad():
            for each in model.parameters():
                each.add_(0.3 * torch.randn_like(each))
        found[name] = condition_maps(experiment, model)
    return found


@pytest.fixture(scope="module")
def trained():
    """Six media with two held-out nutrients."""
    rows = {"split": ["test/nutrient"] * 6 + ["test/medium"] * 2, "group": [*"aaabbb", "c", "d"]}
    trials = pl.DataFrame({**rows, "split_tv": [0.1, 0.2, 0.3, 0.4, 0.5, None, 0.9, 0.9]})
    return Evaluation(trials, {}, {"layer1/entropy": np.linspace(0.1, 0.8, 8)[:, None] * np.ones((8, 167))})


@pytest.fixture(scope="module")
def inspection(experiment, trained, controls):
    return metabolism_inspection.inspect(
        experiment, trained, controls, NetworkChoice(medium="acetate", nodes=40)
    )


def test_conditions_hold_every_edge_with_growth_and_prices(experiment, controls):
    found = controls["conditions"]
    assert found.trials["item"].to_list() == ["glucose", "acetate"]  # e_coli_core has no lactose exchange
    weights = found.attention["layer1/weights"]
    assert weights.shape == (2, 2 * 360 + 167, 2)
    assert weights.dtype == np.float16
    for name, target in found.trials.select("item", "target").iter_rows():
        assert target == pytest.approx(
            fba(experiment.graph, condition(experiment.graph, name)).growth, rel=1e-6
        )
    assert found.states["shadow_price/target"].shape == (2, 72)


def test_weights_stand_in_the_order_of_the_edges(experiment, controls):
    seen = metabolism_inspection.attended(experiment.graph, controls["conditions"])
    sums = [np.bincount(seen.edges[1], each[:, 0].astype(float)) for each in seen.weights["layer2"]]
    np.testing.assert_allclose(sums, 1.0, atol=5e-3)  # half precision
    assert seen.layers == ("layer1", "layer2")


def test_pictures_figures_files_and_lines_are_all_there(inspection):
    assert [each.name for each in inspection.drawings][:2] == [
        "network-acetate",
        "network-conditions-acetate",
    ]
    assert "acetate" in inspection.drawings[0].caption
    assert {"inspection-acetate.json", "inspection-acetate.txt"} <= set(inspection.files)
    assert json.loads(inspection.files["inspection-acetate.json"])["network"]["name"] == "e_coli_core"
    flux = json.loads(inspection.files["escher/reaction_data-flux-glucose.json"])
    assert flux["EX_glc__D_e"] == pytest.approx(-10, rel=1e-4)
    assert inspection.summary


def test_a_picture_is_named_after_what_it_shows_of_what_is_chosen():
    choice = NetworkChoice(medium="acetate", subsystem="Citric Acid Cycle", metabolite="pyr_c")
    named = {
        name: metabolism_inspection.suffix(name, choice)
        for name in ("network", "contrasts", "split", "layers")
    }
    assert named == {
        "network": "-acetate-Citric-Acid-Cycle",
        "contrasts": "-acetate",
        "split": "-pyr_c",
        "layers": "",
    }


def test_figures_are_over_held_out_nutrients_and_have_their_null(inspection):
    found = inspection.figures
    split = found["split, total variation from FBA on test/nutrient, trained"]
    assert (split.value, split.n) == (pytest.approx(0.3), 2)  # over five media, in two groups
    assert found["entropy of layer1 on test/nutrient, trained"].chance == 1.0
    for model in ("trained", "untrained"):
        for medium in ("glucose", "acetate"):
            estimate = found[f"attention and |flux| on {medium}, {model}"]
            assert estimate.null is not None
            assert -1 <= estimate.value <= 1


def test_of_measured_growth_and_of_no_media_nothing_is_told(trained):
    """Nobody measured fluxes, so no split is known; few media may leave a split empty."""
    growth = Evaluation(trained.trials.with_columns(split_tv=pl.lit(float("nan"))), {}, trained.attention)
    assert list(metabolism_inspection.of_nutrients(growth)) == ["entropy of layer1"]
    none = Evaluation(trained.trials.filter(split="test/medium"), {}, {"layer1/entropy": np.ones((2, 167))})
    assert metabolism_inspection.of_nutrients(none) == {}


def test_attention_that_is_the_flux_follows_it_beyond_degree(experiment, controls):
    seen = metabolism_inspection.attended(experiment.graph, controls["conditions"])
    flux = np.abs(seen.flux)
    key, query = seen.edges
    through = np.concatenate([np.zeros((2, 72)), flux], axis=1)[:, key] + 1e-3
    weights = np.stack([row / np.bincount(query, row)[query] for row in through])
    planted = replace(seen, weights={"layer1": weights[..., None]})
    for estimate in metabolism_inspection.follows_flux(planted).values():
        assert estimate.value > 0.7
        assert estimate.null.p == pytest.approx(0.002)


def test_what_the_model_has_not_is_one_sentence(experiment, trained, controls):
    for choice, said in (
        (NetworkChoice(medium="lactose"), "expected one of: glucose, acetate"),
        (NetworkChoice(subsystem="Sugar"), "is no subsystem"),
        (NetworkChoice(metabolite="sugar_c"), "is no metabolite"),
    ):
        with pytest.raises(UsageError, match=said):
            metabolism_inspection.inspect(experiment, trained, controls, choice)
    for choice, said in (
        (NetworkChoice(medium="lactose"), "expected one of: glucose, acetate"),
        (NetworkChoice(subsystem="Sugar"), "is no subsystem of e_coli_core; expected one of: .*Citric Acid"),
    ):
        with pytest.raises(UsageError, match=said):
            metabolism_inspection.check(experiment, choice)
    metabolism_inspection.check(experiment, NetworkChoice(medium="acetate", subsystem="Citric Acid Cycle"))
    with pytest.raises(UsageError, match="no-attention-maps"):
        metabolism_inspection.inspect(experiment, trained, {}, NetworkChoice())


@pytest.fixture(scope="module")
def without_layers(experiment):
    """The conditions as a model sees them that has no layer of attention."""
    model = transformer_of(
        experiment.graph, ModelConfig(dim=8, heads=2, layers=0), typical=np.ones(95)
    ).eval()
    return {"conditions": condition_maps(experiment, model)}


def test_of_a_model_without_layers_flux_splits_are_drawn_and_it_is_said_why(
    experiment, trained, without_layers
):
    seen = replace(trained, attention={})
    found = metabolism_inspection.inspect(experiment, seen, without_layers, NetworkChoice(metabolite="pyr_c"))
    assert [each.name for each in found.drawings] == ["split-pyr_c"]
    assert list(found.figures) == ["split, total variation from FBA on test/nutrient, trained"]
    assert "model.layers is 0" in found.summary[0]
    with pytest.raises(UsageError, match="--subsystem is of links between nodes"):
        metabolism_inspection.inspect(experiment, seen, without_layers, NetworkChoice(subsystem="Sugar"))
