import pytest
import torch

from arc_context import DynamicSaliencyController
from arc_context.model.saliency import sharpness


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
    going_on = 1 - anchors.stop_logits.sigmoid()
    expected = torch.stack([going_on[:, : k + 1].prod(-1) for k in range(3)], -1)
    torch.testing.assert_close(anchors.present, expected)


def test_a_single_cell_is_sharp_and_all_alike_are_not():
    there = torch.tensor([[True, True, True, False]])
    weights = torch.tensor([[[1.0, 0, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0]]])
    assert sharpness(weights, there).flatten().tolist() == pytest.approx([1, 0], abs=1e-5)


def test_every_parameter_gets_a_gradient(controller):
    anchors = controller(torch.randn(2, 16, 3, 3), torch.ones(2, 3, 3, dtype=torch.bool))
    (anchors.features.square().sum() + anchors.stop_logits.sum()).backward()
    assert [name for name, p in controller.named_parameters() if p.grad is None or not p.grad.any()] == []
