from itertools import product
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
import torch
from torch.testing import assert_close

from analysis import Push, causal_test
from searchlight.experiments.working_memory_push import DOSES, RANDOM, ClassDirections, Comparisons, pushed
from searchlight.experiments.working_memory_walk import Walk
from working_memory import (
    Cognition,
    Pooling,
    State,
    TasksConfig,
    WorkingMemoryModel,
    create_model,
    generate,
    make_pool,
    tasks_of,
)

KINDS = ["gru", "lstm", "rnn", "attention_gru", "temporal_attention_gru"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("embedding", [None, 5])
def test_a_step_after_no_push_answers_as_the_model_does(kind, embedding):
    model = create_model(kind, hidden_size=8, channels=4, attention_dim=8, task_embedding=embedding).eval()
    features, task = torch.randn(5, 4, 4, 3, 3), torch.cat([torch.eye(3)[[0, 1, 2, 0, 1]]] * 2, 1)
    answers = model(features, task).logits.softmax(-1)
    walk = Walk.through(model, features, task)
    rows = torch.tensor([3, 0, 4])
    for frame in (1, 3):
        assert_close(walk.next(rows, frame, torch.zeros(3, 8)), answers[rows, frame], rtol=1e-4, atol=1e-6)
    assert not torch.allclose(walk.next(rows, 3, torch.ones(3, 8)), answers[rows, 3], atol=1e-3)


class Comparing(Cognition):
    """Holds category and location of the object just shown, and whether the category is that of the one before."""

    def __init__(self):
        super().__init__(input_dim=8, task_dim=6, hidden_size=9)

    def start(self, batch):
        return State(torch.zeros(batch, 9), None)

    def step(self, state, features, task):
        same = (state.hidden[:, :4] * features[:, :4]).sum(1, keepdim=True)
        return State(torch.cat([features, same], 1), None)


class Planted(WorkingMemoryModel):
    """Says match where the categories are the same."""

    def __init__(self):
        super().__init__(Pooling(), Comparing())

    def answers(self, hidden):
        evidence = 6 * (hidden[..., 8] - 0.5)
        return torch.stack([torch.full_like(evidence, -9.0), -evidence, evidence], -1)


@pytest.fixture(scope="module")
def planted():
    """Sequences of four categories in four places, shown as noisy codes of the two."""
    shown = list(product(range(4), range(3), range(4)))
    table = pl.DataFrame(
        [(f"c{c}", f"c{c}-{i}", 0, 0.0, 0.0, place) for c, i, place in shown],
        schema=["category", "identity", "viewpoint", "azimuth", "elevation", "location"],
        orient="row",
    )
    both = pl.concat([table, table.with_columns(viewpoint=pl.lit(1, pl.Int64), azimuth=pl.lit(40.0))])
    settings = TasksConfig(scenario="custom", features=("category",), n=(1,), frames=4)
    pool, tasks = make_pool(both, np.arange(len(both))), tasks_of(settings)
    names = ("validation/familiar", "validation/novel_view", "test/novel_view")
    trials = {
        name: generate(pool, tasks, settings, sequences=120, seed=seed) for seed, name in enumerate(names)
    }
    code = np.concatenate(
        [np.eye(4)[[int(c[1]) for c in both["category"]]], np.eye(4)[both["location"].to_numpy()]], 1
    )
    code = torch.from_numpy(code + 0.05 * np.random.default_rng(0).normal(size=code.shape)).float()
    return SimpleNamespace(trials=trials, tasks=tasks, frames=lambda images: code[images][..., None, None])


@pytest.fixture(scope="module")
def answers(planted):
    with torch.no_grad():
        return pushed(planted, Planted().eval(), "category", 1)


def turned(answers, direction, dose, draw=0):
    """P of the answer that the pushed memory calls for, and the length of the push."""
    chosen = answers.filter(pl.col("direction") == direction, pl.col("dose") == dose, pl.col("draw") == draw)
    turned = pl.when(pl.col("target") == 2).then("p_non_match").otherwise("p_match")
    return Push(chosen.select(turned).to_series().to_numpy(), chosen["size"][0])


def test_a_push_along_what_decides_moves_the_answer_and_others_do_not(answers):
    untouched = answers.filter(pl.col("direction") == "none")
    groups = untouched["group"].to_numpy()
    random = [turned(answers, "random", 4.0, draw) for draw in range(RANDOM)]
    found = causal_test(
        turned(answers, "none", 0.0).response,
        turned(answers, "own", 4.0),
        turned(answers, "irrelevant", 4.0),
        random,
        groups,
    )
    assert untouched["correct"].mean() == 1.0
    assert found.verdict == "specific"
    assert found.effect.value > 0.8
    assert abs(found.irrelevant.value) < 0.02


def test_a_larger_dose_moves_the_answer_further(answers):
    means = [turned(answers, "own", dose).response.mean() for dose in DOSES if dose > 0]
    assert (np.diff(means) > 0).all()


def test_pushes_of_one_dose_are_of_one_length(answers):
    sizes = answers.filter(pl.col("dose") == 2.0).group_by("direction").agg(pl.col("size").unique())
    assert len({size for row in sizes["size"] for size in row}) == 1
    assert set(sizes["direction"]) == {"own", "irrelevant", "discriminant", "random"}


def test_comparisons_are_of_the_object_n_back(planted):
    trials = planted.trials["test/novel_view"]
    found = Comparisons.of(trials, "category", 1, exactly=True)
    held, coming = found.values("category")
    assert len(held) == trials.scored.sum()
    np.testing.assert_array_equal(held == coming, trials.targets[found.sequence, found.probe] == 2)


def test_a_direction_leads_from_the_class_held_to_the_one_coming_or_to_another():
    means = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 3.0]])
    labels = np.repeat([4, 7, 9], 50)
    states = means[labels // 3 - 1] + np.random.default_rng(0).normal(scale=1e-3, size=(150, 2))
    found = ClassDirections.fit(states, labels)
    moves = found.towards(np.array([4, 9, 7, 5]), np.array([7, 4, 7, 4]))
    np.testing.assert_allclose(moves[:2], [[1, 0], [0, -1]], atol=1e-2)
    away = [(means[k] - means[1]) / np.linalg.norm(means[k] - means[1]) for k in (0, 2)]
    assert min(np.linalg.norm(moves[2] - each) for each in away) < 1e-2
    assert np.isnan(moves[3]).all()
