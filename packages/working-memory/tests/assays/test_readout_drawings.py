import numpy as np
import pytest

from analysis import CrossValidation, Estimate, Finding, Findings
from working_memory.assays.decoding import Decodability
from working_memory.assays.generalisation import Generalisation
from working_memory.assays.memory import Memory
from working_memory.assays.readout_drawings import over_networks

HOW = CrossValidation(permutations=40)


def network(*values: float) -> Findings:
    return Findings(
        tuple(
            Finding("accuracy", Estimate(value, 0.0, 1.0, 5, 0.25), {"age": age})
            for age, value in enumerate(values)
        )
    )


def test_networks_are_the_units_and_one_without_the_figure_does_not_count():
    found = over_networks([network(0.5, 0.3), network(0.7, np.nan)], "accuracy", age=0)
    assert (found.value, found.n, found.chance) == (pytest.approx(0.6), 2, 0.25)
    assert over_networks([network(0.5, 0.3), network(0.7, np.nan)], "accuracy", age=1).n == 1
    assert over_networks([network(0.5)], "accuracy", age=3).how == "not estimable: no network was asked"


def test_memory_is_drawn_by_age_and_as_a_matrix_with_what_is_significant(make_run, planted):
    assay = Memory(HOW, properties=("location", "category"))
    found = assay.measure(make_run(planted(2, 4.0)), {})
    drawings = {each.name: each for each in assay.draw({"arm": [found]})}
    assert set(drawings) == {"memory-by-age-arm", "memory-transfer", "item_age-arm-4-classes"}
    panels = drawings["item_age-arm-4-classes"].figure.axes
    drawn = panels[0].images[0].get_array()
    np.testing.assert_allclose(drawn, found.arrays["item_age/location"])
    assert panels[0].get_xticklabels()[0].get_text() == "1 at 1"
    assert panels[0].collections, "the significant cells have a contour"


def test_every_layer_and_property_has_a_row_and_a_matrix(make_run, planted):
    assay = Decodability(HOW, properties=("location",))
    found = assay.measure(make_run(planted(1, 4.0)), {})
    drawings = {each.name: each for each in assay.draw({"baseline": [found], "arm": [found, found]})}
    assert set(drawings) == {
        "decoding", "time_generalisation-baseline-4-classes", "time_generalisation-arm-4-classes",
    }  # fmt: skip
    rows = [label.get_text() for label in drawings["decoding"].figure.axes[0].get_yticklabels()]
    assert len(rows) == 4
    assert "2 networks" in drawings["time_generalisation-arm-4-classes"].caption


def test_what_does_not_carry_over_says_so_in_its_row(make_run, planted):
    assay = Generalisation(HOW, properties=("location",))
    found = assay.measure(make_run(planted(1, 4.0)), {})
    drawing = next(assay.draw({"arm": [found]}))
    told = " ".join(text.get_text() for text in drawing.figure.axes[0].texts)
    assert "not estimable: all sequences are of test/familiar" in told


def test_nothing_is_drawn_of_runs_that_could_not_be_asked():
    for assay in (Decodability(HOW), Memory(HOW), Generalisation(HOW)):
        assert list(assay.draw({"arm": [Findings((), notes=("no states",))]})) == []
