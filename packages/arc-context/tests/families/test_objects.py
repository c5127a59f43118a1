import pytest


@pytest.mark.parametrize(
    ("name", "form", "given", "expected"),
    [
        ("crop", "", "..... .12.. ..... .3...", "12 .. 3."),
        ("crop", "", "... ...", None),
        ("select_object", "largest", "11.2 11.2 ....", "11.. 11.. ...."),
        ("select_object", "smallest", "11.2 11.2 ....", "...2 ...2 ...."),
        ("select_object", "largest", "11.2 ...2", None),
        ("select_object", "largest", "....", None),
        ("crop_selected", "largest", "11.2 11.2 ....", "11 11"),
        ("crop_selected", "smallest", "11.2 11.2 ....", "2 2"),
        ("crop_selected", "smallest", "11.2 ...2", None),
        ("denoise", "", "11.. 11.2 .... 3..4", "11.. 11.. .... ...."),
        ("denoise", "", "1... .2.. ...3", "1... .2.. ...."),
    ],
)
def test_objects_are_cropped_chosen_or_cleaned(makes, name, form, given, expected):
    assert makes(name, form, given) == expected
