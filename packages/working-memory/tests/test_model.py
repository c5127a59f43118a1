import pytest
import torch
from torch.nn import functional as F

from working_memory.configuration import KINDS
from working_memory.errors import WorkingMemoryError
from working_memory.factory import create_model, needs_map
from working_memory.model import (
    AttentionWorkingMemoryModel,
    WorkingMemoryOutput,
    entropy_penalty,
    masked_loss,
)

SMALL = {"hidden_size": 11, "channels": 8, "task_dim": 6, "attention_dim": 12}


@pytest.fixture
def inputs():
    task = torch.eye(6)[[0, 1, 2]] + torch.eye(6)[[3, 4, 5]]
    return torch.randn(3, 5, 8, 4, 4).relu(), task, torch.randint(3, (3, 5))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_answers_at_every_frame_and_shows_what_it_has(kind, inputs):
    features, task, _ = inputs
    output = create_model(kind, **SMALL)(features, task)
    assert output.logits.shape == (3, 5, 3)
    assert output.hidden.shape == (3, 5, 11)
    assert (output.attention is not None) == needs_map(kind)
    assert (output.gates is not None) == ("gated" in kind)
    if output.attention is not None:
        assert output.attention.shape == (3, 5, 1, 1, 16)
    assert (output.cells is not None) == kind.startswith("self_attention")
    assert (output.recalled is not None) == kind.startswith("temporal_attention")


@pytest.mark.parametrize("task_embedding", [None, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_gets_a_finite_gradient_that_is_not_zero(kind, task_embedding, inputs):
    features, task, targets = inputs
    model = create_model(kind, **SMALL, task_embedding=task_embedding)
    masked_loss(model(features, task), targets).backward()
    for name, parameter in model.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert (parameter.grad != 0).any(), name


@pytest.mark.parametrize("kind", ["self_attention_gru", "temporal_attention_gru"])
def test_every_head_has_a_map_whose_rows_sum_to_one(kind, inputs):
    features, task, _ = inputs
    output = create_model(kind, **SMALL | {"attention_dim": 24}, heads=3)(features, task)
    weights = (output.cells if output.recalled is None else output.recalled).dense()
    assert weights.shape == ((3, 5, 3, 16, 16) if output.recalled is None else (3, 3, 5, 5))
    torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))
    assert output.attention.shape == (3, 5, 1, 1, 16)


@pytest.mark.parametrize("task_embedding", [None, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_the_answers_of_steps_are_those_of_the_sequence(kind, task_embedding, inputs):
    features, task, _ = inputs
    model = create_model(kind, **SMALL, task_embedding=task_embedding)
    told = model.told(task)
    seen, states = model.look(features, told).values, [model.cognition.start(3)]
    for frame in seen.unbind(1):
        states.append(model.cognition.step(states[-1], frame, told))
    hidden = torch.stack([state.hidden for state in states[1:]], 1)
    torch.testing.assert_close(model.answers(hidden), model(features, task).logits)


def test_a_learned_task_takes_the_place_of_the_given_one(inputs):
    features, task, _ = inputs
    model = create_model("attention_gru", **SMALL, task_embedding=4)
    features = features[:1].expand_as(features)
    before = model(features, task)
    assert before.attention.dense()[0].sub(before.attention.dense()[1]).abs().max() > 1e-4
    with torch.no_grad():
        for factor in model.learned_task.embedding.embeddings:
            factor.weight.copy_(factor.weight[:1].expand_as(factor.weight))
    alike = model(features, task).logits
    torch.testing.assert_close(alike[0], alike[1])


def test_the_pooled_baseline_is_attention_with_uniform_weights(inputs):
    features, task, _ = inputs
    baseline, attention = create_model("gru", **SMALL), create_model("attention_gru", **SMALL)
    attention.cognition.load_state_dict(baseline.cognition.state_dict())
    attention.answer.load_state_dict(baseline.answer.state_dict())
    with torch.no_grad():
        attention.look.score.zero_()
    pooled, attended = baseline(features, task), attention(features, task)
    torch.testing.assert_close(attended.attention.dense(), torch.full((3, 5, 1, 1, 16), 1 / 16))
    torch.testing.assert_close(attended.logits, pooled.logits)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not needs_map(kind)])
def test_kinds_without_places_answer_the_same_from_pooled_features(kind, inputs):
    features, task, _ = inputs
    model = create_model(kind, **SMALL)
    pooled = features.mean((-2, -1), keepdim=True)
    torch.testing.assert_close(model(pooled, task).logits, model(features, task).logits)


def test_spatial_kinds_see_where_things_are(inputs):
    features, task, _ = inputs
    model = create_model("attention_gru", **SMALL)
    moved = features.roll(1, dims=-1)
    torch.testing.assert_close(
        model(moved, task).attention.dense().unflatten(-1, (4, 4)).roll(-1, dims=-1).flatten(-2),
        model(features, task).attention.dense(),
    )


LEARNERS = [
    "gru",
    "attention_lstm",
    "multihead_attention_gru",
    "self_attention_gru",
    "temporal_attention_gru",
    "dual_gated_rnn",
]


@pytest.mark.parametrize("kind", LEARNERS)
def test_a_batch_is_learned_by_heart(kind, inputs):
    features, task, targets = inputs
    model = create_model(kind, **SMALL | {"hidden_size": 32})
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(150):
        optimizer.zero_grad()
        masked_loss(model(features, task), targets, no_action_weight=1.0).backward()
        optimizer.step()
    assert (model(features, task).logits.argmax(-1) == targets).all()


def test_the_loss_weighs_frames_without_action_less():
    logits, targets = torch.randn(2, 3, 3, dtype=torch.float64), torch.tensor([[0, 1, 2], [0, 0, 1]])
    output = WorkingMemoryOutput(logits, logits, None, None)
    each = -logits.log_softmax(-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    weight = torch.where(targets == 0, 0.25, 1.0).double()
    torch.testing.assert_close(masked_loss(output, targets, 0.25), (weight * each).sum() / weight.sum())
    torch.testing.assert_close(masked_loss(output, targets, 1.0), F.cross_entropy(logits.mT, targets))


@pytest.mark.parametrize("weight", [0.5, -0.5])
@pytest.mark.parametrize("kind", ["attention_gru", "multihead_attention_gru", "self_attention_gru"])
def test_a_positive_entropy_weight_spreads_attention_and_a_negative_one_sharpens_it(kind, weight, inputs):
    features, task, _ = inputs
    model = create_model(kind, **SMALL)
    optimizer = torch.optim.SGD(model.look.parameters(), lr=0.1)
    before = model(features, task).attention.entropy().mean()
    for _ in range(20):
        optimizer.zero_grad()
        entropy_penalty(model(features, task), weight).backward()
        optimizer.step()
    assert (model(features, task).attention.entropy().mean() - before) * weight > 0


def test_the_penalty_is_the_mean_entropy_in_nats(inputs):
    features, task, _ = inputs
    output = create_model("attention_gru", **SMALL)(features, task)
    weights = output.attention.dense().double()
    expected = 0.3 * (weights * weights.log()).sum(-1).mean()
    torch.testing.assert_close(entropy_penalty(output, 0.3).double(), expected, rtol=1e-5, atol=1e-6)


def test_a_model_without_places_has_no_entropy(inputs):
    features, task, _ = inputs
    with pytest.raises(WorkingMemoryError, match="it has none"):
        entropy_penalty(create_model("gated_gru", **SMALL)(features, task), 0.1)


def test_wrong_channels_are_an_error(inputs):
    features, task, _ = inputs
    with pytest.raises(WorkingMemoryError, match="8 channels"):
        create_model("gru", **SMALL)(features[:, :, :5], task)


def test_a_wrong_task_vector_is_an_error(inputs):
    features, task, _ = inputs
    with pytest.raises(WorkingMemoryError, match=r"task vector \[3, 6\]; got \(3, 3\)"):
        create_model("gru", **SMALL)(features, task[:, :3])
    with pytest.raises(WorkingMemoryError, match=r"task vector \[3, 6\]; got \(3, 3\)"):
        create_model("gru", **SMALL, task_embedding=3)(features, task[:, :3])


def test_spatial_attention_refuses_pooled_features(inputs):
    features, task, _ = inputs
    with pytest.raises(WorkingMemoryError, match="needs a feature map"):
        create_model("attention_gru", **SMALL)(features.mean((-2, -1), keepdim=True), task)


def test_an_attention_model_needs_a_spatial_look():
    baseline = create_model("gru", **SMALL)
    with pytest.raises(WorkingMemoryError, match="got Pooling"):
        AttentionWorkingMemoryModel(baseline.look, baseline.cognition)
