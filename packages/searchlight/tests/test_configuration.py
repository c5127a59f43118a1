import re

import pytest

from analysis import Run, StoreError
from searchlight.configuration import (
    differences,
    load_config,
    of_run,
    parse,
    presets,
    to_plain,
    to_yaml,
    with_settings,
)
from searchlight.errors import ConfigError
from searchlight.older import read_older


@pytest.mark.parametrize("name", list(presets()))
def test_every_preset_is_read_back_from_its_own_resolved_yaml(name):
    resolved = load_config(name)
    again = parse(to_yaml(resolved.document), name=name, origin="again")
    assert again.config == resolved.config


def test_every_preset_says_in_its_first_line_what_it_is():
    assert all(len(text) > 10 for text in presets().values())


def test_the_issue_s_presets_are_there():
    tasks = ("stsf", "stmf", "mtmf", "attention_stsf", "attention_stmf", "attention_mtmf")
    named = {*tasks, "attention_mtmf_lstm", "attention_mtmf_rnn", "gated_mtmf"}
    expected = {f"working_memory/{name}{suffix}" for name in named for suffix in ("", "_resnet50")}
    assert expected <= set(presets())


def test_resnet50_presets_show_frames_of_224_pixels():
    config = load_config("working_memory/attention_mtmf_resnet50").config
    assert (config.stimuli.size, config.backbone.kind) == (224, "resnet50")


def test_an_unknown_key_is_an_error_that_names_the_nearest(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("system: working_memory\nmodel: {attention_dropuot: 0.1}\n")
    with pytest.raises(
        ConfigError, match=r"model.attention_dropuot is not a setting[\s\S]*did you mean attention_dropout"
    ):
        load_config(str(file))


def test_an_impossible_value_names_its_setting():
    with pytest.raises(ConfigError, match=r"here: tasks: 3-back is impossible in 3 frames"):
        parse("system: working_memory\ntasks: {frames: 3}", name="x", origin="here")
    with pytest.raises(ConfigError, match=r"training\.epochs.*greater than or equal to 1.*got 0"):
        parse("system: working_memory\ntraining: {epochs: 0}", name="x", origin="here")


@pytest.mark.parametrize("text", ["- a list", "system: [", "system: astrology"])
def test_what_is_no_configuration_is_an_error(text):
    with pytest.raises(ConfigError, match="here"):
        parse(text, name="x", origin="here")


def test_an_unknown_preset_is_an_error_that_names_the_nearest():
    with pytest.raises(ConfigError, match="did you mean working_memory/gated_mtmf"):
        load_config("working_memory/gatedmtmf")


def test_changed_settings_mark_the_name_of_a_run():
    resolved = load_config("working_memory/mtmf")
    changed = resolved.with_config(with_settings(resolved.config, {"model.hidden_size": 64}, "flags"))
    other = resolved.with_config(with_settings(resolved.config, {"model.hidden_size": 65}, "flags"))
    assert changed.name.startswith("working_memory/mtmf+")
    assert len({resolved.name, changed.name, other.name}) == 3
    assert resolved.with_config(resolved.config).name == resolved.name


def test_differences_are_named_by_their_dotted_names():
    plain = to_plain(load_config("working_memory/mtmf").config)
    other = to_plain(load_config("working_memory/gated_mtmf").config)
    assert differences(plain, other) == {"model.kind": "gated_gru"}


def test_a_setting_that_is_none_of_the_configuration_is_refused():
    config = load_config("working_memory/mtmf").config
    with pytest.raises(ConfigError, match=r"model\.hiden_size is not a setting[\s\S]*model\.hidden_size"):
        with_settings(config, {"model.hiden_size": 3}, "--grid")


def test_the_older_flat_form_is_read_and_said(tmp_path):
    file = tmp_path / "old.yaml"
    file.write_text(
        "model_type: attention_gru\nhidden_size: 96\nattention_hidden_dim: 32\nattention_dropout: 0.1\n"
        "num_val: 144\nsave_hidden: true\nscenario: MTMF\nlr: 0.001\n"
    )
    resolved = load_config(str(file))
    model = resolved.config.model
    assert (model.kind, model.hidden_size, model.attention_dim, model.attention_dropout) == (
        "attention_gru",
        96,
        32,
        0.1,
    )
    assert resolved.config.tasks.evaluation_sequences == 144
    assert "attention_hidden_dim as model.attention_dim" in resolved.notes[0]
    assert "save_hidden" in resolved.notes[1]


def test_an_unknown_key_of_the_older_form_is_an_error(tmp_path):
    file = tmp_path / "old.yaml"
    file.write_text("model_type: gru\nhiden_size: 96\n")
    with pytest.raises(ConfigError, match=r"hiden_size[\s\S]*did you mean hidden_size"):
        load_config(str(file))


OLDER = """
experiment_name: attention_stsf
scenario: STSF_ATTENTION
n_values: [2]
task_features: [location]
sequence_length: 6
model_type: attention_gru
hidden_size: 512
num_layers: 1
dropout: 0.0
attention_hidden_dim: 512
attention_dropout: 0.1
use_real_stimuli: true
num_train: 900
num_val: 200
num_test: 200
batch_size: 8
epochs: 15
lr: 0.0003
weight_decay: 0.01
milestones: [10]
gamma: 0.1
save_hidden: true
"""


def test_a_whole_older_file_is_read(tmp_path):
    file = tmp_path / "attention_stsf.yaml"
    file.write_text(OLDER)
    config = load_config(str(file)).config
    assert (config.tasks.scenario, config.tasks.all_features, config.tasks.all_n) == (
        "custom",
        ("location",),
        (2,),
    )
    assert (config.model.kind, config.model.attention_dropout) == ("attention_gru", 0.1)
    assert (config.training.epochs, config.training.learning_rate) == (15, 0.0003)


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ({"rnn_type": "lstm"}, "lstm"),
        ({"model_type": "gru"}, "gru"),
        ({"model_type": "attention", "rnn_type": "gru"}, "attention_gru"),
        ({"model_type": "attention", "rnn_type": "gru", "attention_mode": "dual"}, "dual_gated_gru"),
        ({"model_type": "attention_rnn", "attention_mode": "task_only"}, "gated_rnn"),
    ],
)
def test_older_names_of_models_are_today_s_kinds(named, kind):
    document, _ = read_older({**named, "scenario": "MTMF_DUAL_ATTENTION"}, "old.yaml")
    assert document["model"]["kind"] == kind
    assert document["tasks"]["scenario"] == "mtmf"


@pytest.mark.parametrize("file", ["config.yaml", "environment.json"])
@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_a_damaged_file_of_a_run_is_named(file, kept, tmp_path):
    config = load_config("working_memory/demo_quick")
    run = Run(tmp_path / "demo_quick" / "seed-0").begin(
        to_yaml(config.document), {"data_hash": "d0", "packages": {}}
    )
    assert of_run(run.path).document == config.document
    text = (run.path / file).read_text()
    cut = text[: text.index(":", int(kept * len(text))) - 1 if kept else 0]
    (run.path / file).write_text(cut)
    with pytest.raises((ConfigError, StoreError), match=re.escape(str(run.path / file))):
        of_run(run.path)
