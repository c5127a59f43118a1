"""Shapes in units of a cell, which SVG and figures draw alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate


@dataclass(frozen=True)
class Box:
    """A rectangle, filled, outlined, or both."""

    x: float
    y: float
    width: float
    height: float
    fill: str = "none"
    stroke: str = "none"
    line: float = 0.0
    dashed: bool = False


@dataclass(frozen=True)
class Dot:
    """A white disc with a black edge, which can be seen on every colour."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Lattice:
    """The lines between rows and columns."""

    x: float
    y: float
    rows: int
    columns: int


@dataclass(frozen=True)
class Digits:
    """One digit at several places, in the middle of each."""

    digit: int
    x: tuple[float, ...]
    y: tuple[float, ...]
    ink: str
    size: float


@dataclass(frozen=True)
class Words:
    """A line of text that begins at a place, as high as `size` cells, in the colour of the page's text."""

    x: float
    y: float
    text: str
    size: float = 0.8


Shape = Box | Dot | Lattice | Digits | Words


@dataclass(frozen=True)
class Scene:
    """Shapes and the room that they take, from 0, 0."""

    shapes: tuple[Shape, ...]
    width: float
    height: float


def moved(shape: Shape, right: float, down: float) -> Shape:
    """A shape elsewhere."""
    if isinstance(shape, Digits):
        return replace(
            shape, x=tuple(each + right for each in shape.x), y=tuple(each + down for each in shape.y)
        )
    return replace(shape, x=shape.x + right, y=shape.y + down)


def stacked(scenes: Sequence[Scene], gap: float = 1.0) -> Scene:
    """Scenes one above the other."""
    starts = list(accumulate((each.height + gap for each in scenes), initial=0.0))
    shapes = joined(
        (moved(shape, 0.0, down) for shape in each.shapes) for each, down in zip(scenes, starts, strict=False)
    )
    return Scene(shapes, max(each.width for each in scenes), starts[-1] - gap)


def joined(parts: Iterable[Iterable[Shape]]) -> tuple[Shape, ...]:
    """All shapes of several parts, in order."""
    return tuple(shape for part in parts for shape in part)
