import pytest


@pytest.mark.parametrize(
    ("form", "given", "expected"),
    [
        ("row", "3..3. .3... ...3.", "3113. .3... ...3."),
        ("row", "3.3.3 .....", "31313 ....."),
        ("column", "3..3. .3... ...3.", "3..3. .3.1. ...3."),
        ("column", "33 33", "33 33"),
    ],
)
def test_neighbouring_points_are_joined(makes, form, given, expected):
    assert makes("connect", form, given) == expected
