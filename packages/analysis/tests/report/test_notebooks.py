"""What results show of themselves in a notebook."""

import numpy as np
import polars as pl

from analysis import Estimate, Finding, Findings, compare


def test_a_comparison_shows_its_table_escaped():
    values = pl.DataFrame(
        {"arm": ["a", "a", "<b>", "<b>"], "seed": [0, 1, 0, 1], "value": [0.5, 0.6, 0.7, 0.9]}
    )
    shown = compare(values, [], "a")._repr_html_()
    assert "0.550" in shown
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown


def test_findings_show_figures_notes_and_the_shapes_of_their_arrays():
    nothing = Estimate.not_estimable("one class")
    figures = (
        Finding("decoding_accuracy", Estimate(0.6, 0.5, 0.7, 9, 0.25), {"layer": "cnn", "age": 2}),
        Finding("decoding_accuracy", nothing, {"layer": "rnn"}),
    )
    shown = Findings(figures, {"matrix": np.zeros((3, 4))}, ("a note",))._repr_html_()
    for words in (
        "0.600 [0.500, 0.700]",
        "cnn, age 2",
        "not estimable: one class",
        "a note",
        "3 × 4",
        "0.250",
    ):
        assert words in shown


def test_findings_of_nothing_show_their_notes():
    assert "for it kept no maps" in Findings((), notes=("for it kept no maps",))._repr_html_()
