"""The picture of a network shows what flows and what is attended, in the same places in every medium."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from analysis.figures.style import figure_bytes
from graph_attention.pictures.drawn_network import DrawnNetwork
from graph_attention.pictures.links import (
    REACHES,
    Look,
    colour_of,
    colour_place,
    reach_of,
    ticks_of,
    width_of,
)
from graph_attention.pictures.network_figure import network_figure


@pytest.fixture(scope="module")
def drawn(toy_seen):
    return DrawnNetwork.of_reactions(toy_seen.graph, np.arange(10), "toy")


def looks(drawn, seen):
    return {medium: Look.of(drawn, seen, medium) for medium in seen.media}


def test_a_look_is_what_flows_and_what_is_attended(drawn, toy_seen):
    look = Look.of(drawn, toy_seen, "sugar", "layer2", 1)
    at = {(m, r): row for row, (m, r) in enumerate(drawn.links.select("metabolite", "reaction").iter_rows())}
    assert look.carried[at["acid_c", "SPLIT"]] == 12
    assert look.carried[at["sugar_c", "SPLIT"]] == -6
    assert look.carried[at["waste_c", "DEAD"]] == 0
    np.testing.assert_allclose(look.multiples, toy_seen.links("layer2", 1)[0, drawn.links["link"].to_numpy()])
    row = drawn.keys.index("GROW")
    assert look.received[row] == toy_seen.received("layer2", 1)[0, 7 + 7]


def test_a_link_points_where_the_flux_goes_and_is_dotted_without(drawn, toy_seen):
    figure = network_figure(drawn, looks(drawn, toy_seen))
    for axes, look in zip(figure.axes, looks(drawn, toy_seen).values(), strict=False):
        arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
        assert len(arrows) == drawn.links.height
        places = {key: np.array(place) for key, *place in drawn.nodes.select("key", "x", "y").iter_rows()}
        for arrow, carried, (m, r) in zip(
            arrows, look.carried, drawn.links.select("metabolite", "reaction").iter_rows(), strict=True
        ):
            start, end = arrow._posA_posB
            wanted = (places[r], places[m]) if carried > 0 else (places[m], places[r])
            np.testing.assert_allclose([start, end], wanted)
            assert (arrow.get_linestyle() == "solid" or arrow.get_linestyle() == "-") == (carried != 0)


def test_colour_is_attention_and_width_is_flux(drawn, toy_seen):
    look = looks(drawn, toy_seen)["sugar"]
    axes = network_figure(drawn, {"sugar": look}).axes[0]
    most, reach = np.abs(look.carried).max(), reach_of(look.multiples)
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    for arrow, multiple, carried in zip(arrows, look.multiples, look.carried, strict=True):
        assert to_hex(arrow.get_edgecolor()) == colour_of(multiple, reach)
        if carried:
            assert arrow.get_linewidth() == pytest.approx(width_of(carried, most))


def test_uniform_is_the_middle_of_the_scale():
    assert colour_place(1.0, 2.0) == 0.5
    assert colour_place(4.0, 2.0) == 1.0
    assert colour_place(0.25, 2.0) == 0.0 == colour_place(0.0, 2.0)
    assert colour_place(float("nan"), 2.0) == 0.5
    assert width_of(0.0, 0.0) < width_of(1.0, 10.0) < width_of(10.0, 10.0)


def test_the_scale_holds_nearly_all_links_and_never_more_than_four_times_uniform():
    assert reach_of(np.array([1.0, 1.15, 0.9])) == REACHES[0]
    assert reach_of(np.array([1.0, 1.2]), np.array([0.5, np.nan])) == 1.0
    assert reach_of(np.array([0.0, 100.0])) == REACHES[-1]
    assert ticks_of(2.0) == ([-2.0, -1.0, 0.0, 1.0, 2.0], ["0.25", "0.5", "1", "2", "4"])


def test_a_figure_says_what_is_drawn_and_what_is_left_out(drawn, toy_seen):
    said = network_figure(replace(drawn, left_out="3 links are not drawn"), looks(drawn, toy_seen))
    assert said.get_suptitle() == "toy; 3 links are not drawn"


def test_media_share_places_and_the_same_picture_has_the_same_bytes(drawn, toy_seen):
    figure = network_figure(drawn, looks(drawn, toy_seen))
    first, second = ([c.get_offsets() for c in axes.collections] for axes in figure.axes[:2])
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    again = network_figure(
        DrawnNetwork.of_reactions(toy_seen.graph, np.arange(10), "toy"), looks(drawn, toy_seen)
    )
    assert figure_bytes(figure, dpi=60) == figure_bytes(again, dpi=60)


def test_without_any_flux_there_is_still_a_picture(drawn, toy_seen):
    look = looks(drawn, toy_seen)["sugar"]
    still = Look(look.multiples, look.weights, np.zeros_like(look.carried), look.received)
    assert network_figure(drawn, {"nothing flows": still}).axes
