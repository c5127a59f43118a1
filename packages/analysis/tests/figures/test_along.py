import numpy as np
import pytest
from matplotlib.colors import to_hex

from analysis import (
    AnalysisError,
    Estimate,
    Null,
    age_curves,
    arm_curves,
    deletion_curves,
    dose_response_figure,
    layer_evolution,
)
from analysis.figures.style import ARMS

NULL = Null(0.25, 0.2, 0.3, 0.01, 1000, "shuffled")


def along(*values: float, chance: float | None = 0.25, null: Null | None = None) -> dict[int, Estimate]:
    return {at: Estimate(v, v - 0.1, v + 0.1, 5, chance, "", null) for at, v in enumerate(values)}


def named(axes, label: str):
    return next(line for line in axes.lines if line.get_label() == label)


def segments(axes) -> list[tuple[float, float, float]]:
    """Place, low and high of every interval."""
    lines = [segment for each in axes.collections for segment in getattr(each, "get_segments", list)()]
    return [(float(a[0]), round(float(a[1]), 9), round(float(b[1]), 9)) for a, b in lines]


def test_accuracy_by_age_has_a_panel_per_property_and_a_line_per_relevance():
    found = {
        "location": {"relevant": along(0.9, 0.6), "irrelevant": along(0.5, 0.3)},
        "identity": {"relevant": along(0.8, 0.4)},
    }
    figure = age_curves(found)
    location, identity = figure.axes
    assert [location.get_title(loc="left"), identity.get_title(loc="left")] == ["location", "identity"]
    np.testing.assert_allclose(named(location, "irrelevant").get_ydata(), [0.5, 0.3])
    assert segments(location)[:2] == [(0.0, 0.8, 1.0), (1.0, 0.5, 0.7)]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["relevant", "irrelevant"]
    styles = {line.get_linestyle() for line in location.lines if line.get_label() != "chance"}
    assert len(styles) == 2  # told apart without colour


def test_chance_is_drawn_where_a_panel_has_one_level_and_panels_of_other_levels_have_other_scales():
    found = {"location": {"a": along(0.9)}, "identity": {"a": along(0.3, chance=0.01)}}
    location, identity = age_curves(found).axes
    assert set(named(location, "chance").get_ydata()) == {0.25}
    assert set(named(identity, "chance").get_ydata()) == {0.01}
    assert location.get_ylim() != identity.get_ylim()
    mixed = {"location": {"a": along(0.9), "b": along(0.3, chance=0.01)}}
    assert "chance" not in [line.get_label() for line in age_curves(mixed).axes[0].lines]


def test_the_null_is_a_band_behind_the_first_line():
    axes = age_curves({"location": {"relevant": along(0.9, 0.6, null=NULL)}}).axes[0]
    band = next(each for each in axes.collections if each.get_label().startswith("null"))
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (NULL.low, NULL.high)


def test_what_is_not_estimable_is_a_gap_that_the_legend_counts():
    found = along(0.9, 0.6, 0.5) | {1: Estimate.not_estimable("too few trials", chance=0.25)}
    axes = age_curves({"location": {"relevant": found}}).axes[0]
    line = named(axes, "relevant (1 of 3 not estimable)")
    np.testing.assert_array_equal(np.isnan(line.get_ydata()), [False, True, False])


def test_numbers_are_drawn_in_their_order_and_at_their_distance():
    doses = {2.0: 0.3, -1.0: -0.1, 0.0: 0.0}
    found = {dose: Estimate(v, v, v, 5, 0.0) for dose, v in doses.items()}
    axes = dose_response_figure({"own": found}, label="change of P(match)").axes[0]
    np.testing.assert_allclose(named(axes, "own").get_xdata(), [-1, 0, 2])
    np.testing.assert_allclose(named(axes, "own").get_ydata(), [-0.1, 0, 0.3])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["−1", "0", "2"]
    assert set(named(axes, "no change").get_ydata()) == {0.0}


def test_doses_may_have_a_panel_per_property():
    lines = {"own": along(0.1, 0.2), "random": along(0.0, 0.0)}
    figure = dose_response_figure({"location": lines, "identity": lines}, label="change")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["location", "identity"]


def test_layers_are_named_at_equal_distances():
    found = {"head 0": {f"layer_{k}": Estimate(k / 10, 0.0, 1.0, 5) for k in range(3)}}
    axes = layer_evolution(found, label="entropy").axes[0]
    np.testing.assert_allclose(named(axes, "head 0").get_xdata(), [0, 1, 2])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["layer 0", "layer 1", "layer 2"]


def test_the_level_of_layers_has_the_name_it_is_given():
    found = {
        "head 0": {"layer_0": Estimate(0.9, 0.8, 1.0, 5, 1.0), "layer_1": Estimate(0.7, 0.6, 0.8, 5, 1.0)}
    }
    axes = layer_evolution(found, label="entropy", level="uniform").axes[0]
    assert [text.get_text() for text in axes.texts] == ["uniform"]


def test_deletion_is_drawn_against_the_intact_model_in_every_panel():
    lines = {"most attended": along(0.7, 0.4), "random": along(0.8, 0.7)}
    intact = Estimate(0.85, 0.8, 0.9, 5)
    figure = deletion_curves({"deleted": lines, "kept": lines}, label="accuracy", intact=intact)
    for axes in figure.axes:
        (band,) = axes.patches
        assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.8, 0.9))
        assert "intact" in [text.get_text() for text in axes.texts]


def test_arms_keep_their_colours_and_four_panels_make_a_square():
    found = {name: {"mtmf": along(0.5, 0.6), "gated": along(0.7, 0.8)} for name in "abcd"}
    figure = arm_curves(found, label="accuracy")
    drawn = [to_hex(named(figure.axes[0], arm).get_color()) for arm in ("mtmf", "gated")]
    assert drawn == [ARMS[0], ARMS[1].lower()]
    assert len({round(axes.get_subplotspec().get_position(figure).x0, 6) for axes in figure.axes}) == 2


def test_an_arm_that_knows_nothing_leaves_the_others_their_colours():
    axes = arm_curves({"a": {"mtmf": {}, "gated": along(0.7, 0.8)}}, label="accuracy").axes[0]
    assert to_hex(named(axes, "gated").get_color()) == ARMS[1].lower()
    assert "mtmf" not in [line.get_label() for line in axes.lines]


def test_nothing_to_draw_is_an_error():
    with pytest.raises(AnalysisError, match="at least one estimate to draw, got none"):
        age_curves({"location": {"relevant": {}}})
