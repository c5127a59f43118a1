import pytest
from pydantic import TypeAdapter, ValidationError

from analysis.testing import loaded_by
from graph_attention.configuration import BASELINE_SETTINGS, BaselineConfig, MetabolismConfig


def config(**sections):
    return TypeAdapter(MetabolismConfig).validate_python(sections)


def test_everything_has_a_default():
    assert config() == MetabolismConfig()
    assert config().network.name == "iJO1366"


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ({"network": {"name": "iJO1367"}}, "did you mean iJO1366"),
        ({"model": {"kind": "gradient_bosting"}}, "did you mean gradient_boosting"),
        ({"model": {"dim": 60}}, "8 heads cannot share a dim of 60"),
        ({"media": {"uptake": (10, 1)}}, "the smallest first"),
        ({"media": {"labels": "a", "growth_table": "b"}}, "exclude each other"),
        ({"model": {"kind": "ridge"}, "baseline": {"trees": 5}}, "baseline.trees is no setting of ridge; it has pen"),
        ({"baseline": {"penalty": 1}}, "no setting of transformer; it has none"),
        ({"media": {"held_out": 0.5}}, "less than 0.5"),
    ],
)  # fmt: skip
def test_an_impossible_setting_is_one_sentence(sections, sentence):
    with pytest.raises(ValidationError, match=sentence):
        config(**sections)


@pytest.mark.parametrize("kind", BASELINE_SETTINGS)
def test_every_baseline_takes_the_settings_that_it_has(kind):
    given = dict.fromkeys(BASELINE_SETTINGS[kind], 1)
    assert config(model={"kind": kind}, baseline=given).baseline.given == given
    assert config(model={"kind": kind}).model.is_baseline


def test_every_setting_of_a_baseline_is_one_of_some_baseline():
    told = {name for names in BASELINE_SETTINGS.values() for name in names}
    assert told == {name for name in vars(BaselineConfig()) if not name.startswith("_")}


def test_reading_settings_needs_no_heavy_library():
    assert not {"torch", "cobra", "sklearn"} & loaded_by("graph_attention.configuration")
