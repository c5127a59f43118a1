import pytest


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (("both", 1), "2. .."),
        (("either", 1), "22 2."),
        (("one", 1), ".2 2."),
        (("both", 0), "2..."),
        (("either", 0), "2.22"),
        (("one", 0), "..22"),
    ],
)
def test_halves_are_laid_upon_each_other(makes, form, expected):
    assert makes("halves", form, "1.11 1...") == expected


def test_odd_sides_cannot_be_halved(makes):
    assert makes("halves", ("both", 1), "1.1 ...") is None
