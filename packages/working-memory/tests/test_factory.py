import pytest

from working_memory.configuration import KINDS, ModelConfig
from working_memory.errors import WorkingMemoryError
from working_memory.factory import (
    create_attention_model,
    create_baseline_model,
    create_model,
    equal_parameter_hidden_size,
    get_model_info,
    model_from_config,
    needs_map,
    print_model_summary,
)
from working_memory.model import AttentionWorkingMemoryModel


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_knows_its_kind(kind):
    assert get_model_info(create_model(kind, hidden_size=4))["kind"] == kind


def test_the_parameters_of_a_gru_baseline_are_counted_by_hand():
    info = get_model_info(create_model("gru", hidden_size=10, channels=7, task_dim=6))
    encoder = (7 + 6) * 10 + 10 + 2 * 10
    recurrent = 3 * (10 * 10 + 10 * 10 + 2 * 10)
    assert info["parts"] == {"look": 0, "cognition": encoder + recurrent, "answer": 33}
    assert info["num_parameters"] == info["trainable"] == encoder + recurrent + 33


def test_frozen_parameters_are_not_trainable():
    model = create_model("gru")
    model.answer.requires_grad_(False)
    info = get_model_info(model)
    assert info["num_parameters"] - info["trainable"] == info["parts"]["answer"]


def test_the_parameters_of_recall_and_of_a_learned_task_are_counted_by_hand():
    info = get_model_info(
        create_model(
            "temporal_attention_gru", hidden_size=10, channels=7, attention_dim=8, heads=2, task_embedding=5
        )
    )
    assert info["task_dim"] == 6
    assert info["parts"]["look"] == 5 * 8 + 8 + 7 * 8 + 8
    assert info["parts"]["recall"] == (10 * 8 + 8) + 4 * (8 * 8 + 8) + 8 * 10
    assert info["parts"]["learned_task"] == (3 + 3) * 5
    assert info["num_parameters"] == sum(info["parts"].values())


def test_the_parameters_of_self_attention_are_counted_by_hand():
    info = get_model_info(create_model("self_attention_gru", hidden_size=10, channels=7, attention_dim=8))
    pool = 6 * 8 + 8 + 8 * 8 + 8
    assert info["parts"]["look"] == 7 * 8 + 2 * 8 + 4 * (8 * 8 + 8) + pool + 8 * 7


@pytest.mark.parametrize(
    "reference",
    ["attention_gru", "temporal_attention_gru", "self_attention_gru", "gated_gru", "dual_gated_gru"],
)
def test_no_other_size_is_nearer_in_parameters(reference):
    target = get_model_info(create_model(reference, hidden_size=60))["num_parameters"]
    size = equal_parameter_hidden_size("gru", reference, hidden_size=60)
    away = [
        abs(get_model_info(create_model("gru", hidden_size=s))["num_parameters"] - target)
        for s in range(size - 2, size + 3)
    ]
    assert away[2] == min(away)
    assert size > 60


def test_a_reference_that_is_too_small_is_an_error():
    with pytest.raises(WorkingMemoryError, match="raise hidden_size"):
        equal_parameter_hidden_size("dual_gated_gru", "gru", hidden_size=2)


def test_a_configured_baseline_gets_the_parameters_of_what_it_is_compared_with():
    config = ModelConfig(
        kind="gru", equal_parameters_to="multihead_attention_gru", heads=4, attention_dropout=0.1
    )
    info = get_model_info(model_from_config(config, channels=96))
    reference = get_model_info(
        create_model("multihead_attention_gru", heads=4, hidden_size=config.hidden_size)
    )
    assert info["kind"] == "gru"
    assert abs(info["num_parameters"] / reference["num_parameters"] - 1) < 0.02


def test_a_configuration_reaches_the_model():
    config = ModelConfig(
        kind="multihead_attention_lstm", hidden_size=9, heads=2, attention_dropout=0.3, dropout=0.2
    )
    model = model_from_config(config, channels=8)
    assert (model.look.heads, model.look.dropout) == (2, 0.3)
    assert (model.cognition.hidden_size, model.cognition.encoder[-1].p) == (9, 0.2)


def test_a_configured_learned_task_reaches_the_model():
    config = ModelConfig(
        kind="self_attention_gru", heads=2, attention_dim=8, task_embedding=3, entropy_weight=-0.1
    )
    model = model_from_config(config, channels=8)
    assert (model.look.between.heads, model.cognition.task_dim, model.task_dim) == (2, 3, 6)


def test_only_spatial_kinds_need_a_map():
    assert {kind for kind in KINDS if needs_map(kind)} == {kind for kind in KINDS if "attention" in kind}


def test_the_older_names_make_the_same_models():
    assert get_model_info(create_baseline_model("lstm"))["kind"] == "lstm"
    attention = create_attention_model("rnn")
    assert isinstance(attention, AttentionWorkingMemoryModel)
    assert get_model_info(attention)["kind"] == "attention_rnn"
    assert get_model_info(create_attention_model(heads=4))["kind"] == "multihead_attention_gru"


def test_a_summary_names_every_part(capsys):
    print_model_summary(create_model("gated_gru"))
    lines = {line.split()[0]: line.split()[-1] for line in capsys.readouterr().out.splitlines()}
    assert lines["kind"] == "gated_gru"
    assert int(lines["look"]) + int(lines["cognition"]) + int(lines["answer"]) == int(lines["num_parameters"])


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        ("atention_gru", {}, "did you mean attention_gru"),
        ("zzz", {}, "expected one of: gru, lstm"),
        ("gru", {"heads": 2}, "2 heads need a multihead_attention or .* kind; got a pooled baseline"),
        ("gated_gru", {"attention_dropout": 0.1}, "spatial attention kind; got gated"),
        (
            "self_attention_gru",
            {"attention_dim": 18},
            "1 heads of self_attention need .* that 4 divides; got 18",
        ),
        ("temporal_attention_gru", {"attention_dim": 9}, "that 2 divides; got 9"),
    ],
)
def test_what_cannot_be_built_is_an_error(kind, settings, sentence):
    with pytest.raises(WorkingMemoryError, match=sentence):
        create_model(kind, **settings)


def test_a_baseline_with_attention_is_an_error():
    with pytest.raises(WorkingMemoryError, match="attends to nothing"):
        create_baseline_model("attention_gru")
