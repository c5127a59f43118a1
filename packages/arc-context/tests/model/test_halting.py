import pytest
import torch

from arc_context.model.halting import halted_at, halting_distribution
from arc_context.model.readout import Readout
from arc_context.model.solver import RecursiveSolver

CHANCES = [torch.tensor([0.2, 0.6]), torch.tensor([0.5, 0.6]), torch.tensor([0.9, 0.1])]


def test_the_last_step_takes_what_is_left():
    distribution = halting_distribution(CHANCES)
    assert distribution[0].tolist() == pytest.approx([0.2, 0.8 * 0.5, 0.8 * 0.5])
    assert distribution[1].tolist() == pytest.approx([0.6, 0.4 * 0.6, 0.4 * 0.4])
    assert halting_distribution(CHANCES[:1])[0].tolist() == [1.0]


def test_an_episode_halts_when_it_has_probably_halted():
    assert halted_at(halting_distribution(CHANCES)).tolist() == [1, 0]


class Scheduled(torch.nn.Module):
    """Halts as it is told to."""

    def __init__(self, *chances):
        super().__init__()
        self.chances, self.step = chances, 0

    def forward(self, cells, mask):
        self.step += 1
        return torch.tensor(self.chances[self.step - 1])


@pytest.fixture
def solver():
    return RecursiveSolver(32, 4, 4, Readout(torch.nn.Embedding(11, 32)), halting=True)


def test_each_episode_answers_with_the_step_at_which_it_halts(solver):
    features, canvas = torch.randn(2, 32, 3, 3), torch.ones(2, 3, 3, dtype=torch.bool)
    solver.halting = Scheduled([0.1, 0.9], [0.1, 0.1], [0.9, 0.1], [0.1, 0.1])
    solved = solver.train()(features, canvas)
    assert len(solved.step_logits) == 4
    assert torch.equal(solved.logits[0], solved.step_logits[2][0])
    assert torch.equal(solved.logits[1], solved.step_logits[0][1])


def test_no_step_is_made_once_all_have_halted(solver):
    features, canvas = torch.randn(2, 32, 3, 3), torch.ones(2, 3, 3, dtype=torch.bool)
    solver.halting = Scheduled([0.1, 0.9], [0.7, 0.1], [0.9, 0.1], [0.1, 0.1])
    solved = solver.eval()(features, canvas)
    assert len(solved.step_logits) == 2
    assert torch.equal(solved.logits[0], solved.step_logits[1][0])
    assert torch.equal(solved.logits[1], solved.step_logits[0][1])
