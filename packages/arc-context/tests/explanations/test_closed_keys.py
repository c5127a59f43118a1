"""Support cells that are closed to each test cell."""

import pytest
import torch

from arc_context.errors import ArcError
from arc_context.explanations.closed_keys import chosen_keys, keys_closed, mean_weights
from arc_context.explanations.lookups import support_cells


@pytest.fixture(scope="module")
def drawn():
    """Weights of two episodes; the second has one pair of two, and cells are missing."""
    generator = torch.Generator().manual_seed(0)
    support = torch.ones(2, 2, 6, dtype=torch.bool)
    support[1, 1] = False
    support[:, 0, 4:] = False
    return torch.rand(2, 3, 12, generator=generator), support


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_the_largest_weights_are_closed_or_kept(drawn, share):
    weights, support = drawn
    closed, kept = (chosen_keys(weights, support, which, share) for which in ("top", "keep"))
    for episode in range(2):
        there = support[episode].flatten().nonzero().flatten().tolist()
        count = min(max(round(share * len(there)), 1), len(there) - 1)
        for query in range(3):
            row = weights[episode, query]
            largest = sorted(there, key=lambda key, row=row: -row[key])[:count]
            assert kept[episode, query].nonzero().flatten().tolist() == sorted(largest)
            assert set(closed[episode, query].nonzero().flatten().tolist()) == set(there) - set(largest)


def test_random_cells_are_of_the_same_grids_and_differ_from_draw_to_draw(drawn):
    weights, support = drawn
    top = ~chosen_keys(weights, support, "top", 0.5).unflatten(-1, (2, 6)) & support.unsqueeze(1)
    draws = [
        ~chosen_keys(weights, support, "random", 0.5, seed=seed).unflatten(-1, (2, 6)) & support.unsqueeze(1)
        for seed in range(20)
    ]
    assert all(torch.equal(each.sum(-1), top.sum(-1)) for each in draws)
    assert len({each.numpy().tobytes() for each in draws}) > 10
    kept = chosen_keys(weights, support, "keep_random", 0.5, seed=3).unflatten(-1, (2, 6))
    assert torch.equal(kept, draws[3])
    reached = torch.stack(draws).any(0)
    # The first grid of the second episode has four cells, of which two are closed each time.
    assert reached[1, :, 0, :4].all()


def test_a_share_beyond_all_is_refused(drawn):
    with pytest.raises(ArcError, match="expected a share from 0 to 1, got 2"):
        chosen_keys(*drawn, "top", 2.0)


def test_closed_cells_have_no_attention_in_any_look_and_all_of_it_comes_back(network, asked, given):
    model, (_, batch) = network(solver_context=True), asked("colour_map", "reveal")
    intact = model(*given(batch))
    weights = mean_weights(intact.attention)
    torch.testing.assert_close(weights, sum(each.dense().mean(1) for each in intact.attention) / 2)
    allowed = chosen_keys(weights, support_cells(batch), "top", 0.5)
    with keys_closed(model, allowed):
        restricted = model(*given(batch))
    for each in restricted.attention:
        masses = each.dense()
        assert (masses[~allowed.unsqueeze(1).expand_as(masses)] == 0).all()
        torch.testing.assert_close(masses.sum(-1), torch.ones_like(masses[..., 0]))
    assert (restricted.logits - intact.logits).abs().max() > 1e-3
    assert torch.equal(model(*given(batch)).logits, intact.logits)


def test_where_every_cell_is_allowed_nothing_changes(network, asked, given):
    model, (_, batch) = network(), asked("colour_map")
    intact = model(*given(batch)).logits
    shape = batch.test[0].numel(), batch.train_inputs[0].numel()
    with keys_closed(model, torch.ones(len(batch), *shape, dtype=torch.bool)):
        torch.testing.assert_close(model(*given(batch)).logits, intact)


def test_a_network_without_looks_is_refused(network):
    with (
        pytest.raises(ArcError, match="looks at no support cells"),
        keys_closed(network("film"), torch.ones(1, 1, 1, dtype=torch.bool)),
    ):
        pass
