import numpy as np
import pytest
from matplotlib.colors import to_hex

from analysis import AnalysisError
from analysis.patterns.dense import DensePattern
from analysis.patterns.edges import EdgePattern
from analysis.patterns.visualizer import AttentionVisualizer

RNG = np.random.default_rng(0)
LAYERS = {name: DensePattern(RNG.dirichlet(np.ones(6), size=(12, 2, 6))) for name in ("first", "second")}
SHOWN = AttentionVisualizer(LAYERS, colours="plasma")


def test_the_heat_map_draws_the_mean_over_items():
    axes = SHOWN.heat_map("first", 1, names=list("abcdef")).axes[0]
    np.testing.assert_allclose(axes.images[0].get_array(), LAYERS["first"].weights[:, 1].mean(0))
    assert axes.images[0].get_cmap().name == "plasma"
    assert [label.get_text() for label in axes.get_xticklabels()] == list("abcdef")


def test_a_matrix_larger_than_the_page_is_averaged_and_says_so():
    tokens = 2500
    edges = EdgePattern(
        np.stack([np.arange(tokens) ** 2 % tokens, np.arange(tokens)]), np.ones((tokens, 1)), tokens, tokens
    )
    figure = AttentionVisualizer({"large": edges}).heat_map("large")
    drawn = figure.axes[0].images[0].get_array()
    assert drawn.shape == (834, 834)
    assert drawn[0, 0] == edges.graph(0).toarray()[:3, :3].mean()
    assert drawn[-1, -1] == edges.graph(0).toarray()[2499:, 2499:].mean()
    assert figure.axes[1].get_ylabel() == "attention, mean of 3 × 3"


def test_kinds_of_tokens_differ_by_colour_and_shape():
    kinds = ["metabolite"] * 3 + ["reaction"] * 3
    axes = SHOWN.network("first", kinds=kinds, share=0.5).axes[0]
    assert len(axes.patches) + len(axes.lines) == 18  # arrows, and rings of tokens that attend to themselves
    labels = [each.get_label() for each in axes.collections]
    assert labels == ["metabolite (3)", "reaction (3)"]
    assert [to_hex(each.get_facecolor()[0]) for each in axes.collections] == ["#d62728", "#1f77b4"]
    assert len({each.get_paths()[0].vertices.tobytes() for each in axes.collections}) == 2
    with pytest.raises(AnalysisError, match="one kind for each"):
        SHOWN.network("first", kinds=["metabolite"])


def test_conditions_share_a_scale_and_the_difference_is_centred():
    other = AttentionVisualizer({"first": LAYERS["second"]})
    left, right, gap = (axes.images[0] for axes in SHOWN.compare_conditions(other, "first").axes[:3])
    assert left.get_clim() == right.get_clim()
    np.testing.assert_allclose(gap.get_array(), right.get_array() - left.get_array())
    assert gap.get_clim()[0] == -gap.get_clim()[1]


def test_layers_are_drawn_in_order_with_their_intervals():
    axes = SHOWN.layer_evolution("entropy").axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["first", "second"]
    expected = [layer.row_statistics()["entropy"][:, 1].mean() for layer in LAYERS.values()]
    np.testing.assert_allclose(axes.lines[1].get_ydata(), expected)
    assert all(len(each.get_segments()) == 2 for each in axes.collections)


def test_every_query_is_counted_in_the_distribution():
    axes = SHOWN.distribution("first").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["head 0", "head 1"]
    assert [text.get_text() for text in axes.texts] == ["n = 72", "n = 72"]
    with pytest.raises(AnalysisError, match=r"statistic: expected one of entropy, .*, got .surprise."):
        SHOWN.distribution("first", "surprise")
