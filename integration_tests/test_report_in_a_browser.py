"""A page in a real browser: its figures are drawn, its selectors change them, and nothing leaves it."""

from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from analysis import (
    Claim,
    Curve,
    Drawing,
    Estimate,
    Interactive,
    Picture,
    Report,
    Row,
    Section,
    compare,
    write_report,
)
from analysis.interactive import curve_view, interval_view, matrix_view, network_view, scatter_view

CHOICES = {
    (layer, head): index
    for index, (layer, head) in enumerate((a, b) for a in ("cnn", "rnn") for b in ("head 1", "head 2"))
}


FOCUSED = "`${document.activeElement.tagName} ${document.activeElement.className}`.trim()"


def figures() -> list[Interactive]:
    """One of each kind; the maps of head 2 of the rnn are missing on purpose."""
    rng = np.random.default_rng(0)
    at = np.arange(5.0)
    estimates = {
        "mtmf": {"location": Estimate(0.6, 0.5, 0.7, 5, 0.5)},
        "gated": {"location": Estimate(0.9, 0.8, 1.0, 5, 0.5)},
    }
    edges = pl.DataFrame({"query": [0, 1, 2], "key": [1, 2, 0], "weight": [0.9, 0.1, 0.5]})
    maps = {
        key: matrix_view(np.full((3, 3), index / 4))
        for key, index in CHOICES.items()
        if key != ("rnn", "head 2")
    }
    return [
        Interactive(maps, ("layer", "head")),
        Interactive({(): matrix_view(rng.random((200, 150)), centre=0.5)}),
        Interactive({(): interval_view(estimates, label="accuracy")}),
        Interactive(
            {(): curve_view({"mtmf": Curve(at, at, at - 1, at + 1, 5)}, x="step", y="accuracy", chance=0.5)}
        ),
        Interactive({(): network_view(edges, names=["glc", "HEX1", "g6p"])}),
        Interactive({(): scatter_view(rng.random(9), rng.random(9))}),
    ]


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """A page with everything that a page may hold."""
    still = Figure(figsize=(2, 1))
    still.add_subplot().plot([0, 1])
    pictures = [
        Picture.of_drawing(Drawing(f"figure-{number}", still, "A caption.", "A figure.", "chance.", each))
        for number, each in enumerate(figures())
    ]
    rows = [
        Row(
            "decoding_accuracy",
            Estimate(0.6, 0.5, 0.7, 5, 0.25),
            "cnn, location",
            "mtmf",
            "mean of nulls 0.25",
        )
    ]
    values = pl.DataFrame({"arm": ["a", "a", "b", "b"], "seed": [0, 1, 0, 1], "value": [0.5, 0.6, 0.7, 0.9]})
    claim = Claim("It helps. " * 8, Estimate(0.2, 0.1, 0.3, 5, 0.0), no_intervention="none can be made")
    path = tmp_path_factory.mktemp("page") / "report.html"
    page = Report(
        "A title </script><script>alert(1)</script>",
        "Does it work?",
        ["data"],
        {"mtmf": "the baseline"},
        {"test/familiar": compare(values, [], "a")},
        [claim],
        [
            Section("Decoding", "What can be read?", rows, rows, pictures=pictures, notes=["a note " * 40]),
            Section(
                "Second",
                comparisons={
                    "a measure with a long name of words, test/novel_identity": compare(
                        values, [], "a", chance=0.5
                    )
                },
            ),
            Section("Third", rows=rows),
        ],
        commands=["searchlight report " + "runs/" * 60],
    )
    write_report(path, page)
    return path


@pytest.fixture
def opened(open_page, report):
    return partial(open_page, report)


def test_every_figure_is_drawn_in_place_of_its_picture(opened, draw_all):
    page = opened(1280)
    draw_all(page)
    assert page.locator("figure.interactive").count() == len(figures())
    assert page.locator("figure.interactive .still:visible").count() == 0
    assert page.evaluate("document.title").startswith("A title </script>")
    drawn = "[...document.querySelectorAll('.plot')].map((plot) => plot.data.length)"
    assert page.evaluate(drawn) == [len(next(iter(each.views.values())).traces) for each in figures()]


def test_selectors_change_what_is_drawn_and_say_where_there_is_nothing(opened):
    page = opened(1280)
    figure = page.locator("#figure-1")
    figure.scroll_into_view_if_needed()
    figure.locator(".main-svg").first.wait_for()
    layer, head = (figure.get_by_label(name) for name in ("Layer", "Head"))
    value = "document.querySelector('#figure-1 .plot').data[0].z[0][0]"
    for (which, number), index in CHOICES.items():
        layer.select_option(which)
        head.select_option(number)
        missing = (which, number) == ("rnn", "head 2")
        assert figure.get_by_text("There is none for this choice").is_visible() == missing
        assert figure.locator(".plot").is_visible() != missing
        if not missing:
            page.wait_for_function(f"{value} === {index / 4}")


def test_a_large_matrix_arrives_with_its_numbers(opened, draw_all):
    page = opened(1280)
    draw_all(page)
    found = np.array(page.evaluate("document.querySelector('#figure-2 .plot').data[0].z"))
    expected = np.random.default_rng(0).random((200, 150))
    assert np.abs(found - expected).max() < 0.002


def test_the_pointer_reads_names(opened, draw_all):
    page = opened(1280)
    draw_all(page)
    plot = page.locator("#figure-3 .plot")
    plot.scroll_into_view_if_needed()
    point = plot.locator("path.point").first.bounding_box()
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    plot.locator(".hovertext").first.wait_for()
    assert "n = 5" in plot.locator(".hovertext").first.text_content()


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_not_wider_than_the_window(opened, width, scheme, draw_all):
    page = opened(width, color_scheme=scheme)
    draw_all(page)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.wait_for_timeout(300)
    wide = """[...document.querySelectorAll('main *')].filter((each) => !each.closest('.wide, pre, .plot')
        && each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 80))"""
    assert page.evaluate(wide) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ink = page.evaluate("document.querySelector('#figure-3 .plot').layout.font.color")
    assert (ink == "#e7e7e4") == (scheme == "dark")


def test_the_keyboard_reaches_the_skip_link_contents_selectors_and_folded_tables(opened):
    page = opened(1280)
    reached = []
    while "PRE" not in reached and len(reached) < 200:
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    assert reached[0] == "A skip"
    stations = [name for name in reached if name in ("DIV wide claims", "SUMMARY", "SELECT", "PRE")]
    assert stations == ["DIV wide claims", "SUMMARY", "SELECT", "SELECT", "PRE"]
    page.locator("#figure-1 select").first.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.querySelector('#figure-1 .plot').data?.[0].z[0][0] === 0.5")


def test_without_scripts_the_pictures_are_there(opened):
    page = opened(1280, java_script_enabled=False)
    assert page.locator("img.still:visible").count() == len(figures())
    assert page.locator(".live:visible").count() == 0


def test_printed_it_shows_the_pictures(opened, draw_all):
    page = opened(1280)
    draw_all(page)
    page.emulate_media(media="print")
    assert page.locator("img.still:visible").count() == len(figures())
    assert page.locator(".live:visible").count() == 0


def test_the_policy_stops_scripts_and_requests_that_are_not_the_pages_own(browser, report):
    page = browser.new_page()
    page.goto(report.as_uri())
    refused = page.evaluate("""async () => {
        const made = document.createElement('script');
        made.textContent = 'window.injected = true';
        document.body.append(made);
        const left = await fetch('http://127.0.0.1:9/').then(() => true, () => false);
        return [window.injected === undefined, left];
    }""")
    assert refused == [True, False]
    page.close()
