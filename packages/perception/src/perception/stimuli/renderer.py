"""Parallel-projection ray casting of many solids at once.

Every sum of three is written out and no transcendental function is applied to a batch: such kernels round
differently at the end of a vector, and a tile must have the same pixels whatever it is rendered with.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from ..errors import StimulusError
from .shapes import KINDS, Number, Rays, Solid, dot, hit_box, hit_ellipsoid, hit_frustum, matmul

AMBIENT, DIFFUSE, GLOSS = 0.4, 0.6, 0.2
# From 25 degrees above, level and upright surfaces are then equally bright, and brightness does not tell a plane.
LIGHT = (-40.0, 20.0)
SAMPLES = 2  # rays on each side of a pixel


@dataclass(frozen=True)
class View:
    """Where the viewer stands, and where the light comes from as seen by the viewer (degrees).

    Azimuth 0 faces the solid's front (+x) and turns towards its left (+y); elevation raises the viewer. The
    light's angles are relative to the viewer: (0, 0) is behind the viewer's head, positive is from the right
    and from above.
    """

    azimuth: Number
    elevation: Number
    light: tuple[Number, Number] = LIGHT


@dataclass(frozen=True)
class Tiles:
    """Rendered solids: colours already weighted by `cover`, the share of each pixel that the solid fills."""

    colour: Float[Tensor, "tiles 3 height width"]
    cover: Float[Tensor, "tiles height width"]

    def over(self, background: Number) -> Float[Tensor, "tiles 3 height width"]:
        """Lay the solids over one grey level."""
        return self.colour + background * (1 - self.cover[:, None])


def render_tiles(solids: Sequence[Solid], views: Sequence[View], size: int, samples: int = SAMPLES) -> Tiles:
    """Render `solids[i]` from `views[i]` on size × size pixels that span [-1, 1] in both directions.

    Lambert and Phong shading (Phong 1975) with samples × samples rays per pixel, averaged.

    Raises:
        StimulusError: if there are not as many views as solids, or size or samples is not positive.
    """
    if len(solids) != len(views):
        raise StimulusError(f"{len(solids)} solids but {len(views)} views; expected one view per solid")
    if size < 1 or samples < 1:
        raise StimulusError(f"size {size} with {samples} samples; expected both at least 1")
    resolution = size * samples
    parts = _Parts.seen(solids, views)
    part, column, row = _candidates(parts, resolution)
    depth, normal = _hits(parts, part, column, row, resolution)
    pixel = (parts.tile[part] * resolution + row) * resolution + column
    front = _front(depth, pixel, len(solids) * resolution**2)
    colour = _shade(parts, part[front], normal[:, front])
    return _average(colour, pixel[front], len(solids), size, samples)


@dataclass(frozen=True)
class _Parts:
    """All parts of all tiles in viewer coordinates: x to the right, y up, z towards the viewer."""

    tile: Int[Tensor, "parts"]
    kind: Int[Tensor, "parts"]
    centre: Float[Tensor, "3 parts"]
    inverse: Float[Tensor, "3 3 parts"]  # row i gives the part's own coordinate i
    extent: Float[Tensor, "2 parts"]
    colour: Float[Tensor, "3 parts"]
    top: Float[Tensor, "parts"]
    light: Float[Tensor, "3 parts"]

    @classmethod
    def seen(cls, solids: Sequence[Solid], views: Sequence[View]) -> "_Parts":
        tile = np.repeat(np.arange(len(solids)), [len(solid) for solid in solids])
        parts = [part for solid in solids for part in solid]
        camera = np.array([_camera(view) for view in views]).reshape(-1, 3, 3)[tile]
        light = np.array([_direction(*view.light) for view in views]).reshape(-1, 3)[tile]
        half = np.array([part.half for part in parts]).reshape(-1, 1, 3)
        turned = matmul(camera, np.array([part.rotation for part in parts]).reshape(-1, 3, 3))
        kind = np.array([KINDS.index(part.kind) for part in parts], dtype=np.int64)
        centre = matmul(camera, np.array([part.centre for part in parts]).reshape(-1, 3, 1))[..., 0]
        fields = (
            centre.T,
            (turned / half).transpose(2, 1, 0),
            _extent(turned * half, kind).T,
            np.array([part.colour for part in parts]).reshape(-1, 3).T,
            np.array([part.top for part in parts]),
            light.T,
        )
        floats = (torch.tensor(np.ascontiguousarray(field), dtype=torch.float32) for field in fields)
        return cls(torch.tensor(tile), torch.tensor(kind), *floats)


def _camera(view: View) -> list[list[float]]:
    a, e = math.radians(view.azimuth), math.radians(view.elevation)
    right = [-math.sin(a), math.cos(a), 0.0]
    up = [-math.sin(e) * math.cos(a), -math.sin(e) * math.sin(a), math.cos(e)]
    return [right, up, [math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)]]


def _direction(azimuth: Number, elevation: Number) -> list[float]:
    a, e = math.radians(azimuth), math.radians(elevation)
    return [math.cos(e) * math.sin(a), math.sin(e), math.cos(e) * math.cos(a)]


def _extent(axes: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Half the width and height of each part's silhouette; for a tapering frustum an upper bound."""
    x, y, z = np.abs(axes[:, :2]).transpose(2, 0, 1)
    outlines = [np.sqrt(x * x + y * y + z * z), x + y + z, np.sqrt(x * x + y * y) + z]
    return np.choose(kind[:, None], outlines)


def _candidates(parts: _Parts, resolution: int) -> tuple[Tensor, Tensor, Tensor]:
    """Part, column and row of every ray that passes through a part's bounding rectangle."""
    middle = parts.centre[:2] * parts.centre.new_tensor([[1.0], [-1.0]])  # rows count downwards
    first = ((middle - parts.extent + 1) * (resolution / 2) - 0.5).ceil().clamp(0, resolution).long()
    last = ((middle + parts.extent + 1) * (resolution / 2) - 0.5).floor().clamp(-1, resolution - 1).long()
    width, height = (last - first + 1).clamp(min=0)
    count = width * height
    part = torch.repeat_interleave(count)
    within = torch.arange(len(part)) - (count.cumsum(0) - count)[part]
    return part, first[0][part] + within % width[part], first[1][part] + within // width[part]


def _hits(parts: _Parts, part: Tensor, column: Tensor, row: Tensor, resolution: int) -> tuple[Tensor, Rays]:
    """Depth towards the viewer, -inf for a miss, and the unit normal, both in viewer coordinates."""
    inverse, centre = parts.inverse[..., part], parts.centre[:, part]
    x = (2 * column + 1) / resolution - 1 - centre[0]
    y = 1 - (2 * row + 1) / resolution - centre[1]
    origin, direction = inverse[:, 0] * x + inverse[:, 1] * y, inverse[:, 2]
    depth, normal = torch.empty_like(x), torch.empty_like(origin)
    for kind, name in enumerate(KINDS):
        of_kind = (parts.kind[part] == kind).nonzero()[:, 0]
        own = origin[:, of_kind], direction[:, of_kind]
        if name == "frustum":
            depth[of_kind], normal[:, of_kind] = hit_frustum(*own, parts.top[part[of_kind]])
        else:
            hit = hit_ellipsoid if name == "ellipsoid" else hit_box
            depth[of_kind], normal[:, of_kind] = hit(*own)
    normal = inverse[0] * normal[0] + inverse[1] * normal[1] + inverse[2] * normal[2]
    return depth + centre[2], normal / dot(normal, normal).sqrt()


def _front(depth: Tensor, pixel: Tensor, pixels: int) -> Int[Tensor, "hits"]:
    """The ray that each covered pixel shows: the nearest, and of equals the first."""
    nearest = depth.new_full((pixels,), -torch.inf).scatter_reduce(0, pixel, depth, "amax")
    seen = ((depth == nearest[pixel]) & (depth > -torch.inf)).nonzero()[:, 0]
    first = seen.new_full((pixels,), len(depth)).scatter_reduce(0, pixel[seen], seen, "amin")
    return first[first < len(depth)]


def _shade(parts: _Parts, part: Tensor, normal: Rays) -> Float[Tensor, "3 rays"]:
    light = parts.light[:, part]
    facing = dot(normal, light)
    mirrored = (2 * facing * normal[2] - light[2]).clamp(min=0)  # cosine of viewer and reflected light
    gloss = torch.where(facing > 0, (((mirrored**2) ** 2) ** 2) ** 2, 0)
    colour = parts.colour[:, part] * (AMBIENT + DIFFUSE * facing.clamp(min=0)) + GLOSS * gloss
    return colour.clamp(max=1)


def _average(colour: Tensor, pixel: Tensor, tiles: int, size: int, samples: int) -> Tiles:
    resolution = size * samples
    canvas = colour.new_zeros(4, tiles * resolution**2)
    canvas[:3, pixel], canvas[3, pixel] = colour, 1
    canvas = canvas.view(4, tiles, size, samples, size, samples)
    picks = [canvas[:, :, :, i, :, j] for i in range(samples) for j in range(samples)]
    mean = functools.reduce(torch.add, picks) / samples**2
    return Tiles(mean[:3].transpose(0, 1).contiguous(), mean[3])
