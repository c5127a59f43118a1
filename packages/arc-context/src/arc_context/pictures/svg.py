"""Scenes as SVG, without a request for anything and without a script."""

from collections.abc import Iterable
from html import escape

from arc_context.pictures.colours import LINES
from arc_context.pictures.scene import Box, Digits, Dot, Lattice, Scene, Shape

PIXELS = 26
"""Of a cell, where there is room."""
WIDEST = 1000
FONT = 'font-family="system-ui, sans-serif"'


def svg(scene: Scene, title: str) -> str:
    """A file of its own, on white: everything that names data is escaped."""
    behind = f'<rect width="{number(scene.width)}" height="{number(scene.height)}" fill="#ffffff"/>'
    named = f"<title>{escape(title)}</title>"
    sides = f'xmlns="http://www.w3.org/2000/svg" role="img" color="#222222" {sized(scene)}'
    return f"<svg {sides}>{named}{behind}{drawn(scene.shapes)}</svg>\n"


def sized(scene: Scene) -> str:
    """The attributes of a picture that is as wide as it can be with whole cells of some size."""
    pixels = min(PIXELS, WIDEST / scene.width)
    width, height = number(scene.width), number(scene.height)
    return f'viewBox="0 0 {width} {height}" width="{scene.width * pixels:.0f}" height="{scene.height * pixels:.0f}"'


def drawn(shapes: Iterable[Shape]) -> str:
    """Shapes as elements, in order."""
    return "".join(map(element, shapes))


def element(shape: Shape) -> str:
    """One shape."""
    if isinstance(shape, Box):
        return _box(shape)
    if isinstance(shape, Dot):
        where = f'cx="{number(shape.x)}" cy="{number(shape.y)}" r="{number(shape.radius)}"'
        return f'<circle {where} fill="#ffffff" stroke="#000000" stroke-width="0.06"/>'
    if isinstance(shape, Lattice):
        return f'<path d="{_lines(shape)}" stroke="{LINES}" stroke-width="0.04" fill="none"/>'
    if isinstance(shape, Digits):
        return _digits(shape)
    where = f'x="{number(shape.x)}" y="{number(shape.y)}" font-size="{number(shape.size)}"'
    return f'<text {where} {FONT} fill="currentColor">{escape(shape.text)}</text>'


def _box(box: Box) -> str:
    sides = f'width="{number(box.width)}" height="{number(box.height)}"'
    line = f' stroke="{box.stroke}" stroke-width="{number(box.line)}"' if box.line else ""
    dashes = ' stroke-dasharray="0.2 0.14"' if box.dashed else ""
    return f'<rect x="{number(box.x)}" y="{number(box.y)}" {sides} fill="{box.fill}"{line}{dashes}/>'


def _lines(lattice: Lattice) -> str:
    across = (
        f"M{number(lattice.x)} {number(lattice.y + k)}h{lattice.columns}" for k in range(lattice.rows + 1)
    )
    down = (
        f"M{number(lattice.x + k)} {number(lattice.y)}v{lattice.rows}" for k in range(lattice.columns + 1)
    )
    return "".join([*across, *down])


def _digits(digits: Digits) -> str:
    """All in one element: each letter has a place of its own."""
    across = " ".join(map(number, digits.x))
    down = " ".join(number(each + 0.36 * digits.size) for each in digits.y)
    places = f'x="{across}" y="{down}"'
    look = f'font-size="{number(digits.size)}" text-anchor="middle" fill="{digits.ink}" {FONT}'
    return f"<text {places} {look}>{str(digits.digit) * len(digits.x)}</text>"


def number(value: float) -> str:
    """Three decimals at most."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
