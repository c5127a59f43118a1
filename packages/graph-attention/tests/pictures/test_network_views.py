"""In a browser the pointer tells of every node and link, and medium, layer and head can be chosen."""

from dataclasses import replace

import numpy as np
import pytest

from graph_attention.pictures.drawn_network import DrawnNetwork
from graph_attention.pictures.network_views import ALL_HEADS, ALL_LAYERS, network_views


@pytest.fixture(scope="module")
def seen(toy_seen):
    return replace(toy_seen, shadow_price=-np.arange(14.0).reshape(2, 7), predicted=toy_seen.flux + 0.5)


@pytest.fixture(scope="module")
def views(seen):
    return network_views(DrawnNetwork.of_reactions(seen.graph, np.arange(10), "toy"), seen, "acid")


def traces(views, choice, mode):
    return [trace for trace in views.views[choice].traces if trace["mode"].startswith(mode)]


def test_every_medium_layer_and_head_can_be_chosen_the_named_medium_first(views):
    assert views.options == {
        "medium": ["acid", "sugar"],
        "layer": [ALL_LAYERS, "layer1", "layer2"],
        "head": [ALL_HEADS, "head 1", "head 2"],
    }


def test_the_pointer_tells_name_formula_flux_attention_and_shadow_price(views, seen):
    told = [
        words
        for trace in traces(views, ("sugar", ALL_LAYERS, ALL_HEADS), "markers")
        for words in trace.get("customdata", ())
    ]
    acid = next(words for words in told if words.startswith("<b>acid_c</b>"))
    assert acid.split("<br>")[1:5] == ["acid", "CH2O", "turnover 16 mmol/gDW/h", "shadow price -4 gDW/mmol"]
    split = next(words for words in told if words.startswith("<b>SPLIT</b>"))
    assert split.split("<br>")[2:5] == ["splitting", "flux 6 mmol/gDW/h", "predicted 6.5"]
    received = seen.received()[0, 7 + 5]
    assert split.endswith(f"receives {received:.2f} × uniform")


def test_the_pointer_tells_weight_and_flow_of_a_link(views, seen):
    links = [
        words
        for trace in traces(views, ("sugar", "layer1", "head 2"), "markers")
        for words in trace["text"]
        if " – " in str(words)
    ]
    made = next(words for words in links if words.startswith("acid_c – SPLIT"))
    assert "makes 12 mmol/gDW/h" in made
    place = next(
        number
        for number, (m, r) in enumerate(
            zip(seen.graph.edges.metabolite, seen.graph.edges.reaction, strict=True)
        )
        if (m, r) == (4, 5)
    )
    assert made.endswith(f"{seen.links('layer1', 1)[0, place]:.2f} × uniform")
    assert any("no flux" in words for words in links)


def test_arrows_turn_with_the_flux(views):
    arrows = next(
        trace
        for trace in traces(views, ("sugar", ALL_LAYERS, ALL_HEADS), "markers")
        if "angle" in trace["marker"]
    )
    assert all(
        (symbol == "arrow") == ("no flux" not in words)
        for symbol, words in zip(arrows["marker"]["symbol"], arrows["text"], strict=True)
    )


def test_a_large_network_has_no_names_and_heads_only_together(ijo1366, core_seen):
    graph = core_seen.graph
    drawn = DrawnNetwork.of_reactions(graph, np.arange(95), "all")
    assert drawn.nodes.height > 120
    found = network_views(drawn, core_seen, "glucose")
    assert found.options["head"] == [ALL_HEADS]
    assert not any(trace["mode"] == "markers+text" for view in found.views.values() for trace in view.traces)


def test_names_cannot_break_out_of_the_page(toy_seen):
    graph = toy_seen.graph
    renamed = replace(
        graph, metabolites=graph.metabolites.with_columns(name=graph.metabolites["name"] + "<script>")
    )
    seen = replace(toy_seen, graph=renamed)
    found = network_views(DrawnNetwork.of_reactions(renamed, np.arange(10), "toy"), seen, "sugar")
    assert "<script>" not in found.to_json()
    assert "&lt;script&gt;" in found.views["sugar", ALL_LAYERS, ALL_HEADS].traces[-2]["customdata"][0]
