"""A page that would be too large, made lighter: stills at a lower resolution, then fewer of them."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import numpy as np
from matplotlib.image import imread, imsave

from analysis.report.page import Report
from analysis.report.pictures import Picture

HALVINGS = 2
"""How often the resolution of all stills is halved before any is left out."""
WORDS = 10_000
"""Bytes kept free for saying what was left out."""


def fitted(report: Report, largest: int) -> Report:
    """The report where its page is small enough, else with stills at 1/2, at 1/4, and then without the heaviest.

    The page says what was given up. It can still be too large, where that is not for its pictures.
    """
    size = size_of(report)
    if size <= largest:
        return report
    told = f"This page would have had {size / 1e6:.1f} MB, more than {largest / 1e6:.0f}: its stills have"
    pictures, left = report.pictures, size
    for halving in range(1, HALVINGS + 1):
        pictures = [halved(each) for each in pictures]
        lower = f"{told} 1/{2**halving} of their resolution"
        lighter = with_pictures(replace(report, lightened=f"{lower}."), pictures)
        if (left := size_of(lighter)) <= largest:
            return lighter
    kept = thinned(pictures, left - largest + WORDS)
    gone = sum(each.png is None for each in kept)
    whole = sum(each == without_any(each) for each in kept)
    said = f"{lower}, and {gone} of {len(kept)} are left out ({whole} of them without an interactive figure instead)."
    return with_pictures(replace(report, lightened=said), kept)


def size_of(report: Report) -> int:
    """Bytes of its page."""
    return len(report.html().encode())


def with_pictures(report: Report, pictures: Sequence[Picture]) -> Report:
    """The report with these in the places of its pictures."""
    following = iter(pictures)
    sections = [
        replace(section, pictures=[next(following) for _ in section.pictures]) for section in report.sections
    ]
    return replace(report, sections=sections)


def halved(picture: Picture) -> Picture:
    """Half the resolution, each pixel the mean of four; a still that cannot be read, or gains nothing, stays."""
    if picture.png is None:
        return picture
    try:
        pixels = imread(BytesIO(picture.png))
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for bytes that are no picture
        return picture
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    if pixels.ndim == 2 or not (height and width):
        return picture
    blocks = pixels[: 2 * height, : 2 * width].reshape(height, 2, width, 2, -1)
    file = BytesIO()
    imsave(file, np.ascontiguousarray(blocks.mean((1, 3))), format="png")
    return replace(picture, png=min(picture.png, file.getvalue(), key=len))


def thinned(pictures: Sequence[Picture], excess: int) -> list[Picture]:
    """Leave out the heaviest until so many bytes are saved, stills that an interactive figure replaces first."""
    kept = list(pictures)
    for leave_out in (without_still, without_any):
        for index in sorted(range(len(kept)), key=lambda place: -weight(kept[place])):
            if excess <= 0:
                return kept
            lighter = leave_out(kept[index])
            excess -= weight(kept[index]) - weight(lighter)
            kept[index] = lighter
    return kept


def without_still(picture: Picture) -> Picture:
    """The interactive figure alone, where there is one."""
    return replace(picture, png=None) if picture.interactive else picture


def without_any(picture: Picture) -> Picture:
    """The words alone."""
    return replace(picture, png=None, interactive=None, panel=None)


def weight(picture: Picture) -> int:
    """Its bytes on a page."""
    live = picture.interactive.to_json().encode() if picture.interactive else b""
    panel = picture.panel.markup.encode() if picture.panel else b""
    return len(picture.address) + len(live) + len(panel)
