"""Mass on the support cells that settle a test cell, counted cell by cell."""

import numpy as np
import pytest
import torch

from arc_context.explanations.lookups import mean_asked, settled, settling_mass
from arc_context.families.registry import FAMILIES


@pytest.fixture(scope="module", params=["colour_map", "swap", "reveal", "reveal_mirrored"])
def looked(request, network, asked, given):
    """Questions of a family beside others, and the last look of a network."""
    found, batch = asked(request.param, "mirror", count=6)
    with torch.no_grad():
        return found, batch, network()(*given(batch)).attention[-1]


def by_hand(question, weights, batch, row):
    """For each test cell that is asked: mass on what settles it, and the share of the support that this is."""
    family, frames = FAMILIES[question.task.family], weights.unflatten(-1, batch.train_inputs.shape[1:])
    width, support = (
        batch.test.shape[-1],
        (batch.train_inputs[row] != 10) & batch.pair_mask[row, :, None, None],
    )
    mass, share = [], []
    for at in np.ndindex(question.pair.input.shape):
        cells = family.determining(question.task, question.test, *at)
        if cells is None or not any(each.any() for each in cells):
            continue
        here = frames[:, at[0] * width + at[1]].mean(0)
        mass.append(
            sum(float(here[pair, r, c]) for pair, each in enumerate(cells) for r, c in np.argwhere(each))
        )
        share.append(sum(each.sum() for each in cells) / int(support.sum()))
    return mass, share


def test_the_mean_mass_and_that_of_uniform_attention_are_those_counted_by_hand(looked):
    found, batch, attention = looked
    what = settled(found, batch)
    mass = mean_asked(settling_mass(attention, what), what.asked)
    uniform = mean_asked(what.uniform, what.asked)
    asked_after = 0
    for row, question in enumerate(found):
        masses, shares = by_hand(question, attention.dense()[row], batch, row)
        asked_after += bool(masses)
        if not masses:
            assert torch.isnan(mass[row])
            assert torch.isnan(uniform[row])
            continue
        assert float(mass[row]) == pytest.approx(np.mean(masses))
        assert float(uniform[row]) == pytest.approx(np.mean(shares))
    assert asked_after == 3


def test_uniform_attention_has_the_uniform_mass(looked):
    found, batch, attention = looked
    what = settled(found, batch)
    flat = what.support / what.support.sum(-1, keepdim=True)
    share = (flat.unsqueeze(1) @ what.cells.float()).squeeze(1).gather(-1, what.group.clamp_min(0))
    torch.testing.assert_close(what.uniform[what.asked], share[what.asked])
    assert attention.shape[-1] == what.support.shape[-1]
