import numpy as np
import pytest

from graph_attention.errors import MetabolicError
from graph_attention.truth.deletions import gene_deletions, reaction_deletions
from graph_attention.truth.flux_balance import fba
from graph_attention.truth.media import Medium
from graph_attention.truth.variability import flux_variability

SUGAR = Medium("sugar", {"EX_sugar": 10.0})


def test_genes_of_a_toy_are_lost_as_their_rules_say(toy):
    growth = dict(zip(toy.genes, gene_deletions(toy, SUGAR), strict=True))
    assert growth == pytest.approx({"g1": 10.0, "g2": 20.0, "g3": 20.0, "g4": 20.0, "g5": 20.0, "g6": 0.0})


def test_reactions_of_a_toy_are_lost_one_by_one(toy):
    chosen = ["TS", "SPLIT", "SKIP", "DEAD"]
    assert reaction_deletions(toy, SUGAR, chosen).tolist() == pytest.approx([0.0, 10.0, 20.0, 20.0])


def test_what_is_unknown_is_named(toy):
    with pytest.raises(MetabolicError, match="no gene 'g9'"):
        gene_deletions(toy, SUGAR, ["g1", "g9"])
    with pytest.raises(MetabolicError, match=r"no reaction 'SPLITS'.*did you mean SPLIT"):
        reaction_deletions(toy, SUGAR, ["SPLITS"])


def test_a_name_unlike_all_others_is_not_taken_for_one(e_coli_core):
    with pytest.raises(MetabolicError, match="no gene 'b9999'") as raised:
        gene_deletions(e_coli_core, SUGAR, ["b9999"])
    assert "did you mean" not in str(raised.value)


@pytest.mark.parametrize("asked", [gene_deletions, reaction_deletions, flux_variability])
def test_a_text_is_no_list_of_ids(toy, asked):
    with pytest.raises(MetabolicError, match=r"expected a list of .* ids, got the text 'g1'; give \['g1'\]"):
        asked(toy, SUGAR, "g1")


def test_deletions_are_in_the_order_of_the_ids(toy):
    one_by_one = [gene_deletions(toy, SUGAR, [gene])[0] for gene in ("g6", "g1")]
    assert gene_deletions(toy, SUGAR, ["g6", "g1"]).tolist() == one_by_one == pytest.approx([0.0, 10.0])
    all_of_them = reaction_deletions(toy, SUGAR)
    assert all_of_them[toy.reaction_index["SPLIT"]] == reaction_deletions(toy, SUGAR, ["SPLIT"])[0]


def test_no_growth_has_no_sign(e_coli_core):
    starved = Medium("sugar alone", {"EX_glc__D_e": 10.0})
    left = gene_deletions(e_coli_core, starved)
    assert not np.signbit(fba(e_coli_core, starved).growth)
    assert not np.signbit(left).any()


def test_an_infeasible_medium_has_no_growth_to_lose(e_coli_core):
    with pytest.raises(MetabolicError, match="medium nothing is infeasible on e_coli_core"):
        gene_deletions(e_coli_core, Medium("nothing", {"EX_h2o_e": 10.0}))


@pytest.mark.parametrize("exchange", ["EX_glc__D_e", "EX_ac_e"])
def test_deletions_are_those_of_cobrapy(e_coli_core, cobra_model, exchange):
    from cobra.flux_analysis import single_gene_deletion, single_reaction_deletion

    medium = Medium.default(e_coli_core).but("m", without=("EX_glc__D_e",), add={exchange: 10.0})
    with cobra_model("e_coli_core") as model:
        model.medium = dict(medium.uptake)
        genes = single_gene_deletion(model, processes=1)
        reactions = single_reaction_deletion(model, processes=1)
    for table, names, found in [
        (genes, e_coli_core.genes, gene_deletions(e_coli_core, medium)),
        (reactions, e_coli_core.reactions["id"], reaction_deletions(e_coli_core, medium)),
    ]:
        growth = {min(ids): left for ids, left in zip(table["ids"], table["growth"].fillna(0.0), strict=True)}
        np.testing.assert_allclose(found, [growth[name] for name in names], atol=1e-6)


@pytest.mark.slow
def test_208_genes_of_ijo1366_are_essential_on_glucose(ijo1366):
    medium = Medium.default(ijo1366)
    growth, left = fba(ijo1366, medium).growth, gene_deletions(ijo1366, medium)
    assert ((left < 0.01 * growth).sum(), (left < 0.5 * growth).sum(), len(left)) == (208, 216, 1367)
