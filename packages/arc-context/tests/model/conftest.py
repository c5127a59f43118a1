from dataclasses import replace

import numpy as np
import pytest
import torch

from arc_context import Episode, EpisodeBatch, ModelConfig, Pair
from arc_context.model.rlan import RLAN


def grid(rng, height, width):
    return rng.integers(0, 10, (height, width)).astype(np.int8)


@pytest.fixture
def drawn_episode():
    """An episode of random grids, as many pairs as asked for; the answer is as large as the query."""

    def draw(seed=0, pairs=3, sides=(2, 5)):
        rng = np.random.default_rng(seed)
        shape = rng.integers(sides[0], sides[1] + 1, 2)
        support = tuple(Pair(grid(rng, *shape), grid(rng, *shape)) for _ in range(pairs))
        query = rng.integers(sides[0], sides[1] + 1, 2)
        return Episode(f"task-{seed}", "", support, grid(rng, *query), grid(rng, *query), 0)

    return draw


@pytest.fixture
def small_model():
    """A small network of some settings, the same whenever it is made, in evaluation."""

    def make(**settings):
        torch.manual_seed(0)
        return RLAN(ModelConfig(**{"dim": 32, "heads": 4, "steps": 2, **settings})).eval()

    return make


@pytest.fixture
def asked():
    """What a network says of episodes or of a batch."""

    def ask(model, episodes, side=None):
        batch = episodes if isinstance(episodes, EpisodeBatch) else EpisodeBatch.of(episodes, side)
        return model(batch.test, batch.train_inputs, batch.train_outputs, batch.pair_mask)

    return ask


@pytest.fixture
def reordered():
    """An episode whose pairs stand in another order."""

    def reorder(episode, order):
        return replace(episode, support=tuple(episode.support[each] for each in order))

    return reorder
