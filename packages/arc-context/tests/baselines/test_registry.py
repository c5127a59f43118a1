import dataclasses

import pytest

from analysis.testing import loaded_by
from arc_context.baselines import BASELINES, make_baseline
from arc_context.configuration import BASELINE_SETTINGS
from arc_context.errors import ArcError


def test_every_baseline_has_the_settings_that_the_configuration_offers():
    assert set(BASELINES) == set(BASELINE_SETTINGS)
    for name, kind in BASELINES.items():
        assert tuple(each.name for each in dataclasses.fields(kind) if each.init) == BASELINE_SETTINGS[name]


def test_a_baseline_is_made_by_its_name():
    assert {name: make_baseline(name).name for name in BASELINES} == {name: name for name in BASELINES}


def test_an_unknown_baseline_is_refused_with_its_nearest_name():
    with pytest.raises(ArcError, match="did you mean symbolic"):
        make_baseline("symbolc")


def test_a_setting_that_there_is_not_is_refused():
    with pytest.raises(ArcError, match="views is no setting of copy"):
        make_baseline("copy", views=2)


@pytest.mark.parametrize("name", ["task_cnn", "puzzle_embedding"])
def test_what_takes_gradient_steps_is_elsewhere(name):
    with pytest.raises(ArcError, match=r"needs torch and gradient steps: arc_context\.model"):
        make_baseline(name)


def test_baselines_need_no_torch():
    loaded = loaded_by("arc_context.baselines.registry")
    assert {kind.__module__ for kind in BASELINES.values()} <= loaded
    assert "torch" not in loaded
