import pytest
import torch

from working_memory.cognition import Cognition
from working_memory.configuration import CELLS
from working_memory.errors import WorkingMemoryError


@pytest.mark.parametrize("cell", CELLS)
def test_steps_equal_the_sequence(cell):
    cognition = Cognition(input_dim=5, task_dim=6, hidden_size=7, cell=cell)
    features, task = torch.randn(3, 4, 5), torch.randn(3, 6)
    state, hidden = cognition.start(3), []
    for frame in features.unbind(1):
        state = cognition.step(state, frame, task)
        hidden.append(state.hidden)
    torch.testing.assert_close(torch.stack(hidden, dim=1), cognition(features, task))


@pytest.mark.parametrize("cell", CELLS)
def test_a_pushed_state_changes_what_follows(cell):
    cognition = Cognition(5, 6, 7, cell)
    features, task = torch.randn(3, 5), torch.randn(3, 6)
    state = cognition.step(cognition.start(3), features, task)
    pushed = state._replace(hidden=state.hidden + 1)
    assert not torch.allclose(
        cognition.step(state, features, task).hidden, cognition.step(pushed, features, task).hidden
    )


def test_the_past_is_not_changed_by_the_future():
    cognition = Cognition(5, 6, 7)
    features, task = torch.randn(1, 4, 5), torch.randn(1, 6)
    changed = features.clone()
    changed[:, 3] += 1
    torch.testing.assert_close(cognition(features, task)[:, :3], cognition(changed, task)[:, :3])


def test_an_unknown_cell_is_an_error():
    with pytest.raises(WorkingMemoryError, match="expected one of: gru, lstm, rnn"):
        Cognition(5, 6, 7, "transformer")
