import numpy as np
import polars as pl
import pytest
from matplotlib.colors import to_hex

from analysis import AnalysisError, attention_network

EDGES = pl.DataFrame({"query": [0, 1, 2, 3, 3], "key": [1, 2, 0, 3, 4], "weight": [0.5, 0.4, 0.3, 0.2, 0.1]})
KINDS = ["metabolite", "reaction", "metabolite", "reaction", "enzyme"]


def test_only_the_strongest_edges_are_drawn_and_the_title_counts_both():
    axes = attention_network(EDGES, kinds=KINDS, strongest=2).axes[0]
    assert len(axes.patches) == 2
    assert axes.get_title(loc="left") == "the 2 strongest of 5 edges"
    assert sum(len(each.get_offsets()) for each in axes.collections) == 3


def test_an_arrow_runs_from_query_to_key_and_a_token_that_attends_to_itself_has_a_ring():
    axes = attention_network(EDGES, kinds=KINDS).axes[0]
    places = {text.get_text(): np.array(text.xy) for text in axes.texts}
    ends = [(arrow._posA_posB) for arrow in axes.patches]
    expected = [(places[str(q)], places[str(k)]) for q, k in ((0, 1), (1, 2), (2, 0), (3, 4))]
    np.testing.assert_allclose(np.array(ends), np.array(expected))
    (ring,) = axes.lines
    np.testing.assert_allclose(np.ravel(ring.get_data()), places["3"])


def test_metabolites_are_red_reactions_blue_and_every_kind_has_its_shape():
    axes = attention_network(EDGES, kinds=KINDS).axes[0]
    drawn = {each.get_label(): each for each in axes.collections}
    colours = {label: to_hex(each.get_facecolor()[0]) for label, each in drawn.items()}
    assert colours["metabolite (2)"] == "#d62728"
    assert colours["reaction (2)"] == "#1f77b4"
    assert len(set(colours.values())) == 3
    assert len({each.get_paths()[0].vertices.tobytes() for each in drawn.values()}) == 3


def test_a_stronger_edge_is_wider_and_who_receives_more_is_larger():
    axes = attention_network(EDGES).axes[0]
    widths = [arrow.get_linewidth() for arrow in axes.patches]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 4
    (nodes,) = axes.collections
    assert nodes.get_sizes()[1] == nodes.get_sizes().max()  # token 1 receives 0.5


def test_the_layout_is_the_same_for_the_same_seed():
    first, again, other = (attention_network(EDGES, seed=seed).axes[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.collections[0].get_offsets(), again.collections[0].get_offsets())
    assert not np.allclose(first.collections[0].get_offsets(), other.collections[0].get_offsets())


def test_of_many_nodes_those_that_receive_most_are_named():
    edges = pl.DataFrame({"query": range(50), "key": [0] * 25 + [1] * 25, "weight": [1.0] * 50})
    axes = attention_network(edges, names=[f"token {k}" for k in range(50)]).axes[0]
    written = [text.get_text() for text in axes.texts]
    assert len(written) == 30
    assert {"token 0", "token 1"} <= set(written)
    assert "the 30 nodes that receive most are named" in axes.get_title(loc="left")


@pytest.mark.parametrize(
    ("edges", "more", "why"),
    [
        (EDGES.drop("weight"), {}, "missing weight"),
        (EDGES.clear(), {}, "expected edges to draw, got 0"),
        (EDGES, {"kinds": ["metabolite"]}, "kind and a name for each of 5 tokens, got 1"),
    ],
)
def test_what_is_no_network_is_refused(edges, more, why):
    with pytest.raises(AnalysisError, match=why):
        attention_network(edges, **more)
