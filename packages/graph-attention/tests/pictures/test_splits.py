"""A split is drawn beside FBA's and beside equal shares."""

from dataclasses import replace

import numpy as np
import pytest

from graph_attention import MetabolicError
from graph_attention.pictures.splits import SeenSplits, split_figure, split_views
from graph_attention.truth.splits import producer_splits


@pytest.fixture(scope="module")
def splits(core_seen):
    edges, truth = producer_splits(core_seen.graph, core_seen.flux)
    return SeenSplits(
        core_seen.graph,
        core_seen.media,
        edges.reaction,
        edges.metabolite,
        truth,
        np.nan_to_num(truth, nan=0.0),
    )


def test_variation_is_half_the_summed_difference(splits):
    row, number = splits.index("pyr_c"), 0
    inside = splits.metabolite == row
    expected = sum(abs(t - 1 / inside.sum()) for t in splits.truth[number, inside]) / 2
    assert splits.variation(splits.uniform)[number, row] == pytest.approx(expected)
    made = splits.made()
    np.testing.assert_array_equal(splits.variation(splits.predicted)[made], 0.0)


def test_the_metabolite_whose_split_differs_most_is_drawn_where_none_is_named(splits):
    first = splits.index(None)
    inside = splits.metabolite == first
    between = np.abs(np.diff(splits.truth[:, inside], axis=0)).sum() / 2
    assert between > 0.9
    assert inside.sum() > 1


def test_the_figure_shows_fbas_shares_the_models_and_uniform(splits):
    row = splits.index("pyr_c")
    edges, lost = splits.producers(row)
    figure = split_figure(splits, "pyr_c")
    for axes, truth in zip(figure.axes, splits.truth, strict=True):
        np.testing.assert_allclose([bar.get_width() for bar in axes.patches], np.nan_to_num(truth[edges]))
        dots, level = axes.lines
        np.testing.assert_allclose(
            dots.get_xdata(), splits.predicted[0 if axes is figure.axes[0] else 1, edges]
        )
        assert level.get_xdata()[0] == pytest.approx(1 / (splits.metabolite == row).sum())
    names = [splits.graph.reactions["id"][int(splits.reaction[edge])] for edge in edges]
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == names
    assert lost == (splits.metabolite == row).sum() - len(edges)
    assert figure.get_suptitle().startswith("producers of pyr_c")
    assert (f"{lost} smaller" in figure.get_suptitle()) == (lost > 0)


def test_in_a_browser_metabolite_and_medium_are_chosen(splits):
    found = split_views(splits, "pyr_c")
    assert next(iter(found.views)) == ("pyr_c", "glucose")
    assert found.selectors == ("metabolite", "medium")
    names = [trace["name"] for trace in found.views["pyr_c", "acetate"].traces]
    assert names == ["FBA", "model", "uniform"]


def test_what_nothing_makes_or_nobody_knows_is_named(splits):
    with pytest.raises(MetabolicError, match="nothing_c is no metabolite"):
        splits.index("nothing_c")
    with pytest.raises(MetabolicError, match=r"expected an id: .*pyr_c \(Pyruvate\)"):
        splits.index("pyruvate")
    with pytest.raises(MetabolicError, match="is not made in glucose, acetate"):
        splits.index("fru_e")
    with pytest.raises(MetabolicError, match="expected shares of the shape"):
        replace(splits, media=("glucose",))
