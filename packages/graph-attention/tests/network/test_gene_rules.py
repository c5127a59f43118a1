from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_attention.errors import MetabolicError
from graph_attention.network.gene_rules import Complex, Gene, Isoenzymes, parse

GENES = "abcd"
RULES = st.recursive(
    st.sampled_from(GENES),
    lambda inner: st.builds(
        lambda operator, parts: "(" + f" {operator} ".join(parts) + ")",
        st.sampled_from(["and", "or"]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=6,
)


@given(RULES)
def test_a_rule_means_what_python_makes_of_it(rule):
    tree = parse(rule)
    for lost in chain.from_iterable(combinations(GENES, count) for count in range(5)):
        present = {gene: gene not in lost for gene in GENES}
        assert tree.works(frozenset(lost)) == eval(rule, {}, present)
    assert tree.genes == {token for token in GENES if token in rule.replace("and", "").replace("or", "")}


def test_and_binds_closer_than_or_and_case_does_not_matter():
    expected = Isoenzymes((Gene("a"), Complex((Gene("b"), Gene("c.1-x")))))
    assert parse("a OR b And c.1-x") == parse("a | b & c.1-x") == expected
    assert parse("  ") is None


@pytest.mark.parametrize("rule", ["a and", "(a or b", "a b", "and a", "a or ) b", "()"])
def test_a_broken_rule_is_refused(rule):
    with pytest.raises(MetabolicError, match="gene rule"):
        parse(rule)


def test_lost_genes_take_their_reactions(toy):
    lost = {gene: toy.reactions["id"].to_numpy()[toy.knocked_out([gene])].tolist() for gene in toy.genes}
    assert lost == {"g1": ["SPLIT"], "g2": [], "g3": ["TA"], "g4": [], "g5": ["SKIP"], "g6": ["GROW"]}
    assert toy.knocked_out(["g1", "g2"]).tolist() == [3, 5]


def test_an_unknown_gene_is_refused_with_the_nearest(toy):
    with pytest.raises(MetabolicError, match="g7"):
        toy.knocked_out(["g7"])
    with pytest.raises(MetabolicError, match="no gene 'g7', nor 2: g8, g9; expected one of"):
        toy.knocked_out(["g7", "g1", "g9", "g8"])


def test_cobra_loses_the_same_reactions(e_coli_core, cobra_model):
    from cobra.manipulation import knock_out_model_genes

    pairs = [(gene,) for gene in e_coli_core.genes] + list(combinations(e_coli_core.genes, 2))[::200]
    for genes in pairs:
        with cobra_model("e_coli_core") as model:
            expected = knock_out_model_genes(model, list(genes))
        found = [e_coli_core.reactions["id"][int(index)] for index in e_coli_core.knocked_out(genes)]
        assert sorted(found) == sorted(reaction.id for reaction in expected)
