from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from graph_attention.errors import MetabolicError
from graph_attention.metrics import FLUX_R2, GROW_AUROC, GROWTH_Q2, IMBALANCE, SPLIT_TV, auroc, q2
from graph_attention.predictions import Prediction
from graph_attention.trials import Reference, measured, trials_table
from graph_attention.truth.flux_balance import pfba
from graph_attention.truth.media import Medium
from graph_attention.truth.medium_set import MediumSet
from graph_attention.truth.splits import producer_splits

CARBON = {"EX_sugar": "C", "EX_acid": "C"}


@pytest.fixture(scope="module")
def labelled(toy):
    """Sugar, acid, both, and nothing that feeds."""
    offers = [{"EX_sugar": 4.0}, {"EX_acid": 3.0}, {"EX_sugar": 1.0, "EX_acid": 2.0}, {"EX_gas": 1.0}]
    media = MediumSet(
        toy,
        tuple(
            Medium(f"medium {row}", offer, {name: "C" for name in offer if name in CARBON})
            for row, offer in enumerate(offers)
        ),
    )
    solved = [pfba(toy, medium) for medium in media]
    growth, flux = np.array([each.growth for each in solved]), np.stack([each.flux for each in solved])
    return SimpleNamespace(graph=toy, media=media, growth=growth, flux=flux)


@pytest.fixture(scope="module")
def truth(labelled):
    _, shares = producer_splits(labelled.graph, labelled.flux)
    return Prediction(
        labelled.growth, (labelled.growth > 0).astype(float), labelled.flux, np.nan_to_num(shares)
    )


@pytest.fixture
def reference(labelled):
    return Reference.of(labelled, np.array([0, 2]))


ROWS = np.arange(4)


def test_the_truth_scores_as_well_as_can_be(labelled, truth, reference):
    table = trials_table(labelled, ROWS, truth, split="test/medium", reference=reference)
    assert table["flux_r2"].drop_nulls().to_list() == [1.0] * 3
    assert table["imbalance"].to_list() == pytest.approx([0.0] * 4, abs=1e-9)
    assert table["split_tv"].drop_nulls().to_list() == pytest.approx(
        [0.0] * len(table["split_tv"].drop_nulls())
    )
    assert measured(table, GROWTH_Q2)["value"].to_list() == [1.0]
    assert measured(table, GROW_AUROC)["value"].to_list() == [1.0]


def test_a_medium_without_growth_has_no_flux_r2(labelled, truth, reference):
    table = trials_table(labelled, ROWS, truth, split="test/medium", reference=reference)
    assert table["grows"].to_list() == [True, True, True, False]
    assert table["flux_r2"].is_null().to_list() == [False, False, False, True]


def test_groups_are_the_source_that_training_never_showed_else_the_combination(labelled, truth):
    reference = Reference.of(labelled, np.array([0]))
    table = trials_table(labelled, ROWS, truth, split="test/nutrient", reference=reference)
    assert table["group"].to_list()[1:3] == ["EX_acid", "EX_acid"]
    assert table["group"][0] == labelled.media.combinations[0]


def test_what_a_prediction_does_not_speak_of_is_null(labelled, reference):
    growth = Prediction(labelled.growth, np.full(4, 0.5))
    table = trials_table(labelled, ROWS, growth, split="test/medium", reference=reference)
    for name in ("flux_r2", "imbalance", "split_tv", "split_tv_dependent"):
        assert table[name].null_count() == 4
        assert table.schema[name] == pl.Float64
    assert measured(table, IMBALANCE).is_empty()


def test_growth_of_media_is_scored_together_and_the_rest_by_medium(labelled, truth, reference):
    rng = np.random.default_rng(0)
    said = Prediction(
        rng.random(4), rng.random(4), truth.flux + rng.normal(size=truth.flux.shape), truth.producers
    )
    table = trials_table(labelled, ROWS, said, split="test/medium", reference=reference)
    by_hand = q2(labelled.growth, said.growth, labelled.growth[[0, 2]].mean())
    assert measured(table, GROWTH_Q2)["value"].item() == pytest.approx(by_hand)
    assert measured(table, GROW_AUROC, ())["value"].item() == auroc(
        labelled.growth > 0, said.grow_probability
    )
    assert measured(table, FLUX_R2)["value"].item() == pytest.approx(table["flux_r2"].mean())


def test_cells_are_measured_one_by_one(labelled, truth, reference):
    table = trials_table(labelled, ROWS, truth, split="test/medium", reference=reference)
    cells = measured(table, IMBALANCE, ("split", "sources"))
    assert cells.select("split", "sources").rows() == [
        ("test/medium", 0),
        ("test/medium", 1),
        ("test/medium", 2),
    ]


def test_a_column_that_trials_do_not_have_is_refused(labelled, truth, reference):
    table = trials_table(labelled, ROWS, truth, split="test/medium", reference=reference)
    with pytest.raises(MetabolicError, match="no column 'colour'"):
        measured(table, SPLIT_TV, ("colour",))
