"""Part grammars: a category is a way to draw parts, an identity is one draw."""

import colorsys
import math
import zlib
from collections.abc import Callable

import numpy as np

from ..errors import StimulusError
from .shapes import Number, Part, Solid, Vector, fit

RADIUS = 0.97  # of the ball that holds every solid, so that it fits its tile from every side


class Draw:
    """Seeded choices for one identity; three colours come first, from one distribution for all categories."""

    def __init__(self, category: str, identity: int, seed: int):
        self.random = np.random.default_rng([seed, zlib.crc32(category.encode()), identity])
        self.size = self.between(0.86, 1.0)
        self.colours = tuple(self._colour() for _ in range(3))

    def between(self, low: Number, high: Number) -> float:
        """A length or an angle."""
        return float(self.random.uniform(low, high))

    def chance(self, probability: Number) -> bool:
        """Whether an optional part is there."""
        return bool(self.random.random() < probability)

    def kind(self, *kinds: str) -> str:
        """One of several primitives."""
        return kinds[self.random.integers(len(kinds))]

    def _colour(self) -> Vector:
        return colorsys.hsv_to_rgb(self.random.random(), self.between(0.3, 0.9), self.between(0.6, 1.0))


Grammar = Callable[[Draw], list[Part]]


def chair(draw: Draw) -> list[Part]:
    """Seat, back, four legs or a pedestal, sometimes arms."""
    first, second, third = draw.colours
    depth, width, height = draw.between(0.4, 0.55), draw.between(0.4, 0.6), draw.between(0.4, 0.75)
    thick, rise, lean = draw.between(0.06, 0.12), draw.between(0.45, 0.85), draw.between(-14, 0)
    back_at = (-depth + lean / 60, 0.0, rise + thick)
    parts = [
        Part(draw.kind("box", "frustum"), (0, 0, 0), (depth, width, thick), first),
        Part(draw.kind("box", "ellipsoid"), back_at, (0.08, width, rise), second, turn=(0, lean, 0)),
    ]
    if draw.chance(0.7):
        leg, radius = draw.kind("box", "frustum"), draw.between(0.05, 0.1)
        corners = [(x * (depth - radius), y * (width - radius)) for x in (-1, 1) for y in (-1, 1)]
        parts += [Part(leg, (x, y, -height / 2), (radius, radius, height / 2), third) for x, y in corners]
    else:
        parts.append(Part("frustum", (0, 0, -height / 2), (0.09, 0.09, height / 2), third))
        parts.append(Part("frustum", (0, 0, -height), (depth, width, 0.06), third, top=draw.between(0.2, 1)))
    if draw.chance(0.4):
        level = draw.between(0.25, 0.4)
        parts += [Part("box", (0, y * width, level), (depth, 0.07, 0.06), third) for y in (-1, 1)]
        parts += [
            Part("box", (depth - 0.1, y * width, level / 2), (0.06, 0.06, level / 2), third) for y in (-1, 1)
        ]
    return parts


def vehicle(draw: Draw) -> list[Part]:
    """Body on wheels with a cabin, a hood or a load of varied place and height."""
    first, second, third = draw.colours
    length, width, height = draw.between(0.85, 1.05), draw.between(0.24, 0.36), draw.between(0.1, 0.19)
    cabin, rise, at = draw.between(0.3, 0.62), draw.between(0.1, 0.26), draw.between(-0.3, 0.3)
    wheel, gauge = draw.between(0.17, 0.26), width * draw.between(0.95, 1.1)
    parts = [
        Part("box", (0, 0, 0), (length, width, height), first),
        Part(
            draw.kind("box", "ellipsoid", "box"),
            (at, 0, height + rise * 0.8),
            (cabin, width * 0.9, rise),
            second,
        ),
    ]
    axles = [-0.62 * length, 0.62 * length] + ([0.0] if draw.chance(0.25) else [])
    parts += [
        Part("frustum", (x, y * gauge, -height), (wheel, wheel, 0.08), third, turn=(90, 0, 0))
        for x in axles
        for y in (-1, 1)
    ]
    if draw.chance(0.4):
        load = draw.between(0.1, 0.28)
        back = -length + 0.3
        parts.append(Part("box", (back, 0, height + load), (0.3, width * 0.95, load), third))
    return parts


def plane(draw: Draw) -> list[Part]:
    """Fuselage, swept wings, tail and fin, sometimes engines."""
    first, second, third = draw.colours
    length, girth, sweep = draw.between(0.85, 1.05), draw.between(0.17, 0.28), draw.between(0, 32)
    span, chord, at = draw.between(0.4, 0.55), draw.between(0.2, 0.34), draw.between(-0.05, 0.2)
    level = draw.between(-0.6, 0.8) * girth
    parts = [Part("ellipsoid", (0, 0, 0), (length, girth, girth), first)]
    for side in (-1, 1):
        swept = math.sin(math.radians(sweep))
        middle = (at - swept * span, side * span, level)
        parts.append(Part("box", middle, (chord, span, 0.05), second, turn=(0, 0, side * sweep)))
    tail, fin = draw.between(0.25, 0.4), draw.between(0.17, 0.32)
    tail_level = fin * 1.7 if draw.chance(0.3) else 0.0
    parts.append(Part("box", (-0.86 * length, 0, tail_level), (0.16, tail, 0.05), third))
    parts.append(Part("box", (-0.86 * length, 0, fin), (0.17, 0.05, fin), third, turn=(0, -15, 0)))
    if draw.chance(0.6):
        engine, out = draw.between(0.08, 0.13), draw.between(0.4, 0.9) * span
        parts += [
            Part("frustum", (at, side * out, level - engine), (engine, engine, 0.2), third, turn=(0, 90, 0))
            for side in (-1, 1)
        ]
    return parts


def lamp(draw: Draw) -> list[Part]:
    """Oval foot, pole (straight, or bent at an elbow) and oval shade: a round lamp would have no viewpoint."""
    first, second, third = draw.colours
    foot, pole = draw.between(0.45, 0.62), draw.between(0.07, 0.12)
    height, shade, drop = draw.between(0.5, 0.7), draw.between(0.5, 0.72), draw.between(0.26, 0.42)
    narrow, oval = draw.between(0.55, 0.8), draw.between(0.55, 0.8)
    low, lid = draw.kind("frustum", "box"), draw.between(0.3, 1)
    parts = [Part(low, (0, 0, 0), (foot, foot * narrow, 0.09), first, top=lid)]
    parts += [Part("frustum", (0, 0, height), (pole, pole, height), second)]
    x, z, tilt = 0.0, 2 * height, 0.0
    if draw.chance(0.45):
        arm, tilt = draw.between(0.25, 0.42), draw.between(35, 75)
        slope = math.radians(tilt)
        x, z = 2 * arm * math.sin(slope), 2 * height + 2 * arm * math.cos(slope)
        parts.append(
            Part("frustum", (x / 2, 0, height + z / 2), (pole, pole, arm), second, turn=(0, tilt, 0))
        )
        tilt = draw.between(0, 35)
    kind = draw.kind("frustum", "frustum", "ellipsoid")
    top = draw.between(0.15, 0.75)
    parts.append(Part(kind, (x, 0, z), (shade, shade * oval, drop), third, turn=(0, tilt, 0), top=top))
    return parts


def animal(draw: Draw) -> list[Part]:
    """Rounded trunk on four legs, neck, head with ears or a snout, and a tail."""
    first, second, third = draw.colours
    length, girth, legs = draw.between(0.5, 0.75), draw.between(0.26, 0.38), draw.between(0.2, 0.4)
    thick, neck, lift = draw.between(0.07, 0.12), draw.between(0.15, 0.42), draw.between(15, 60)
    slope = math.radians(lift)
    head_at = (length * 0.8 + 2 * neck * math.sin(slope), 0.0, girth * 0.4 + 2 * neck * math.cos(slope))
    neck_at = ((length * 0.8 + head_at[0]) / 2, 0.0, (girth * 0.4 + head_at[2]) / 2)
    head = draw.between(0.16, 0.26)
    parts = [
        Part("ellipsoid", (0, 0, 0), (length, girth, girth), first),
        Part("frustum", neck_at, (0.12, 0.12, neck), first, turn=(0, lift, 0)),
        Part("ellipsoid", head_at, (head * draw.between(1, 1.5), head, head), second),
    ]
    stance = [(x * length * 0.6, y * girth * 0.6) for x in (-1, 1) for y in (-1, 1)]
    parts += [Part("frustum", (x, y, -girth * 0.6 - legs), (thick, thick, legs), third) for x, y in stance]
    tail = draw.between(0.1, 0.3)
    rise = draw.between(-60, 60)
    parts.append(
        Part("frustum", (-length - tail * 0.6, 0, 0.05), (0.06, 0.06, tail), second, turn=(0, rise, 0))
    )
    if draw.chance(0.7):
        ear = draw.between(0.08, 0.18)
        above = head_at[2] + head
        parts += [
            Part("frustum", (head_at[0], y * head * 0.7, above), (0.07, 0.07, ear), third, top=0.1)
            for y in (-1, 1)
        ]
    return parts


def windmill(draw: Draw) -> list[Part]:
    """Tapering tower, cap, and a wheel of three to five sails."""
    first, second, third = draw.colours
    foot, height, taper = draw.between(0.25, 0.42), draw.between(0.6, 0.85), draw.between(0.35, 0.8)
    hub, sail, start = height * draw.between(0.75, 0.95), draw.between(0.35, 0.5), draw.between(0, 90)
    sails = int(draw.random.integers(3, 6))
    breadth = draw.between(0.06, 0.14)
    front = foot * (1 + taper) / 2 + 0.06
    cap = foot * taper * 1.1
    parts = [
        Part("frustum", (0, 0, 0), (foot, foot, height), first, top=taper),
        Part(draw.kind("ellipsoid", "frustum"), (0, 0, height), (cap, cap, 0.2), second, top=0.1),
        Part("ellipsoid", (front, 0, hub), (0.12, 0.09, 0.09), second),
    ]
    for angle in (start + 360 * i / sails for i in range(sails)):
        y, z = -math.sin(math.radians(angle)) * sail, math.cos(math.radians(angle)) * sail
        parts.append(Part("box", (front, y, hub + z), (0.03, breadth, sail), third, turn=(angle, 0, 0)))
    return parts


GRAMMARS: dict[str, Grammar] = {
    "chair": chair,
    "vehicle": vehicle,
    "plane": plane,
    "lamp": lamp,
    "animal": animal,
    "windmill": windmill,
}


def draw_solid(category: str, identity: int, seed: int = 0) -> Solid:
    """The solid of one identity: always the same for the same category, number and seed.

    Its bounding ball is centred, and its radius is drawn from one distribution for all categories.

    Raises:
        StimulusError: if the category has no grammar, or the number or the seed is negative.
    """
    if category not in GRAMMARS:
        raise StimulusError(f"no grammar for category {category!r}; expected one of: {', '.join(GRAMMARS)}")
    if min(identity, seed) < 0:
        raise StimulusError(f"identity {identity} of seed {seed}; expected neither to be negative")
    draw = Draw(category, identity, seed)
    return fit(tuple(GRAMMARS[category](draw)), RADIUS * draw.size)
