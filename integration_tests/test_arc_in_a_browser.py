"""The page of a model on grids in a real browser: cells, looks and heads are chosen; without scripts one is shown."""

import numpy as np
import pytest

from searchlight.caching import cache_folder
from searchlight.choices import GridChoice
from searchlight.configuration import load_config, with_settings
from searchlight.experiments import arc_inspection
from searchlight.experiments.arc import Arc

TINY = {
    "families.sides": [4, 5],
    "families.pairs": [2, 2],
    "tasks.train": 6,
    "tasks.validation": 2,
    "tasks.test": 3,
    "model.dim": 16,
    "model.heads": 2,
    "model.steps": 2,
}
SPLIT = "test/seen"
TASK = "#figure-1"
DISCS = f"{TASK} svg[data-model='trained'] .dots circle"


@pytest.fixture(scope="module")
def page_of_a_model(write_page):
    """What inspect shows of a model with random weights."""
    config = with_settings(load_config("arc/demo_quick").config, TINY, "test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Arc, "splits", (SPLIT,))
        experiment = Arc(config, 0, cache=cache_folder())
        model = experiment.model().eval()
        trained = experiment.evaluate_split(model, SPLIT)
        controls = {what: experiment.intervene(model, what) for what in experiment.inspected}
        found = arc_inspection.inspect(experiment, trained, controls, GridChoice(cell="1,1"), model)
    return write_page(found)


NUMBERS = '["x", "y", "cx", "cy", "r", "width", "height", "stroke-width"]'
FOUND = f"""[...page.querySelectorAll(".arc .dots circle, .arc .settling rect, .arc .chosen rect")].map(
    (each) => {NUMBERS}.map((name) => Number(each.getAttribute(name) ?? 0)))"""
"""Place and look of every disc and dash."""


def marks(page) -> list[list[float]]:
    """Those of a page."""
    return page.evaluate(f"() => {{ const page = document; return {FOUND}; }}")


def test_the_script_draws_what_stands_there_without_it(opened, page_of_a_model):
    page = opened(1280)
    parsed = "const page = new DOMParser().parseFromString(text, 'text/html')"
    written = page.evaluate(f"(text) => {{ {parsed}; return {FOUND}; }}", page_of_a_model.read_text())
    assert len(written) > 10
    assert np.allclose(marks(page), written, atol=0.003)  # the page holds weights in two bytes


def test_without_scripts_the_chosen_cell_is_shown_and_nothing_is_offered_that_does_not_work(
    open_page, page_of_a_model
):
    page = open_page(page_of_a_model, 1280, java_script_enabled=False)
    assert page.locator(DISCS).count() > 0
    assert page.locator(f"{TASK} .cell").inner_text() == "row 1, column 1"
    assert page.locator(f"{TASK} .selectors:visible, {TASK} .hint:visible").count() == 0


def test_a_click_and_the_arrow_keys_choose_a_cell(opened):
    page = opened(1280)
    asked = page.locator(f"{TASK} svg.asked")
    asked.scroll_into_view_if_needed()
    assert page.locator(f"{TASK} .cell").inner_text() == "row 1, column 1"
    before = marks(page)
    pixels = asked.evaluate("(svg) => svg.getScreenCTM().a")
    asked.click(position={"x": 2.6 * pixels, "y": 3.6 * pixels})
    assert page.locator(f"{TASK} .cell").inner_text() == "row 2, column 2"
    assert marks(page) != before
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert page.locator(f"{TASK} .cell").inner_text() == "row 1, column 1"
    assert marks(page) == before
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    assert page.locator(f"{TASK} .cell").inner_text() == "row 0, column 1"


def test_the_cells_can_be_reached_by_keyboard_alone(opened):
    page = opened(1280)
    page.locator(f"{TASK} select").last.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.locator(f"{TASK} .cell").inner_text() == "row 2, column 1"


def test_looks_and_heads_can_be_chosen(opened):
    page = opened(1280)
    seen = [marks(page)]
    numbers = [page.locator(f"{TASK} tbody").inner_text()]
    for name, choice in (("Look", "step 2"), ("Head", "head 2")):
        page.locator(TASK).get_by_role("combobox", name=name).select_option(choice)
        seen.append(marks(page))
        numbers.append(page.locator(f"{TASK} tbody").inner_text())
    assert len({str(each) for each in seen}) == len(set(numbers)) == 3


@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_is_not_wider_than_the_window_and_every_figure_is_drawn(
    opened, width, page_of_a_model, draw_all
):
    assert page_of_a_model.stat().st_size < 10_000_000
    page = opened(width)
    draw_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(f"{TASK} svg").evaluate_all(
        "(found) => found.every((svg) => svg.getBoundingClientRect().right <= innerWidth)"
    )
