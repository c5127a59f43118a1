import dataclasses

import pytest

from analysis.testing import loaded_by
from object_persistence.baselines import BASELINES, make_baseline
from object_persistence.configuration import BASELINE_SETTINGS, BaselineConfig
from object_persistence.errors import PersistenceError


def test_every_baseline_has_the_settings_that_the_configuration_offers():
    assert set(BASELINES) == set(BASELINE_SETTINGS)
    for name, kind in BASELINES.items():
        assert tuple(each.name for each in dataclasses.fields(kind) if each.init) == BASELINE_SETTINGS[name]


def test_a_setting_of_the_configuration_reaches_the_estimator():
    given = BaselineConfig(trees=7, learning_rate=0.3).given
    classifier = make_baseline("gradient_boosting", **given).classifier(0)
    assert (classifier.max_iter, classifier.learning_rate) == (7, 0.3)


def test_an_unknown_baseline_is_refused_with_its_nearest_name():
    with pytest.raises(PersistenceError, match="did you mean majority"):
        make_baseline("majorty")


def test_the_recurrent_network_is_elsewhere():
    with pytest.raises(PersistenceError, match=r"object_persistence.model.gru.TrackGRU"):
        make_baseline("gru")


def test_a_setting_of_another_baseline_is_refused():
    with pytest.raises(PersistenceError, match="trees is no setting of colour_rule; it has brightness"):
        make_baseline("colour_rule", trees=5)


def test_baselines_need_no_torch():
    loaded = loaded_by("object_persistence.baselines.registry")
    assert {kind.__module__ for kind in BASELINES.values()} <= loaded
    assert "torch" not in loaded
