import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from arc_context.configuration import FamiliesConfig, LossConfig, ModelConfig
from arc_context.errors import ArcError
from arc_context.families.generated import generated_task
from arc_context.model.batch import EpisodeBatch
from arc_context.model.factory import arc_model
from arc_context.model.losses import ArcLoss
from arc_context.model.puzzle_embedding import PUZZLES, PuzzleEmbeddingModel, puzzle_number
from arc_context.tasks.episodes import Episode, episodes
from arc_context.testing import tasks

CONFIG = ModelConfig(kind="puzzle_embedding", dim=16, heads=2, steps=2)
MASK = (1 << 64) - 1


def number_of(batch):
    return puzzle_number(batch.train_inputs, batch.train_outputs, batch.pair_mask)


def fmix64(number):
    """MurmurHash3's finaliser on unsigned whole numbers."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        number = (number ^ (number >> 33)) * factor & MASK
    return number ^ (number >> 33)


def expected_number(task):
    total = 0
    for pair in task.train:
        told = 0
        for role, grid in enumerate((pair.input, pair.output), 1):
            for (row, column), colour in np.ndenumerate(grid):
                told += (int(colour) + 1) * fmix64((role << 20) + 64 * row + column)
        total += fmix64(told & MASK)
    return total & MASK


@given(tasks(4, 3))
def test_the_number_of_a_task_is_made_of_every_cell_of_its_pairs(task):
    (found, *_) = number_of(EpisodeBatch.of(episodes(task)[:1])).tolist()
    assert found & MASK == expected_number(task)


@given(tasks(4, 4), st.randoms(use_true_random=False))
def test_neither_order_nor_padding_makes_another_task(task, random):
    (plain, *_) = episodes(task)
    order = random.sample(range(len(task.train)), len(task.train))
    shuffled = Episode("", "", tuple(task.train[at] for at in order), plain.query, None, 0)
    alone, padded = EpisodeBatch.of([plain]), EpisodeBatch.of([shuffled], side=16)
    other = generated_task("swap", FamiliesConfig(sides=(3, 4), pairs=(4, 4)), 0)
    beside = EpisodeBatch.of([shuffled, episodes(other)[0]])
    assert number_of(alone).tolist() == number_of(padded).tolist() == number_of(beside)[:1].tolist()


def test_tasks_have_numbers_of_their_own():
    shown = [
        episodes(generated_task(name, FamiliesConfig(), seed))[0]
        for name in ("swap", "colour_map")
        for seed in range(200)
    ]
    assert len(set(number_of(EpisodeBatch.of(shown)).tolist())) == 400


@pytest.fixture
def two_tasks():
    """The train pairs of two tasks whose inputs are the same and whose outputs are not, beside the whole task."""
    task = generated_task("colour_map", FamiliesConfig(sides=(3, 4), pairs=(3, 3)), 1)
    rules = [lambda grid: grid, lambda grid: (grid + 1) % 10]
    shown = []
    for rule in rules:
        pairs = tuple(type(pair)(pair.input, rule(pair.input).astype(np.int8)) for pair in task.train)
        shown += [Episode("", "", pairs, pair.input, pair.output, 0) for pair in pairs]
    return shown


def test_the_vector_alone_tells_tasks_apart(two_tasks):
    torch.manual_seed(0)
    model, batch = PuzzleEmbeddingModel(CONFIG).eval(), EpisodeBatch.of(two_tasks)
    forward = lambda: model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask).logits  # noqa: E731
    with torch.no_grad():
        assert not torch.allclose(*forward().chunk(2))
        model.puzzles.weight.zero_()
        torch.testing.assert_close(*forward().chunk(2))


def test_it_has_no_attention_to_the_support(two_tasks):
    model, batch = PuzzleEmbeddingModel(CONFIG).eval(), EpisodeBatch.of(two_tasks)
    output = model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)
    assert output.attention == ()
    assert output.support_features is None


def test_every_weight_learns_and_of_the_vectors_those_that_were_shown(two_tasks):
    torch.manual_seed(0)
    model, batch = PuzzleEmbeddingModel(CONFIG), EpisodeBatch.of(two_tasks)
    ArcLoss(LossConfig())(model, batch).backward()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in model.parameters())
    rows = set(model.puzzles.weight.grad.abs().sum(-1).nonzero().flatten().tolist())
    assert rows == set(number_of(batch).remainder(PUZZLES).tolist())


def test_it_is_made_by_its_name_with_as_many_vectors_as_asked_for():
    assert arc_model(CONFIG, tasks=7).puzzles.num_embeddings == 7
    assert arc_model(CONFIG).puzzles.num_embeddings == PUZZLES
    with pytest.raises(ArcError, match=r"symbolic fits itself: make_baseline\('symbolic'\)"):
        arc_model(ModelConfig(kind="symbolic"))
