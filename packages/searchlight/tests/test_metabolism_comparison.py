"""Comparators on planted nodes, and on those of a small model on e_coli_core."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from searchlight.configuration import load_config
from searchlight.errors import UsageError
from searchlight.experiments import metabolism_comparison as comparison
from searchlight.experiments import metabolism_interventions as interventions
from searchlight.experiments.joining import join
from searchlight.experiments.metabolism import Metabolism

REACTIONS, DIM, HEADS = 30, 16, 2
TOLD = ("comparator", "without_attention")


def seen(media, carried, seed):
    """Nodes that know their reaction, and carry their flux along one direction, or do not."""
    shared, rng = np.random.default_rng(0), np.random.default_rng(seed)
    reaction, along = shared.normal(size=(REACTIONS, DIM)), shared.normal(size=DIM)
    flux = rng.normal(size=(media, REACTIONS)) * (rng.random((media, REACTIONS)) < 0.4)
    nodes = reaction + carried * flux[..., None] * along + 0.1 * rng.normal(size=(media, REACTIONS, DIM))
    values = (torch.from_numpy(each).float() for each in (nodes, flux, rng.normal(size=flux.shape)))
    return comparison.Seen(*values)


def areas(carried, monkeypatch):
    """AUROC of every score on pairs of media that were not trained on."""
    monkeypatch.setattr(comparison, "STEPS", 100)
    held = seen(40, carried, seed=2)
    pairs = np.arange(40).reshape(-1, 2)
    made = comparison.Comparators.learned(seen(60, carried, seed=1), HEADS, seed=0, device="cpu")
    scores, between = made.scores(held, pairs)
    differs = held.differs(pairs)
    return {name: roc_auc_score(differs.ravel(), each.ravel()) for name, each in scores.items()}, between


def test_nodes_that_carry_their_flux_tell_where_it_differs(monkeypatch):
    found, between = areas(1.0, monkeypatch)
    assert min(found[name] for name in TOLD) > 0.9
    assert found["own_flux"] == pytest.approx(0.5, abs=0.1)
    assert between.shape == (20, REACTIONS, 2, 2)
    np.testing.assert_allclose(between.sum(-1), 1, atol=1e-5)


def test_nodes_that_carry_nothing_tell_nothing(monkeypatch):
    found, _ = areas(0.0, monkeypatch)
    assert all(area == pytest.approx(0.5, abs=0.1) for area in found.values()), found


def test_fluxes_differ_by_more_than_the_tolerance():
    flux = torch.tensor([[0.0, 1.0, -1.0], [comparison.TOLERANCE * 1.01, 1.3, 1.0]])
    made = comparison.Seen(flux[..., None], flux, flux)
    np.testing.assert_array_equal(made.differs(np.array([[0, 1]])), [[1, 0, 1]])


@torch.no_grad()
def test_conditions_that_are_closed_look_at_themselves_alone():
    torch.manual_seed(0)
    model = comparison.comparator(DIM, HEADS, 0)
    one, two = torch.randn(2, 5, DIM)
    found = comparison.Closed(model)(torch.stack([one, two]))
    assert float(found.attention.elsewhere().abs().max()) == 0
    alone = model.attention(one[None]).values[0]
    torch.testing.assert_close(
        model.attention(torch.stack([one, two]), mask=torch.eye(2) > 0).values[0], alone
    )


def test_pairs_are_of_different_media_and_every_draw_is_new():
    drawn = list(comparison.drawn_pairs(4, 500, 0, 2))
    assert all((each[:, 0] != each[:, 1]).all() for each in drawn)
    assert {tuple(pair) for pair in drawn[0].tolist()} == {
        (a, b) for a in range(4) for b in range(4) if a != b
    }
    assert (drawn[0] != drawn[1]).any()


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    config = load_config("metabolism/demo_quick").config
    few = replace(config, media=replace(config.media, count=120))
    made = Metabolism(few, 0, cache=tmp_path_factory.mktemp("cache"))
    made.prepare()
    return made


@pytest.fixture(scope="module")
def model(experiment):
    return experiment.model().eval()


@pytest.fixture(scope="module")
def compared(experiment, model):
    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(comparison, "STEPS", 10)
        yield join(interventions.intervene(experiment, model, "comparison"))


def test_pairs_of_media_share_none_and_were_not_trained_on(compared, experiment):
    items = compared.trials.group_by("split", "item").len()
    media = [name for item in items["item"] for name in item.split(" | ")]
    names = experiment.dataset.media.names
    assert len(set(media)) == len(media)
    assert not {names[row] for row in experiment.splits["train"]} & set(media)
    assert (items["len"] == len(experiment.graph.reactions)).all()


def test_the_truth_is_that_of_the_data(compared, experiment):
    part = compared.trials.filter(pl.col("item") == compared.trials["item"][0]).sort("step")
    rows = [experiment.dataset.media.names.index(name) for name in part["item"][0].split(" | ")]
    one, two = experiment.flux[rows]
    logs = [np.sign(flux) * np.log(1 + np.abs(flux)) for flux in (one, two)]
    np.testing.assert_array_equal(part["truth/differs"].to_numpy(), np.abs(logs[0] - logs[1]) > np.log(1.5))
    assert part["node"].to_list() == experiment.graph.reactions["id"].to_list()


def test_attention_stands_beside_the_reactions_it_is_of(compared):
    between, trials = compared.attention["between"], compared.trials
    looked = (between[:, 0, 1] + between[:, 1, 0]) / 2
    np.testing.assert_allclose(looked, trials["score/attention"].to_numpy(), atol=1e-6)
    np.testing.assert_allclose(trials["prediction"], expit(trials["score/comparator"].to_numpy()), atol=1e-6)
    columns = [name for name in trials.columns if name.startswith("score/")]
    assert not trials.select(columns).null_count().sum_horizontal().item()


def test_the_same_seed_gives_the_same_bytes_and_leaves_the_model_as_it_was(
    compared, experiment, model, monkeypatch
):
    monkeypatch.setattr(comparison, "STEPS", 10)
    before = {name: each.clone() for name, each in model.state_dict().items()}
    again = comparison.evaluate(experiment, model)
    assert compared.trials.equals(again.trials)
    assert all(torch.equal(before[name], each) for name, each in model.state_dict().items())


def test_too_few_media_are_refused(experiment, model, monkeypatch):
    monkeypatch.setattr(comparison, "GROWS", 1e9)
    with pytest.raises(UsageError, match="train: a comparison needs two media"):
        comparison.evaluate(experiment, model)
