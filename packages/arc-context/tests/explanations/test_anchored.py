"""Anchors that were put on markers, or beside them."""

import numpy as np
import pytest
import torch
from scipy.stats import hypergeom

from arc_context.explanations.anchored import anchor_hits, chance_of_a_hit
from arc_context.model.output import Anchors
from arc_context.truth import marked
from attention_core import DenseMap


def anchors_at(batch, *places):
    """Anchors with most of their attention on these cells, one list of rows and columns for each anchor."""
    height, width = batch.test.shape[1:]
    weights = torch.full((len(batch), len(places), height * width), 0.1 / (height * width))
    for anchor, cells in enumerate(places):
        for row, (r, c) in enumerate(cells):
            weights[row, anchor, r * width + c] += 0.9
    empty = torch.zeros(len(batch), len(places))
    allowed = torch.ones(len(batch), 1, 1, height * width, dtype=torch.bool)
    return Anchors(
        empty[..., None].expand(-1, -1, 2),
        DenseMap(weights.unsqueeze(1), allowed),
        empty,
        empty,
        empty[..., None],
    )


def test_a_hit_is_an_anchor_whose_largest_weight_is_on_a_marker(asked):
    found, batch = asked("copy_to_marker", "mirror", count=4, sides=(4, 5))
    there = [marked(each) for each in found]
    assert [each is None for each in there] == [False, True, False, True]
    on = [(0, 0) if each is None else tuple(np.argwhere(each)[0]) for each in there]
    off = [(0, 0) if each is None else tuple(np.argwhere(~each)[0]) for each in there]
    second = anchor_hits(found, batch, anchors_at(batch, off, on))
    np.testing.assert_array_equal(second["marker"], [1, np.nan, 1, np.nan])
    np.testing.assert_array_equal(second["first"], [0, np.nan, 0, np.nan])
    neither = anchor_hits(found, batch, anchors_at(batch, off))
    np.testing.assert_array_equal(neither["marker"], [0, np.nan, 0, np.nan])
    sides = [each.pair.input.shape for each in found]
    expected = [
        np.nan if each is None else each.sum() / np.prod(s) for each, s in zip(there, sides, strict=True)
    ]
    np.testing.assert_allclose(neither["chance"], expected)


@pytest.mark.parametrize("draws", [1, 3, 7])
def test_chance_is_that_of_drawing_without_replacement(draws):
    cells, marked_cells = np.array([9, 25, 100, 4]), np.array([1, 3, 10, 2])
    expected = 1 - hypergeom.pmf(0, cells, marked_cells, np.minimum(draws, cells))
    np.testing.assert_allclose(chance_of_a_hit(cells, marked_cells, draws), expected)
