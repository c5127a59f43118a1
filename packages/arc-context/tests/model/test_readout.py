import pytest
import torch

from arc_context import PAD
from arc_context.model.readout import LEAST, Copies, Readout
from arc_context.model.views import VIEWS


@pytest.fixture
def readout():
    colours = torch.nn.Embedding(11, 16)
    torch.nn.init.orthogonal_(colours.weight, gain=4.0)
    return Readout(colours)


def test_a_cell_that_carries_a_colour_says_it_from_the_first_step(readout):
    logits = readout(readout.colours.weight[None])
    assert torch.equal(logits[0].argmax(-1), torch.arange(11))


def test_chances_are_said_and_copied_as_the_formula_says(readout):
    cells, views = torch.randn(1, 3, 16), torch.randint(0, 11, (1, 3, VIEWS))
    explained = torch.rand(1, VIEWS)
    normed = readout.norm(cells)
    said = (readout.say(normed) @ readout.colours.weight.T / 4).detach()
    said[..., PAD] += readout.outside.item()
    gates = readout.copy(normed).detach()
    gates[..., 1:] += readout.trust.item() * explained[:, None] * (views != PAD)
    gates = gates.softmax(-1)
    expected = gates[..., :1] * said.softmax(-1)
    for cell in range(3):
        for view in range(VIEWS):
            expected[0, cell, views[0, cell, view]] += gates[0, cell, 1 + view]
    torch.testing.assert_close(readout(cells, Copies(views, explained)).detach(), (expected + LEAST).log())
    assert expected.sum(-1).tolist()[0] == pytest.approx([1, 1, 1])


def test_half_of_an_answer_is_said_at_first(readout):
    with torch.no_grad():
        readout.copy.weight.zero_()
    views = torch.full((1, 1, VIEWS), 4)
    chances = readout(torch.randn(1, 1, 16), Copies(views)).exp()
    assert chances[0, 0, 4] > 0.5
