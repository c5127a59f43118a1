import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from analysis import FORBID, BaselineSettings, Share, foreign
from analysis.testing import loaded_by

OWN = {"forest": ("trees", "leaf"), "mean": ()}


@dataclass(frozen=True, config=FORBID)
class Settings(BaselineSettings):
    trees: int | None = None
    leaf: int | None = None


@dataclass(frozen=True, config=FORBID)
class Parts:
    part: Share = 0.5


def test_what_is_not_set_is_not_given():
    assert Settings().given == {}
    assert Settings(leaf=0).given == {"leaf": 0}


def test_a_setting_that_a_kind_does_not_have_is_answered_with_what_it_has():
    assert foreign({"leaf": 3}, "forest", OWN) is None
    assert (
        foreign({"leaf": 3, "width": 2}, "forest", OWN) == "width is no setting of forest; it has trees, leaf"
    )
    assert foreign(["leaf"], "mean", OWN, "baseline.") == "baseline.leaf is no setting of mean; it has none"
    assert foreign(["leaf"], "transformer", OWN) == "leaf is no setting of transformer; it has none"


@pytest.mark.parametrize("given", [{"part": 1.01}, {"part": -0.01}, {"whole": 1}])
def test_a_share_lies_between_0_and_1_and_unknown_settings_are_refused(given):
    with pytest.raises(ValidationError):
        TypeAdapter(Parts).validate_python(given)


def test_settings_load_nothing_but_pydantic():
    heavy = {"torch", "numpy", "scipy", "sklearn", "matplotlib", "polars"}
    assert not heavy & loaded_by("analysis.settings", "analysis.words")
