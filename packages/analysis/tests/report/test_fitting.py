"""Pages with more pictures than have room on them."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread, imsave

from analysis import Interactive, Picture, Report, Section, write_report
from analysis.interactive.views import View
from analysis.report.fitting import fitted, halved, size_of


def noise(seed: int, side: int = 300) -> bytes:
    """A picture that compresses badly: about three bytes for each of its pixels."""
    file = BytesIO()
    imsave(file, np.random.default_rng(seed).random((side, side, 3)), format="png")
    return file.getvalue()


def live(values: int) -> Interactive:
    return Interactive({(): View([{"type": "scatter", "y": list(range(values))}])})


def report(*pictures: Picture) -> Report:
    sections = [Section("One", pictures=pictures[:1]), Section("Others", pictures=pictures[1:])]
    return Report("t", "q", [], {}, sections=sections)


@pytest.fixture(scope="module")
def pictures():
    return [Picture(noise(seed), f"caption {seed}", f"alt {seed}", "null") for seed in range(6)]


def test_a_page_with_room_for_all_is_as_it_was(pictures):
    whole = report(*pictures)
    assert fitted(whole, 10_000_000) is whole


@pytest.mark.parametrize(("share", "resolution", "side"), [(0.5, "1/2", 150), (0.1, "1/4", 75)])
def test_stills_have_a_lower_resolution_and_the_page_says_so(pictures, share, resolution, side):
    whole = report(*pictures)
    size = size_of(whole)
    found = fitted(whole, int(share * size))
    assert size_of(found) <= share * size
    assert [imread(BytesIO(each.png)).shape[0] for each in found.pictures] == [side] * 6
    assert f"its stills have {resolution} of their resolution." in found.html()


def test_the_heaviest_stills_are_left_out_where_that_is_not_enough(pictures):
    small = Picture(noise(9, 40), "small", "alt", "null")
    whole = report(*pictures, small)
    limit = size_of(report()) + 110_000
    found = fitted(whole, limit)
    page = found.html()
    assert len(page.encode()) <= limit
    assert found.pictures[-1].png is not None
    gone = sum(each.png is None for each in found.pictures)
    assert 0 < gone < 7
    assert f"and {gone} of 7 are left out ({gone} of them without" in page
    assert page.count("Left out for the size of this page. alt") == gone
    assert all(f"caption {seed}" in page for seed in range(6))


def test_stills_behind_interactive_figures_go_before_those_that_stand_alone(pictures):
    both = [Picture(each.png, each.caption, each.alt, each.null, live(5)) for each in pictures[:3]]
    whole = report(*both, *pictures[3:])
    limit = size_of(report(Picture(noise(9, 2), "c", "a", "n", live(5)))) + 80_000
    found = fitted(whole, limit).pictures
    assert all(each.interactive for each in found[:3])
    assert any(each.png is None for each in found[:3])


def test_forty_pictures_of_an_arm_are_written(tmp_path):
    many = [Picture(noise(seed, 300), f"caption {seed}", "alt", "null", live(500)) for seed in range(40)]
    whole = report(*many)
    assert size_of(whole) > 15_000_000
    write_report(tmp_path / "report.html", whole)
    page = (tmp_path / "report.html").read_text()
    assert len(page.encode()) <= 10_000_000
    assert page.count("<figcaption>") == 40
    assert "This page would have had" in page


def test_a_half_is_the_mean_of_four_pixels_and_what_cannot_be_read_stays():
    pixels = np.zeros((2, 4, 4))
    pixels[..., 3] = 1.0
    pixels[0, 0, :3] = pixels[1, 1, :3] = 1.0
    file = BytesIO()
    imsave(file, np.tile(pixels, (50, 50, 1)), format="png")
    found = imread(BytesIO(halved(Picture(file.getvalue(), "c", "a", "n")).png))
    assert found.shape == (50, 100, 4)
    np.testing.assert_allclose(found[::, ::2, 0], 0.5, atol=1 / 255)
    np.testing.assert_allclose(found[::, 1::2, 0], 0.0)
    broken = Picture(b"\x89PNG\r\n\x1a\n" + bytes(99), "c", "a", "n")
    assert halved(broken) is broken
