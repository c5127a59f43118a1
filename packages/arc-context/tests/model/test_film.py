import pytest
import torch

from arc_context import ContextEncoder, ContextInjector, GridEncoder, PairEncoder


@pytest.fixture
def injector():
    return ContextInjector(16)


def test_features_are_scaled_and_shifted_as_the_context_says(injector):
    with torch.no_grad():
        injector.feed_forward[-1].weight.zero_()
        injector.feed_forward[-1].bias.zero_()
    features, context = torch.randn(2, 16, 3, 4), torch.randn(2, 16)
    scale, shift = injector.film.modulation(injector.condition(context)).chunk(2, -1)
    normed = injector.norm(features.movedim(1, -1)).movedim(-1, 1)
    expected = features + scale[..., None, None] * normed + shift[..., None, None]
    torch.testing.assert_close(injector(features, context), expected)


def test_gradients_reach_the_context_from_the_first_step(injector):
    context = torch.randn(2, 16, requires_grad=True)
    injector(torch.randn(2, 16, 3, 4), context).square().sum().backward()
    assert (context.grad.abs() > 0).all()


def test_a_support_set_without_cells_says_nothing(injector):
    mask = torch.tensor([[[[True]]], [[[False]]]])
    memory = injector.memory(torch.randn(2, 16), mask)
    assert memory[0].any()
    assert not memory[1].any()


def test_pooled_context_is_of_real_pairs_and_real_cells_alone():
    torch.manual_seed(0)
    encoder = ContextEncoder(GridEncoder(32), 32, 4, use_spatial_features=False)
    inputs, outputs = torch.randint(0, 10, (2, 1, 2, 3, 3))
    alone = encoder(inputs, outputs)
    padded = [torch.nn.functional.pad(each, (0, 4, 0, 2, 0, 2), value=10) for each in (inputs, outputs)]
    padded[0][:, 2:] = 5  # which the mask says is no pair
    there = torch.tensor([[True, True, False, False]])
    got = encoder(*padded, there)
    torch.testing.assert_close(got.features, alone.features, rtol=1e-5, atol=1e-5)
    assert got.mask.sum() == alone.mask.sum() == 18


def test_the_pooled_pair_is_mean_and_largest_of_its_cells():
    torch.manual_seed(0)
    pair = PairEncoder(GridEncoder(32), 32)
    inputs, outputs = torch.full((2, 1, 4, 4), 10)
    inputs[:, :2, :3], outputs[:, :2, :2] = torch.randint(0, 10, (1, 2, 3)), torch.randint(0, 10, (1, 2, 2))
    cells = pair.spatial(inputs, outputs)[..., :2, :3].flatten(2)
    expected = pair.pool(torch.cat([cells.mean(-1), cells.amax(-1)], -1))
    torch.testing.assert_close(pair(inputs, outputs), expected, rtol=1e-5, atol=1e-5)
