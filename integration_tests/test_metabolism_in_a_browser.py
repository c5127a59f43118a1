"""The page of a metabolic model in a real browser: media, layers and heads are chosen, the pointer tells of nodes."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
import torch

from graph_attention import MetabolicGraph
from graph_attention.configuration import ModelConfig
from graph_attention.model.factory import transformer_of
from searchlight.choices import NetworkChoice
from searchlight.experiments import metabolism_inspection
from searchlight.experiments.base import Evaluation
from searchlight.experiments.metabolism_conditions import condition_maps

NETWORK = "#figure-1"


@pytest.fixture(scope="module")
def page_of_a_model(write_page):
    """What inspect shows of a model of e_coli_core with random weights."""
    experiment = SimpleNamespace(graph=MetabolicGraph.bundled("e_coli_core"))
    controls = {}
    for seed, name in enumerate(("conditions", "untrained_conditions")):
        torch.manual_seed(seed)
        model = transformer_of(experiment.graph, ModelConfig(dim=8, heads=2, layers=2), typical=np.ones(95))
        with torch.no_grad():
            for each in model.parameters():
                each.add_(0.3 * torch.randn_like(each))
        controls[name] = condition_maps(experiment, model.eval())
    trials = pl.DataFrame({"split": ["test/nutrient"], "group": ["a"]})
    found = metabolism_inspection.inspect(experiment, Evaluation(trials), controls, NetworkChoice(nodes=60))
    return write_page(found)


def test_a_page_is_small_enough_to_be_sent_around(page_of_a_model):
    assert page_of_a_model.stat().st_size < 10_000_000


def test_medium_layer_and_head_change_the_network(opened, shown):
    page = opened(1280)
    figure = shown(page, NETWORK)
    hovered = f"document.querySelector('{NETWORK} .plot').data.find((each) => each.marker?.angle).text.join()"
    seen = [page.evaluate(hovered)]
    for label, choice in (("Medium", "acetate"), ("Layer", "layer2"), ("Head", "head 2")):
        figure.get_by_label(label).select_option(choice)
        page.wait_for_function(f"{hovered} !== {seen[-1]!r}")
        seen.append(page.evaluate(hovered))
    assert len(set(seen)) == 4


def test_the_pointer_tells_of_a_reaction(opened, shown):
    page = opened(1280)
    figure = shown(page, NETWORK)
    point = figure.locator(".plot .scatterlayer .trace").last.locator("path.point").first.bounding_box()
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    words = figure.locator(".plot .hovertext").first
    words.wait_for()
    assert "mmol/gDW/h" in words.text_content()
    assert "× uniform" in words.text_content()


@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_is_not_wider_than_the_window_and_every_figure_is_drawn(opened, width, draw_all):
    page = opened(width)
    draw_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("figure.interactive .still:visible").count() == 0
    named = f"document.querySelector('{NETWORK} .plot').data.some((each) => each.mode === 'markers+text')"
    assert page.evaluate(named) == (width > 500)


def test_the_keyboard_chooses_a_medium(opened, shown):
    page = opened(1280)
    shown(page, NETWORK)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SELECT":
            break
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "acetate"
