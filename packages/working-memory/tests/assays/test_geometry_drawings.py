import pytest

from analysis import Estimate, Finding, Findings
from working_memory.assays.geometry import Geometry
from working_memory.assays.geometry_drawings import intervals
from working_memory.assays.rotation import DISPARITY, RotationOfMemory
from working_memory.assays.swap import Swap


def findings(measure: str, value: float, **cell) -> Finding:
    return Finding(measure, Estimate(value, value - 0.1, value + 0.1, 50, 0.25), cell)


@pytest.fixture
def found():
    """Two arms of three networks."""

    def network(by: float) -> Findings:
        return Findings(
            (
                findings("orthogonalization", 0.5 + by, layer="rnn", property="location"),
                findings("procrustes_disparity", 0.3 + by, property="location", age=1),
                findings("procrustes_disparity", 0.6 + by, property="location", age=2),
                findings("reconstruction_accuracy", 0.8 + by, property="location", age=1),
                findings("swap_same_age", 0.7 + by, property="location"),
                findings("swap_same_item", 0.2 + by, property="location"),
            )
        )

    return {"mtmf": [network(0.01 * seed) for seed in range(3)], "gated": [network(0.1)]}


def test_networks_are_the_units_where_there_are_several(found):
    drawn = intervals(found, DISPARITY)
    assert list(drawn["mtmf"]) == ["location, age 1", "location, age 2"]
    assert drawn["mtmf"]["location, age 1"].value == pytest.approx(0.31)
    assert drawn["mtmf"]["location, age 1"].n == 3
    assert drawn["gated"]["location, age 1"].n == 50


def test_levels_that_are_chosen_are_not_named(found):
    drawn = intervals(found, DISPARITY, age=2)
    assert {name: each.value for name, each in drawn["gated"].items()} == {"location": pytest.approx(0.7)}


@pytest.mark.parametrize(
    ("assay", "name", "label", "values"),
    [
        (Geometry(), "geometry-orthogonalization", "orthogonalisation", {0.51, 0.6}),
        (RotationOfMemory(), "rotation", "disparity", {0.31, 0.61, 0.4, 0.7}),
        (Swap(), "swap", "exchanged rotation", {0.71, 0.21, 0.8, 0.3}),
    ],
)
def test_figures_draw_every_arm(found, assay, name, label, values):
    (drawing,) = assay.draw(found)
    first = drawing.figure.axes[0]
    assert drawing.name == name
    assert label in first.get_xlabel()
    points = {round(float(line.get_xdata()[0]), 2) for line in first.lines if line.get_marker() == "o"}
    assert values <= points
    assert "mtmf" in drawing.alt
    assert drawing.null


@pytest.mark.parametrize("assay", [Geometry(), RotationOfMemory(), Swap()])
def test_where_nothing_was_found_nothing_is_drawn(assay):
    assert not list(assay.draw({"mtmf": [Findings(())], "gated": []}))
