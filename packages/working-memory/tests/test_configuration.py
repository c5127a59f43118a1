import pytest

from working_memory.configuration import (
    ModelConfig,
    StimuliConfig,
    TasksConfig,
    WorkingMemoryConfig,
)


def test_configuration_does_not_import_torch(imported_by):
    assert imported_by("import working_memory.configuration") == ""
    assert "torch" in imported_by("import working_memory.model")


def test_defaults_pose_all_nine_tasks():
    tasks = WorkingMemoryConfig().tasks
    assert tasks.all_features == ("location", "identity", "category")
    assert tasks.all_n == (1, 2, 3)


@pytest.mark.parametrize(
    ("scenario", "features", "n"),
    [("stsf", ("location",), (2,)), ("stmf", ("location", "identity", "category"), (2,))],
)
def test_smaller_scenarios_pose_two_back_only(scenario, features, n):
    tasks = TasksConfig(scenario=scenario)
    assert (tasks.all_features, tasks.all_n) == (features, n)


def test_a_custom_scenario_is_put_into_the_order_of_the_task_vector():
    tasks = TasksConfig(scenario="custom", features=("category", "location"), n=(3, 1))
    assert (tasks.all_features, tasks.all_n) == (("location", "category"), (1, 3))


def test_lists_as_yaml_gives_them_become_tuples():
    assert StimuliConfig(categories=["chair", "lamp"]).categories == ("chair", "lamp")


def test_settings_cannot_be_changed_later():
    with pytest.raises(AttributeError):
        StimuliConfig().size = 3


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        (StimuliConfig, {"sizes": 3}, "sizes"),
        (StimuliConfig, {"categories": ()}, "at least one"),
        (StimuliConfig, {"categories": ("chair", "chair")}, "different categories"),
        (StimuliConfig, {"categories": ("chair", "sofa")}, "sofa cannot be rendered"),
        (StimuliConfig, {"size": 63}, "even number"),
        (StimuliConfig, {"azimuths": (0,), "elevations": (15,)}, "two different views"),
        (StimuliConfig, {"novel_azimuths_test": (0,), "elevations": (15,)}, "two different views"),
        (StimuliConfig, {"novel_azimuths_test": (-40, 0)}, "share"),
        (StimuliConfig, {"novel_azimuths_test": (0, 90)}, "outside the training azimuths"),
        (StimuliConfig, {"locations": 5}, "less than or equal to 4"),
        (TasksConfig, {"frames": 3}, "3-back is impossible in 3 frames"),
        (TasksConfig, {"features": ("identity",)}, "scenario custom"),
        (TasksConfig, {"scenario": "custom", "n": (1,)}, "scenario custom"),
        (TasksConfig, {"scenario": "custom", "features": ("identity",), "n": (4,)}, "1, 2 or 3"),
        (TasksConfig, {"match_rate": 1.0}, "less than 1"),
        (ModelConfig, {"kind": "atention_gru"}, "did you mean attention_gru"),
        (ModelConfig, {"equal_parameters_to": "transformer"}, "expected one of"),
        (ModelConfig, {"heads": 4}, "multihead_attention"),
        (ModelConfig, {"attention_dropout": 0.1}, "spatial attention kind"),
        (
            ModelConfig,
            {"kind": "self_attention_gru", "heads": 4, "attention_dim": 40},
            "that 16 divides; got 40",
        ),
        (
            ModelConfig,
            {"kind": "temporal_attention_gru", "equal_parameters_to": "attention_gru", "attention_dim": 63},
            "that 2 divides; got 63",
        ),
        (ModelConfig, {"kind": "gated_gru", "entropy_weight": 0.1}, "entropy_weight needs a spatial"),
        (ModelConfig, {"task_embedding": 0}, "greater than 0"),
    ],
)
def test_an_impossible_setting_is_one_sentence(kind, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        kind(**settings)


@pytest.mark.parametrize(
    ("stimuli", "tasks", "sentence"),
    [
        ({"categories": ("chair",)}, {}, "two categories"),
        (
            {"categories": ("chair",)},
            {"scenario": "custom", "features": ("identity",), "n": (1,)},
            "share the category",
        ),
        (
            {"categories": ("chair",), "identities": 1},
            {"scenario": "custom", "features": ("identity",), "n": (1,)},
            "two identities in every split",
        ),
        ({"novel_identities": 1}, {}, "two identities per category"),
        ({"locations": 1}, {"scenario": "stsf"}, "two locations"),
    ],
)
def test_a_task_that_the_stimuli_cannot_pose_is_one_sentence(stimuli, tasks, sentence):
    with pytest.raises(ValueError, match=sentence):
        WorkingMemoryConfig(stimuli=StimuliConfig(**stimuli), tasks=TasksConfig(**tasks))


def test_one_category_without_lures_is_possible_for_the_identity_task():
    tasks = TasksConfig(scenario="custom", features=("identity",), n=(1,), lure_rate=0)
    config = WorkingMemoryConfig(stimuli=StimuliConfig(categories=("chair",)), tasks=tasks)
    assert config.stimuli.categories == ("chair",)
