"""Every view is a figure that plotly accepts, and is tested through the data it draws."""

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from analysis import AnalysisError, Curve, Estimate, Interactive, Null
from analysis.interactive import View, curve_view, interval_view, matrix_view, network_view, scatter_view


def drawn(view: View):
    """The view as plotly's figure, which refuses a property that does not exist."""
    return Interactive({(): view}).figure()


def test_a_matrix_names_its_cells_in_order():
    values = np.arange(6.0).reshape(2, 3)
    figure = drawn(matrix_view(values, rows=["q<1>", "q2"], columns=["a", "a", "b"], label="weight"))
    (trace,) = figure.data
    assert (np.array(trace.z) == values).all()
    assert list(trace.y) == ["q&lt;1&gt;", "q2"]
    assert list(trace.x) == ["a", "a (2)", "b"]
    assert figure.layout.yaxis.autorange == "reversed"


def test_colours_diverge_around_chance_and_a_contour_holds_what_is_significant():
    values, mask = np.array([[0.2, 0.9], [0.5, 0.4]]), np.array([[False, True], [False, False]])
    heat, contour = drawn(matrix_view(values, centre=0.5, significant=mask)).data
    assert (heat.zmin, heat.zmax) == pytest.approx((0.1, 0.9))
    assert (np.array(contour.z) == mask).all()
    with pytest.raises(AnalysisError, match="significance"):
        matrix_view(values, significant=mask[:1])


def test_a_matrix_larger_than_a_page_is_pooled_and_says_so():
    values = sparse.random_array((3001, 10), density=0.01, rng=np.random.default_rng(0), format="csr")
    figure = drawn(matrix_view(values))
    assert np.array(figure.data[0].z).shape == (1001, 10)
    assert np.array(figure.data[0].z)[0] == pytest.approx(values.toarray()[:3].mean(0))
    assert figure.data[0].y[-1] == "3001 – 3001"
    assert "means of 3" in figure.layout.yaxis.title.text


def test_a_row_needs_a_name_or_none_has_one():
    with pytest.raises(AnalysisError, match="one name for each of 2"):
        matrix_view(np.eye(2), rows=["only one"])


def test_intervals_lie_where_the_estimates_say():
    null = Null(0.5, 0.45, 0.55, 0.01, 100, "shuffled")
    found = {
        "mtmf": {"location": Estimate(0.6, 0.5, 0.8, 5, 0.5, null=null)},
        "gated": {
            "location": Estimate(0.9, float("nan"), float("nan"), 1, 0.5),
            "identity": Estimate.not_estimable("no runs"),
        },
    }
    figure = drawn(interval_view(found, label="accuracy"))
    band, first, second = figure.data
    assert (first.x, second.x) == ((0.6,), (0.9,))
    assert (first.error_x.array, first.error_x.arrayminus) == (pytest.approx((0.2,)), pytest.approx((0.1,)))
    assert second.error_x.array == (0.0,)
    assert band.x == (0.45, 0.55, None)
    assert first.y[0] < 0 < second.y[0]
    assert list(figure.layout.yaxis.ticktext) == ["location", "identity"]
    assert [shape.x0 for shape in figure.layout.shapes] == [0.5]
    assert "p = 0.01" in first.text[0]


def test_nothing_to_draw_is_refused():
    with pytest.raises(AnalysisError, match="estimates"):
        interval_view({"mtmf": {}}, label="accuracy")
    with pytest.raises(AnalysisError, match="curves"):
        curve_view({}, x="step", y="accuracy")


def test_a_curve_lies_in_its_band():
    at = np.array([1.0, 2.0])
    curve = Curve(at, np.array([0.5, 0.7]), np.array([0.4, 0.6]), np.array([0.6, 0.8]), 5)
    figure = drawn(curve_view({"gated_mtmf": curve}, x="step", y="accuracy", chance=0.5))
    low, high, line = figure.data
    assert (list(low.y), list(line.y), list(high.y)) == ([0.4, 0.6], [0.5, 0.7], [0.6, 0.8])
    assert high.fill == "tonexty"
    assert line.name == "gated mtmf (n = 5)"
    assert figure.layout.shapes[0].y0 == 0.5


def test_a_network_draws_the_strongest_edges_and_names_its_nodes():
    edges = pl.DataFrame({"query": [0, 1, 2], "key": [1, 2, 0], "weight": [0.9, 0.1, 0.5]})
    kinds, names = ["metabolite", "reaction", "metabolite"], ["glc", "HEX1", "g6p"]
    figure = drawn(network_view(edges, kinds=kinds, names=names, strongest=2))
    nodes = {trace.name: trace for trace in figure.data if trace.mode == "markers"}
    assert set(nodes) == {"metabolite (2)", "reaction (1)"}
    assert nodes["metabolite (2)"].marker.color == "#D62728"
    assert nodes["reaction (1)"].marker.symbol == "square"
    assert "HEX1" in nodes["reaction (1)"].text[0]
    assert "receives 0.9" in nodes["reaction (1)"].text[0]
    assert sum(len(trace.x or ()) for trace in figure.data if trace.mode == "lines") == 2 * 3
    with pytest.raises(AnalysisError, match="missing weight"):
        network_view(edges.drop("weight"))
    with pytest.raises(AnalysisError, match="one kind and name"):
        network_view(edges, kinds=["metabolite"])


def test_points_carry_their_names():
    figure = drawn(
        scatter_view(np.array([1.0, 2.0]), np.array([3.0, 4.0]), kinds=["a", "b"], names=["p", "q"])
    )
    assert [(trace.name, trace.x[0], trace.text[0]) for trace in figure.data] == [
        ("a", 1.0, "p"),
        ("b", 2.0, "q"),
    ]
    with pytest.raises(AnalysisError, match="as many"):
        scatter_view(np.array([1.0]), np.array([3.0]), names=["p", "q"])
