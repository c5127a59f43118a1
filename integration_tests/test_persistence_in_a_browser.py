"""The page of a persistence model in a real browser: frames, layers and heads are chosen, the pointer tells."""

from dataclasses import replace

import pytest

from searchlight.caching import cache_folder
from searchlight.choices import ClipChoice
from searchlight.configuration import load_config
from searchlight.experiments import persistence_inspection
from searchlight.experiments.joining import join
from searchlight.experiments.persistence import Persistence

SPLIT = "test/same"
FRAMES, TOKENS = "#figure-1", "#figure-5"


@pytest.fixture(scope="module")
def page_of_a_model(write_page):
    """What inspect shows of a model with random weights on two clips."""
    config = load_config("persistence/demo_quick").config
    splits = replace(config.videos.splits, train=2, validation=1, test=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Persistence, "splits", (SPLIT,))
        config = replace(config, videos=replace(config.videos, splits=splits))
        experiment = Persistence(config, 0, cache=cache_folder())
        trained = join([experiment.evaluate_split(experiment.model(), SPLIT)])
        controls = {what: experiment.intervene(experiment.model(), what) for what in experiment.inspected}
        found = persistence_inspection.inspect(experiment, trained, controls, ClipChoice(frames=2))
    return write_page(found)


def test_frames_models_layers_and_heads_can_be_chosen(opened, shown):
    page = opened(1280)
    for figure, asked in ((FRAMES, {"Frame": "9"}), (TOKENS, {"Layer": "layer2", "Head": "head 2"})):
        plot = f"document.querySelector('{figure} .plot')"
        drawn = f"JSON.stringify({plot}.data.find((each) => each.type === 'heatmap').z)"
        found = shown(page, figure)
        seen = [page.evaluate(drawn)]
        for label, choice in asked.items():
            found.get_by_role("combobox", name=label).select_option(choice)
            page.wait_for_function(f"{drawn} !== {seen[-1]!r}")
            seen.append(page.evaluate(drawn))
        assert len(set(seen)) == 1 + len(asked)


def test_the_pointer_tells_of_a_detection(opened, shown):
    page = opened(1280)
    figure = shown(page, FRAMES)
    figure.get_by_role("combobox", name="Frame").select_option("9")
    mark = figure.locator(".plot .scatterlayer path.point").first
    mark.wait_for()
    mark.hover(force=True)
    words = figure.locator(".plot .hovertext").first
    words.wait_for()
    assert "linked track" in words.text_content()
    assert "probability that it lasts" in words.text_content()
    assert "rollout receives" in words.text_content()


@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_is_not_wider_than_the_window_and_every_figure_is_drawn(
    opened, width, page_of_a_model, draw_all
):
    assert page_of_a_model.stat().st_size < 10_000_000
    page = opened(width)
    draw_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("figure.interactive .still:visible").count() == 0
