import pytest


@pytest.mark.parametrize(("form", "expected"), [("rising", "...2 .332 1332"), ("falling", "2... 233. 2331")])
def test_bars_stand_in_order(makes, form, expected):
    assert makes("sort_bars", form, "2... 23.3 2313") == expected
