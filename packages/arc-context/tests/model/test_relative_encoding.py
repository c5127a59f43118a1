import math

import pytest
import torch

from arc_context import Anchors, MultiScaleRelativeEncoding
from arc_context.model.encoders import WAVES
from arc_context.model.relative_encoding import NUMBERS, relative_places
from attention_core import DenseMap


def anchors_at(*centroids, dim=8):
    count = len(centroids)
    nothing = torch.zeros(1, count)
    maps = DenseMap(torch.ones(1, 1, count, 1))
    return Anchors(torch.tensor([centroids]), maps, nothing, nothing, torch.zeros(1, count, dim))


def test_the_numbers_are_those_of_the_formula():
    found = relative_places(torch.tensor([[[1.0, 0.5]]]), torch.tensor([[4, 5]]), 4, 6)
    assert found.shape == (1, 1, 24, NUMBERS)
    row, column = 3, 4
    down, right = row - 1.0, column - 0.5
    radius = math.hypot(down, right)
    angles = [each * wave for each in (down, right) for wave in WAVES]
    expected = [*map(math.sin, angles), *map(math.cos, angles), down / 30, right / 30, down / 4, right / 5]
    expected += [math.log1p(radius) / math.log(31), down / (1 + radius), right / (1 + radius)]
    assert found[0, 0, row * 6 + column].tolist() == pytest.approx(expected, abs=1e-5)


def test_a_grid_that_moves_with_its_anchor_is_encoded_alike():
    encoding = MultiScaleRelativeEncoding(8)
    features, extent = torch.randn(1, 8, 3, 3), torch.tensor([[7, 7]])
    wide = torch.zeros(1, 8, 7, 7)
    wide[..., 2:5, 3:6] = features
    here = encoding(features, anchors_at([1.0, 1.0]), extent)
    there = encoding(wide, anchors_at([3.0, 4.0]), extent)
    torch.testing.assert_close(there[..., 2:5, 3:6], here, rtol=1e-5, atol=1e-5)


def test_each_anchor_has_an_encoding_of_its_own():
    encoding = MultiScaleRelativeEncoding(8)
    clues = encoding(torch.randn(1, 8, 4, 4), anchors_at([0.0, 0.0], [3.0, 1.0]), torch.tensor([[4, 4]]))
    assert clues.shape == (1, 2, 8, 4, 4)
    assert not torch.allclose(clues[:, 0], clues[:, 1], atol=1e-3)


def test_a_cell_at_its_anchor_has_a_finite_gradient():
    centroids = torch.tensor([[[1.0, 1.0]]], requires_grad=True)
    relative_places(centroids, torch.tensor([[3, 3]]), 3, 3).sum().backward()
    assert centroids.grad.isfinite().all()
