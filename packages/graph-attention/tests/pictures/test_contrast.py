"""Reactions that are attended to differently in different media are found and drawn beside their flux."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from graph_attention.pictures.contrast import UNTRAINED, ConditionContrast


@pytest.fixture
def contrast(core_seen):
    flat = {
        name: np.repeat(each.mean(0, keepdims=True), 2, axis=0) for name, each in core_seen.weights.items()
    }
    return ConditionContrast(core_seen, replace(core_seen, weights=flat))


def test_reactions_that_one_medium_attends_to_more_are_found(core_seen):
    graph, (key, query) = core_seen.graph, core_seen.edges
    chosen = [graph.reaction_index[name] for name in ("PDH", "ICL", "PPC")]
    even = 1 / core_seen.degree[query]
    more = even * np.where(np.isin(key, np.array(chosen) + graph.stoichiometry.shape[0]), 9.0, 1.0)
    more /= np.bincount(query, more)[query]
    seen = replace(core_seen, weights={"layer1": np.stack([even, more])[..., None]})
    assert set(ConditionContrast(seen).strongest(3).tolist()) == set(chosen)


def test_a_model_whose_media_are_all_alike_differs_nowhere(contrast):
    np.testing.assert_allclose(ConditionContrast(contrast.control).spread, 0.0, atol=1e-12)


def test_a_model_beside_itself_is_further_apart_nowhere_and_each_p_is_a_rank(core_seen, contrast):
    own = ConditionContrast(core_seen, core_seen)
    known = own.spread[np.isfinite(own.spread)]
    ranks = [(1 + (known >= value).sum()) / (1 + known.size) for value in known]
    np.testing.assert_allclose(own.q[np.isfinite(own.spread)], false_discovery_control(ranks))
    assert not own.significant.any()
    assert contrast.significant.sum() > 50  # beside a model whose media are all alike
    assert np.isnan(ConditionContrast(core_seen).q).all()


def test_the_figure_draws_attention_flux_and_the_untrained_range(contrast):
    chosen = contrast.strongest(6)
    left, right = contrast.figure(6).axes
    for axes, values in ((left, contrast.received), (right, contrast.seen.flux)):
        dots = [each for each in axes.collections if each.get_label() in contrast.seen.media]
        for each, expected in zip(dots, values[:, chosen], strict=True):
            np.testing.assert_allclose(each.get_offsets()[:, 0], expected)
    ids = [contrast.seen.graph.reactions["id"][int(r)] for r in chosen]
    assert [text.get_text() for text in left.get_yticklabels()] == [f"{name} *" for name in ids]
    alone = ConditionContrast(contrast.seen).figure(6).axes[0]
    assert [text.get_text() for text in alone.get_yticklabels()] == ids
    assert sum(line.get_label() == UNTRAINED for line in left.lines) == 1


def test_in_a_browser_attention_and_flux_are_chosen(contrast):
    found = contrast.views(4)
    assert found.options == {"shown": ["attention", "flux"]}
    assert [trace["name"] for trace in found.views["flux",].traces] == ["glucose", "acetate"]
