import math

import pytest
import torch

from arc_context import DynamicSaliencyController
from arc_context.model.saliency import rarity, sharpness


@pytest.fixture
def controller():
    return DynamicSaliencyController(16, 3)


def test_each_anchor_is_a_distribution_over_the_cells_of_the_grid(controller):
    mask = torch.zeros(2, 4, 5, dtype=torch.bool)
    mask[0, :3, :2], mask[1] = True, True
    anchors = controller(torch.randn(2, 16, 4, 5), mask)
    weights = anchors.attention.dense().squeeze(1)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 3))
    assert (weights[0][:, ~mask[0].flatten()] == 0).all()
    places = torch.cartesian_prod(torch.arange(4.0), torch.arange(5.0))
    torch.testing.assert_close(anchors.centroids, torch.einsum("bkc,cp->bkp", weights, places))
    assert anchors.features.shape == (2, 3, 16)


def test_what_an_anchor_has_taken_is_left_to_no_other(controller):
    """Queries that stay the same would choose the same cell again and again."""
    with torch.no_grad():
        controller.rare.zero_()
        controller.query.weight.zero_()
        controller.key.weight.copy_(200 * torch.eye(16))
        controller.query.bias.copy_(torch.eye(16)[0])
    features = torch.randn(1, 16, 1, 3)
    anchors = controller(features, torch.ones(1, 1, 3, dtype=torch.bool))
    salient = controller.norm(features.flatten(2).mT)[0, :, 0].argsort(descending=True)
    assert anchors.attention.dense()[0, 0, 0].argmax() == salient[0]
    assert anchors.attention.dense()[0, 0, 0].max() > 0.99
    taken = anchors.attention.dense()[0, 0]
    free = 1 - 0.98 * taken[0]
    scores = 50 * controller.norm(features.flatten(2).mT)[0, :, 0] + free.log()
    torch.testing.assert_close(taken[1], scores.softmax(-1), rtol=1e-4, atol=1e-6)


def test_anchors_do_not_depend_on_what_is_beyond_the_grid(controller):
    features = torch.randn(1, 16, 6, 6)
    mask = torch.zeros(1, 6, 6, dtype=torch.bool)
    mask[:, :3, :4] = True
    padded = controller(torch.where(mask.unsqueeze(1), features, 7.0), mask)
    cut = controller(features[..., :3, :4], mask[:, :3, :4])
    for name in ("centroids", "stop_logits", "features"):
        torch.testing.assert_close(getattr(padded, name), getattr(cut, name), rtol=1e-5, atol=1e-5)


def test_an_anchor_counts_as_far_as_none_before_it_stopped(controller):
    anchors = controller(torch.randn(2, 16, 3, 3), torch.ones(2, 3, 3, dtype=torch.bool))
    assert (anchors.stop_logits[:, 0] == -torch.inf).all()
    assert (anchors.stop_logits[:, 1:] > -torch.inf).all()
    going_on = 1 - anchors.stop_logits.sigmoid()
    expected = torch.stack([going_on[:, : k + 1].prod(-1) for k in range(3)], -1)
    torch.testing.assert_close(anchors.present, expected)


def test_the_first_anchor_is_always_there(controller):
    with torch.no_grad():
        controller.stop[-1].bias.fill_(50.0)
    anchors = controller(torch.randn(2, 16, 3, 3), torch.ones(2, 3, 3, dtype=torch.bool))
    torch.testing.assert_close(anchors.present, torch.tensor([[1.0, 0, 0]]).expand(2, -1))


def test_a_lone_cell_among_equal_ones_is_the_first_anchor_before_anything_is_learned():
    for seed in range(10):
        torch.manual_seed(seed)
        kinds = torch.randn(3, 16)
        cells = kinds[[0, 0, 1, 1, 2, 0, 0, 1, 0]]
        weights = DynamicSaliencyController(16, 1)(cells.T.view(1, 16, 3, 3), torch.ones(1, 3, 3).bool())
        assert weights.attention.dense()[0, 0, 0, 4] > 0.9


def test_rarity_counts_the_other_cells_that_are_alike():
    keys, there = torch.randn(2, 5, 8, dtype=torch.float64), torch.ones(2, 5, dtype=torch.bool)
    there[1, 3:] = False
    got = rarity(keys, there)
    for item, cells in enumerate((5, 3)):
        for cell in range(cells):
            others = [keys[item, each] for each in range(cells) if each != cell]
            cosines = torch.stack([torch.cosine_similarity(keys[item, cell], each, dim=0) for each in others])
            expected = -(10 * cosines).exp().sum().add(math.exp(-10)).log()
            torch.testing.assert_close(got[item, cell], expected)


def test_a_grid_of_one_cell_has_its_anchor_there(controller):
    mask = torch.zeros(1, 2, 2, dtype=torch.bool)
    mask[0, 0, 0] = True
    anchors = controller(torch.randn(1, 16, 2, 2), mask)
    assert anchors.attention.dense()[0, 0, 0].tolist() == [1, 0, 0, 0]


def test_a_single_cell_is_sharp_and_all_alike_are_not():
    there = torch.tensor([[True, True, True, False]])
    weights = torch.tensor([[[1.0, 0, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0]]])
    assert sharpness(weights, there).flatten().tolist() == pytest.approx([1, 0], abs=1e-5)


def test_every_parameter_gets_a_gradient(controller):
    anchors = controller(torch.randn(2, 16, 3, 3), torch.ones(2, 3, 3, dtype=torch.bool))
    (anchors.features.square().sum() + anchors.present.sum()).backward()
    assert [name for name, p in controller.named_parameters() if p.grad is None or not p.grad.any()] == []
