"""Pieces of a page that bring their own markup."""

import base64
import hashlib
from dataclasses import replace

from matplotlib.figure import Figure

from analysis import Drawing, Panel, Picture, Report, Section
from analysis.report.fitting import thinned

PANEL = Panel("<p class='mine'>as it stands</p>", "console.assert(true);", ".mine { color: red; }")


def page(*panels: Panel) -> str:
    words = "caption", "alt", "null"
    pictures = [Picture.of_drawing(Drawing("name", Figure(), *words, panel=each)) for each in panels]
    return Report("t", "q", [], {}, sections=[Section("One", pictures=pictures)]).html()


def test_a_panel_takes_the_place_of_its_picture_and_brings_no_plotting_library():
    html = page(PANEL)
    assert PANEL.markup in html
    assert "data:image/png" not in html
    assert "Plotly" not in html


def test_script_and_style_of_several_panels_stand_once_and_the_policy_knows_the_script():
    html = page(PANEL, replace(PANEL, markup="<p>another</p>"))
    assert html.count(PANEL.script) == html.count(PANEL.style) == 1
    digest = base64.b64encode(hashlib.sha256(PANEL.script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in html


def test_a_panel_is_left_out_where_a_page_has_no_room_for_it():
    heavy = Picture(None, "caption", "alt", "null", panel=Panel("x" * 1000))
    assert thinned([heavy], 10) == [replace(heavy, panel=None)]
