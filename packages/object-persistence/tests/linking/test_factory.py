"""Settings become the linker that they describe."""

import pytest
from pydantic import ValidationError

from object_persistence import LinkingConfig, make_linker


def test_every_setting_reaches_the_linker():
    settings = {"search_range": 3.5, "memory": 1, "motion": "kalman", "appearance": 2.0, "gap_closing": 4}
    assert vars(make_linker(LinkingConfig(**settings))) == settings


@pytest.mark.parametrize(
    "wrong", [{"memory": -1}, {"search_range": 0.0}, {"motion": "brownian"}, {"memroy": 1}]
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        LinkingConfig(**wrong)
