import dataclasses
import inspect

import numpy as np
import pytest

import analysis
from analysis import (
    CrossValidation,
    Decoding,
    DensePattern,
    Estimate,
    Interactive,
    Null,
    Orthogonalization,
    PropertyAngles,
    Report,
    Section,
    StoredPattern,
    decode,
)
from analysis.interactive.views import View
from analysis.shown import Shown

HELD = [
    "Agreement", "AssayComparison", "CausalTest", "Change", "Clustering", "Decoding", "DensePattern", "Diagnosis",
    "Disparity", "EdgePattern", "Enrichment", "Faithfulness", "Interactive", "Orthogonalization", "Reconstruction",
    "Report", "Result", "Settled", "StoredPattern", "SwapTest",
]  # fmt: skip
PUBLIC = {name: getattr(analysis, name) for name in analysis.__all__}
OF_ESTIMATES = [
    name
    for name, found in PUBLIC.items()
    if inspect.isclass(found)
    and dataclasses.is_dataclass(found)
    and any("Estimate" in str(each.type) for each in dataclasses.fields(found))
]
ESTIMATE = Estimate(0.5, 0.4, 0.6, 12, 0.25, "by <hand>", Null(0.25, 0.2, 0.3, 0.01, 99, "a < b"))


@pytest.mark.parametrize("name", sorted({*HELD, *OF_ESTIMATES}))
def test_what_holds_estimates_shows_itself(name):
    assert "_repr_html_" in dir(PUBLIC[name])


def test_the_estimates_of_every_property_are_found():
    assert {"Orthogonalization", "SwapTest", "Leakage", "FeatureCorrelation", "PropertyAngles", "Claim"} <= {
        *OF_ESTIMATES
    }


def test_fields_stand_by_name_and_everything_is_escaped():
    shown = Orthogonalization(ESTIMATE, 2 / 3, Estimate.not_estimable("no <room>"), 4)._repr_html_()
    assert "<caption>Orthogonalization</caption>" in shown
    assert "0.500 [0.400, 0.600], n = 12" in shown
    assert "<tr><th>simplex</th><td>0.6667</td></tr>" in shown
    assert "not estimable: no &lt;room&gt;" in shown
    assert "<hand>" not in shown
    assert "a < b" not in shown


def test_several_estimates_have_a_line_each():
    shown = PropertyAngles((ESTIMATE, ESTIMATE), ESTIMATE)._repr_html_()
    assert [f"<th>{name}</th>" in shown for name in ("angles 1", "angles 2", "angles 3", "overlap")] == [
        True,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("permutations", [0, 20])
def test_a_decoding_shows_the_accuracy_of_its_views(permutations):
    features = np.random.default_rng(0).normal(size=(60, 30, 2))
    found = decode(features, np.arange(60) % 3, range(60), CrossValidation(permutations=permutations))
    assert isinstance(found, Decoding)
    shown = found._repr_html_()
    for time in (0, 11):
        assert f"<th>label at {time}</th>" in shown
        assert f"{found.accuracy[time, time]:.3f}" in shown
    assert "label at 12" not in shown
    assert "<th>views</th><td>30</td>" in shown


def test_a_pattern_shows_its_shape_and_not_its_weights():
    shown = DensePattern(np.full((2, 3, 5, 5), 0.2))._repr_html_()
    assert "(2, 3, 5, 5)" in shown
    assert "<th>weights</th><td>ndarray (2, 3, 5, 5)</td>" in shown
    assert "<th>allowed</th><td>none</td>" in shown
    assert issubclass(StoredPattern, Shown)


def test_a_report_and_its_figures_are_told_without_being_made():
    page = Report(
        "Title & more", "Why?", ["one < two"], {"arm": "five seeds"}, sections=[Section("again")] * 9
    )
    shown = page._repr_html_()
    assert "Title &amp; more" in shown
    assert "one &lt; two" in shown
    assert "<th>sections</th><td>9 entries</td>" in shown
    choices = Interactive({("a",): View([{"y": [1] * 1000}])}, ("record",))
    assert len(choices._repr_html_()) < 1000
    assert "<th>selectors</th><td>record</td>" in choices._repr_html_()
