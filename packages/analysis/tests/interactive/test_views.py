import json

import numpy as np
import pytest

from analysis import AnalysisError, Interactive
from analysis.interactive import View

HOSTILE = "</script><b>\u2028"


def line(name: str) -> View:
    return View([{"type": "scatter", "y": np.array([0.123456789, np.nan]), "name": name}], {"height": 300})


def test_options_are_what_the_views_answer_to_in_their_order():
    keys = [("layer 2", "head 1"), ("layer 1", "head 1"), ("layer 1", "head 2")]
    found = Interactive({key: line(key[1]) for key in keys}, ("layer", "head"))
    assert found.options == {"layer": ["layer 2", "layer 1"], "head": ["head 1", "head 2"]}


def test_the_record_has_five_digits_and_no_nan_and_cannot_end_its_script():
    text = Interactive({(): line(HOSTILE)}).to_json()
    assert "<" not in text
    assert "\u2028" not in text
    (view,) = json.loads(text)
    assert view["data"][0]["y"] == [0.12346, None]
    assert view["data"][0]["name"] == HOSTILE
    assert view["choice"] == []


def test_a_view_is_a_figure_of_plotly():
    found = Interactive({("a",): line("first"), ("b",): line("second")}, ("which",))
    assert found.figure().data[0].name == "first"
    assert found.figure("b").data[0].name == "second"
    with pytest.raises(AnalysisError, match="no view"):
        found.figure("c")


def test_figures_without_a_view_or_with_other_choices_are_refused():
    with pytest.raises(AnalysisError, match="at least one view"):
        Interactive({})
    with pytest.raises(AnalysisError, match="one choice for each"):
        Interactive({("a",): line("x")})
