import pytest


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("border", "2... .33. ....", "1111 1331 1111"),
        ("outline", ".... .3.. .... ....", "111. 131. 111. ...."),
        ("outline", "33.. .... ...2", "331. 1111 ..12"),
        ("hollow", "3333 3333 3333 3333", "3333 3..3 3..3 3333"),
        ("hollow", "333. 333. 333. ..22", "333. 3.3. 333. ..22"),
        ("hollow", "33 33", "33 33"),
        ("hollow", "333 343 333", "333 343 333"),
    ],
)
def test_edges_are_drawn_or_left(makes, name, given, expected):
    assert makes(name, "", given) == expected
