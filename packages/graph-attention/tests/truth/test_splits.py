import numpy as np
import pytest

from graph_attention.truth.flux_balance import pfba
from graph_attention.truth.media import Medium
from graph_attention.truth.splits import consumer_splits, producer_splits


def shares_at(graph, found, metabolite):
    edges, shares = found
    chosen = edges.metabolite == graph.metabolite_index[metabolite]
    names = [graph.reactions["id"][int(index)] for index in edges.reaction[chosen]]
    return dict(zip(names, shares[..., chosen].T, strict=True))


def test_producers_share_what_they_make(toy):
    flux = np.zeros(10)
    for name, value in {
        "EX_sugar": -4,
        "TS": 4,
        "SPLIT": 3,
        "SKIP": 1,
        "EX_gas": 1,
        "GROW": 7,
        "OUT": 7,
    }.items():
        flux[toy.reaction_index[name]] = value
    assert np.abs(toy.stoichiometry @ flux).max() == 0
    found = producer_splits(toy, flux)
    assert shares_at(toy, found, "acid_c") == pytest.approx({"TA": 0.0, "SPLIT": 6 / 7, "SKIP": 1 / 7})
    assert shares_at(toy, found, "sugar_e") == {"EX_sugar": 1.0}
    assert np.isnan(shares_at(toy, found, "waste_c")["DEAD"])
    used = shares_at(toy, consumer_splits(toy, flux), "sugar_c")
    assert used == pytest.approx({"SPLIT": 0.75, "SKIP": 0.25})


def test_a_reversible_reaction_makes_what_it_uses_when_it_runs_backward(toy):
    flux = np.zeros(10)
    flux[toy.reaction_index["TA"]] = -2.0
    flux[toy.reaction_index["SPLIT"]] = 1.0
    found = producer_splits(toy, flux)
    assert shares_at(toy, found, "acid_e")["TA"] == 1.0
    assert shares_at(toy, found, "acid_c") == {"TA": 0.0, "SPLIT": 1.0, "SKIP": 0.0}
    assert shares_at(toy, consumer_splits(toy, flux), "acid_c")["TA"] == 1.0


@pytest.mark.parametrize("splits", [producer_splits, consumer_splits])
def test_shares_are_those_of_a_dense_count(e_coli_core, splits):
    medium = Medium.default(e_coli_core)
    flux = np.stack(
        [pfba(e_coli_core, medium).flux, pfba(e_coli_core, medium.but("m", add={"EX_ac_e": 9.0})).flux]
    )
    sign = 1 if splits is producer_splits else -1
    edges, shares = splits(e_coli_core, flux)
    for row in range(2):
        turned = np.maximum(sign * e_coli_core.stoichiometry.toarray() * flux[row], 0)
        whole = turned.sum(axis=1)
        for metabolite, reaction, share in zip(edges.metabolite, edges.reaction, shares[row], strict=True):
            if whole[metabolite] <= 1e-6:
                assert np.isnan(share)
            else:
                assert share == pytest.approx(turned[metabolite, reaction] / whole[metabolite], abs=1e-12)
    covered = np.zeros(e_coli_core.stoichiometry.shape, dtype=bool)
    covered[edges.metabolite, edges.reaction] = True
    assert not (sign * e_coli_core.stoichiometry.toarray() * flux[:, None] > 0)[:, ~covered].any()


def test_no_medium_gives_no_row(toy):
    assert producer_splits(toy, np.zeros((0, 10)))[1].shape[0] == 0
