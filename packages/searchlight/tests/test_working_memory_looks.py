import numpy as np
import pytest
import torch
from torch.testing import assert_close

from analysis import faithfulness
from attention_core import MultiHeadTaskGuidedAttention, TaskGating, TaskGuidedAttention
from searchlight.experiments.working_memory_looks import EvenGates, RestrictedLook, evened, with_look
from working_memory import create_model

CELLS = 16


@pytest.fixture
def frames():
    """Frames whose answer stands in the second channel of the one cell that the first channel marks."""
    features = torch.randn(60, 3, 3, 4, 4)
    flat = features.flatten(-2)
    place, answer = torch.randint(CELLS, (60, 3, 1, 1)), torch.randint(2, (60, 3, 1, 1)) * 2.0 - 1
    flat[:, :, :1], flat[:, :, 1:2] = 0.0, 0.0
    flat[:, :, :1].scatter_(-1, place, 1.0)
    flat[:, :, 1:2].scatter_(-1, place, answer)
    return flat.unflatten(-1, (4, 4)), answer.squeeze((-2, -1))


def looking(towards):
    """Attention in one direction of the channels, whatever the task."""
    look = TaskGuidedAttention(3, 2, 3)
    with torch.no_grad():
        look.key.weight.copy_(torch.eye(3))
        look.query.weight.zero_()
        look.query.bias.copy_(torch.tensor(towards) * 3**0.5)
    return look


def right(look, features, answer):
    """Probability of the right answer by a read-out of the second channel, one value per sequence."""
    context = look(features, torch.zeros(len(features), 2)).values[..., 1]
    return torch.sigmoid(4 * context * answer).mean(1).detach().double().numpy()


def faith(look, features, answer):
    by = {
        which: np.stack(
            [right(RestrictedLook(look, which, 1, seed=draw), features, answer) for draw in range(5)], -1
        )[:, None]
        for which in ("top", "random", "keep", "keep_random")
    }
    intact = right(look, features, answer)
    return faithfulness(
        intact, by["top"][..., 0], by["random"], only_top=by["keep"][..., 0], only_random=by["keep_random"]
    )


def test_attention_to_the_one_cell_that_decides_is_faithful(frames):
    found = faith(looking([9.0, 0.0, 0.0]), *frames)
    assert found.verdict == "faithful"
    assert found.drop.value > 0.4
    assert found.keeping.low > 0.3


def test_attention_to_cells_that_decide_nothing_is_not(frames):
    found = faith(looking([0.0, 0.0, 0.5]), *frames)
    assert found.verdict != "faithful"


def test_the_attention_of_what_is_left_is_that_of_the_softmax_over_it(frames):
    features, _ = frames
    look, task = MultiHeadTaskGuidedAttention(3, 2, 4, heads=2), torch.randn(60, 2)
    whole = look(features, task).attention.dense().double().squeeze(-2)
    left = RestrictedLook(look, "top", 5)(features, task).attention.dense().double().squeeze(-2)
    kept = RestrictedLook(look, "keep", 5)(features, task).attention.dense().double().squeeze(-2)
    top = whole.mean(2).argsort(-1, descending=True)[..., :5]
    chosen = torch.zeros(60, 3, CELLS, dtype=torch.bool).scatter(-1, top, True).unsqueeze(2)
    for found, allowed in ((left, ~chosen), (kept, chosen)):
        expected = torch.where(allowed, whole, 0.0)
        assert_close(found, expected / expected.sum(-1, keepdim=True), rtol=1e-4, atol=1e-6)


def test_random_cells_differ_between_frames_and_draws_and_are_as_many(frames):
    features, _ = frames
    task = torch.zeros(60, 2)

    def gone(seed):
        look = RestrictedLook(looking([1.0, 0.0, 0.0]), "random", 5, seed=seed)
        return look(features, task).attention.dense().squeeze((-3, -2)) == 0

    first, again, other = gone(0), gone(0), gone(1)
    assert (first.sum(-1) == 5).all()
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.flatten(0, 1).unique(dim=0).shape[0] > 100


@pytest.mark.parametrize("kind", ["attention_gru", "multihead_attention_gru", "self_attention_gru"])
def test_even_attention_is_uniform_and_changes_no_weight_of_the_model(kind):
    heads = {"heads": 2} if kind.startswith("multihead") else {}
    model = create_model(kind, hidden_size=8, channels=4, attention_dim=8, **heads).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    features, task = torch.randn(2, 3, 4, 4, 4), torch.eye(6)[:2] + torch.eye(6)[3:5]
    found = with_look(model, evened(model.look))(features, task)
    assert_close(found.attention.dense(), torch.full_like(found.attention.dense(), 1 / CELLS))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_even_gates_pass_every_channel_alike_and_as_much_as_before():
    look = TaskGating(4, 2, 8)
    features, task = torch.randn(2, 3, 4, 1, 1), torch.randn(2, 2)
    gated, even = look(features, task), EvenGates(look)(features, task)
    assert_close(even.gates.mean(-1), gated.gates.mean(-1))
    assert_close(even.gates.std(-1), torch.zeros(2, 3))
    assert_close(even.values, even.gates * features.squeeze((-2, -1)))
