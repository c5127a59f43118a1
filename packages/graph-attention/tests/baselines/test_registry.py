import dataclasses

import pytest

from graph_attention.baselines import BASELINES, make_baseline
from graph_attention.configuration import BASELINE_SETTINGS
from graph_attention.errors import MetabolicError


def test_every_baseline_has_the_settings_that_the_configuration_offers():
    assert set(BASELINES) == set(BASELINE_SETTINGS)
    for name, kind in BASELINES.items():
        fields = (
            [each.name for each in dataclasses.fields(kind) if each.init]
            if dataclasses.is_dataclass(kind)
            else []
        )
        assert tuple(fields) == BASELINE_SETTINGS[name]


def test_a_setting_reaches_the_estimator():
    assert make_baseline("knn", neighbours=3).regressor(0, 1)[-1].n_neighbors == 3
    assert make_baseline("ridge", penalty=2.5).regressor(0, 1)[-1].alpha == 2.5


def test_an_unknown_baseline_is_refused_with_its_nearest_name():
    with pytest.raises(MetabolicError, match="did you mean ridge"):
        make_baseline("rigde")


@pytest.mark.parametrize(("name", "said"), [("topology_forest", "TopologyForest"), ("unrolled", "Unrolled")])
def test_what_has_another_interface_is_named(name, said):
    with pytest.raises(MetabolicError, match=said):
        make_baseline(name)


def test_a_setting_of_another_baseline_is_refused():
    with pytest.raises(MetabolicError, match="trees is no setting of ridge; it has penalty"):
        make_baseline("ridge", trees=5)
