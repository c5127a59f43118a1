"""Planted attributions: what follows flux, what knows degree alone, and noise are told apart."""

from functools import cache

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis import Findings
from graph_attention.assays.agreement import Agreement
from graph_attention.assays.stability import stability

ASSAY = Agreement(permutations=199)
SPLITS = ("test/medium", "test/nutrient")


@pytest.fixture(scope="module")
def measured(made_up, stored):
    @cache
    def found(follows=1.0, seed=0) -> Findings:
        source = made_up(seed)
        table = pl.concat([source.table(split, follows) for split in SPLITS])
        run = stored(table, seed)
        return ASSAY.measure(run, {"explanation": run})

    return found


def of(found, measure, truth, score, split=SPLITS[0]):
    return found.estimate(measure, split=split, truth=truth, score=score)


TRUTHS = ("flux", "shadow_price", "reaction_deletion", "metabolite_deletion")


@pytest.mark.parametrize("truth", TRUTHS)
def test_what_follows_the_truth_is_found_in_every_medium(measured, truth):
    found = measured()
    assert of(found, "excess_spearman", truth, "inflow").low > 0
    assert of(found, "spearman", truth, "inflow").null.p == pytest.approx(1 / 200)
    assert of(found, "media_found", truth, "inflow").value == 1.0


@pytest.mark.parametrize("truth", TRUTHS)
def test_what_knows_degree_alone_fails_the_stratified_null_though_it_correlates(measured, truth):
    found = measured()
    rho = of(found, "spearman", truth, "degree")
    assert rho.value > 0.3
    assert rho.null.p == 1.0
    assert of(found, "excess_spearman", truth, "degree").value == pytest.approx(0, abs=1e-9)
    assert of(found, "media_found", truth, "degree").value == 0.0


def test_noise_neither_correlates_nor_is_found(measured):
    found = measured()
    for truth in TRUTHS:
        rho = of(found, "spearman", truth, "random")
        assert abs(rho.value) < 0.2
        assert rho.null.p > 0.01
        assert of(found, "media_found", truth, "random").value <= 0.2


def test_rho_is_the_mean_over_media_of_scipys_with_the_held_out_sources_as_units(measured, made_up):
    found = measured()
    table = made_up(0).table(SPLITS[0]).filter(pl.col("truth/flux").is_not_null())
    each = [
        stats.spearmanr(part["score/inflow"], part["truth/flux"]).statistic
        for _, part in table.group_by("item", maintain_order=True)
    ]
    rho = of(found, "spearman", "flux", "inflow")
    assert rho.value == pytest.approx(np.mean(each))
    assert rho.n == 3


def test_notes_say_on_how_many_media_it_rests_and_how_many_nodes_stay(measured):
    notes = measured().notes
    assert notes[0] == (
        "deletions, flux ranges and attributions are of 6 of test/medium, 6 of test/nutrient alone"
    )
    assert any("are like no other in degree and pathway" in note for note in notes)


def test_a_truth_that_is_the_same_everywhere_is_not_estimable(made_up, stored):
    table = (
        made_up()
        .table(SPLITS[0])
        .with_columns(pl.when(pl.col("truth/flux").is_not_null()).then(0.0).alias("truth/flux"))
    )
    run = stored(table)
    found = ASSAY.measure(run, {"explanation": run})
    assert "is the same at all nodes" in of(found, "spearman", "flux", "inflow").how
    assert any("6 media left out" in note for note in found.notes)
    assert of(found, "spearman", "shadow_price", "inflow").value > 0.3


def test_the_same_numbers_give_the_same_findings(measured, made_up, stored):
    source = made_up(1)
    run = stored(pl.concat([source.table(split) for split in SPLITS]))
    again = ASSAY.measure(run, {"explanation": run})
    assert [each.to_dict() for each in measured(seed=1).figures] == [each.to_dict() for each in again.figures]


def test_networks_that_attend_alike_are_stable_beyond_degree_and_those_that_agree_on_hubs_are_not(measured):
    found = [measured(seed=seed) for seed in range(5)]
    profiles = {
        name: np.stack([each.arrays[f"profile/{name}"] for each in found]) for name in ("inflow", "random")
    }
    labels = found[0].arrays["strata"]
    alike = stability(profiles["inflow"], labels, permutations=199)
    assert alike.null.p == pytest.approx(1 / 200)
    assert alike.low > 0.5
    rng = np.random.default_rng(0)
    hubs = found[0].arrays["profile/degree"] + 0.01 * rng.random((5, labels.size))
    agree = stability(hubs, labels, permutations=199)
    assert agree.value > 0.9
    assert agree.null.p > 0.01
    blind = stability(profiles["random"], labels, permutations=199)
    assert blind.low < 0 < blind.high


def test_two_networks_have_a_correlation_and_no_interval():
    found = stability(np.random.default_rng(0).random((2, 50)), np.zeros(50, dtype=int), permutations=19)
    assert np.isfinite(found.value)
    assert np.isnan(found.low)


def test_figures_are_drawn_by_truth_and_of_several_networks_their_likeness(measured):
    drawn = list(ASSAY.draw({"planted": [measured(seed=0), measured(seed=1)], "other": [measured(0.0)]}))
    assert [each.name for each in drawn] == [*(f"agreement-{truth}" for truth in TRUTHS), "stability-planted"]
