import pytest
import torch

from arc_context.configuration import FamiliesConfig, LossConfig
from arc_context.families.generated import generated_task
from arc_context.model.batch import EpisodeBatch
from arc_context.model.decoding import answers
from arc_context.model.losses import ArcLoss
from arc_context.model.task_cnn import TaskCNN
from arc_context.tasks.episodes import Episode


@pytest.fixture
def shown():
    """The train pairs of a task, each beside all of them."""
    task = generated_task("colour_map", FamiliesConfig(sides=(3, 5)), 3)
    return [Episode(task.name, "", task.train, pair.input, pair.output, 0) for pair in task.train]


def forward(model, batch):
    return model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)


def test_every_step_is_read_out_and_none_sees_padding(shown):
    torch.manual_seed(0)
    model = TaskCNN(channels=8, steps=3).eval()
    small, large = EpisodeBatch.of(shown), EpisodeBatch.of(shown, side=12)
    one, other = forward(model, small), forward(model, large)
    assert len(one.step_logits) == 3
    height, width = small.test.shape[1:]
    for logits, padded in zip(one.step_logits, other.step_logits, strict=True):
        inside = small.canvas.unsqueeze(1)
        torch.testing.assert_close(logits * inside, padded[..., :height, :width] * inside)


def test_the_pairs_beside_a_query_say_nothing_but_sizes(shown):
    torch.manual_seed(0)
    model, batch = TaskCNN(channels=8, steps=2).eval(), EpisodeBatch.of(shown)
    recoloured = torch.where(batch.train_outputs < 10, (batch.train_outputs + 3) % 10, 10)
    plain = forward(model, batch)
    other = model(batch.test, batch.train_inputs, recoloured, batch.pair_mask)
    assert torch.equal(plain.logits, other.logits)


def test_every_weight_learns(shown):
    model = TaskCNN(channels=8, steps=2)
    ArcLoss(LossConfig())(model, EpisodeBatch.of(shown)).backward()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in model.parameters())


def test_it_learns_the_pairs_it_is_shown(shown):
    torch.manual_seed(0)
    model, batch = TaskCNN(channels=24, steps=3), EpisodeBatch.of(shown)
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(60):
        optimiser.zero_grad()
        ArcLoss(LossConfig())(model, batch).backward()
        optimiser.step()
    told = answers(forward(model.eval(), batch))
    assert [grid.tolist() for grid in told] == [each.answer.tolist() for each in shown]
