"""The three primitive solids: what they are, and where a parallel ray meets them."""

import itertools
import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..errors import StimulusError

Number = int | float  # beartype takes float at its word
Vector = tuple[Number, Number, Number]
KINDS = ("ellipsoid", "box", "frustum")


@dataclass(frozen=True)
class Part:
    """A primitive, stretched to `half` (half its extent on each axis), turned, and moved to `centre`.

    `turn` holds angles in degrees about x, then y, then z. A frustum stands along its z axis and shrinks from
    the full radius at its foot to `top` times that radius at its head: 1 is a cylinder, 0 a cone.

    Raises:
        StimulusError: for an unknown kind, a half extent that is not positive, or `top` outside [0, 1].
    """

    kind: str
    centre: Vector
    half: Vector
    colour: Vector
    turn: Vector = (0.0, 0.0, 0.0)
    top: Number = 1.0

    def __post_init__(self):
        if self.kind not in KINDS:
            raise StimulusError(f"part of kind {self.kind!r}; expected one of: {', '.join(KINDS)}")
        if not all(0 < length < math.inf for length in self.half):
            raise StimulusError(f"part with half extents {self.half}; expected three positive lengths")
        if not 0 <= self.top <= 1:
            raise StimulusError(
                f"frustum with top {self.top}; expected a share of the foot's radius in [0, 1]"
            )

    @cached_property
    def rotation(self) -> np.ndarray:
        """The part's axes as columns."""
        (cx, sx), (cy, sy), (cz, sz) = ((math.cos(a), math.sin(a)) for a in map(math.radians, self.turn))
        about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
        about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
        return matmul(matmul(about_z, about_y), about_x)

    def outline(self) -> np.ndarray:
        """Points on the surface, one per corner, edge and face of the unit cube."""
        points = np.array([point for point in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(point)])
        if self.kind == "ellipsoid":
            points /= np.linalg.norm(points, axis=1, keepdims=True)
        if self.kind == "frustum":
            reach = np.maximum(np.linalg.norm(points[:, :2], axis=1, keepdims=True), 1)
            points[:, :2] *= ((1 + self.top) / 2 + (self.top - 1) / 2 * points[:, 2:]) / reach
        return self.centre + (points * self.half) @ self.rotation.T


Solid = tuple[Part, ...]


def matmul(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Products of stacked 3 × 3 matrices, summed in a fixed order."""
    first, second, third = (left[..., :, i, None] * right[..., i, None, :] for i in range(3))
    return first + second + third


def fit(solid: Solid, radius: Number) -> Solid:
    """Move and scale a solid so that a ball of this radius around the origin just holds it.

    Raises:
        StimulusError: if the solid has no parts.
    """
    if not solid:
        raise StimulusError("a solid without parts; expected at least one")
    points = np.concatenate([part.outline() for part in solid])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    scale = radius / float(np.linalg.norm(points - middle, axis=1).max())
    return tuple(
        replace(part, centre=_scaled(part.centre - middle, scale), half=_scaled(part.half, scale))
        for part in solid
    )


def _scaled(vector: Vector | np.ndarray, scale: float) -> Vector:
    x, y, z = (np.asarray(vector) * scale).tolist()
    return x, y, z


Rays = Float[Tensor, "3 rays"]
Hit = tuple[Float[Tensor, "rays"], Rays]


def dot(left: Rays, right: Rays) -> Float[Tensor, "rays"]:
    """Scalar product, summed in a fixed order so that a ray's result does not depend on its company."""
    return left[0] * right[0] + left[1] * right[1] + left[2] * right[2]


def hit_ellipsoid(origin: Rays, direction: Rays) -> Hit:
    """Largest s with |origin + s · direction| = 1, or -inf; and the normal there."""
    a, b, c = dot(direction, direction), dot(origin, direction), dot(origin, origin) - 1
    discriminant = b * b - a * c
    s = (discriminant.clamp(min=0).sqrt() - b) / a
    return torch.where(discriminant >= 0, s, -torch.inf), origin + s * direction


def hit_box(origin: Rays, direction: Rays) -> Hit:
    """Largest s with max |origin + s · direction| = 1, or -inf; and the normal there (Kay 1986)."""
    sign = torch.where(direction < 0, -1.0, 1.0)
    inverse = sign / direction.abs().clamp(min=1e-6)  # a ray along a face would otherwise give 0 · inf
    enter, leave = inverse.abs() - origin * inverse, -inverse.abs() - origin * inverse
    s, face = enter.min(dim=0)
    normal = torch.zeros_like(origin).scatter_(0, face[None], sign.gather(0, face[None]))
    return torch.where(s >= leave.amax(dim=0), s, -torch.inf), normal


def hit_frustum(origin: Rays, direction: Rays, top: Float[Tensor, "rays"]) -> Hit:
    """Largest s on x² + y² = (m + k z)², |z| ≤ 1, or its caps, or -inf; m = (1 + top)/2, k = (top - 1)/2."""
    m, k = (1 + top) / 2, (top - 1) / 2
    side, side_normal = _hit_side(origin, direction, m, k)
    cap = (torch.where(direction[2] < 0, -1.0, 1.0) - origin[2]) / direction[2]
    x, y, z = origin + cap * direction
    # where the ray lies flat x and y are nan, and the comparison fails as it should
    cap = torch.where(x * x + y * y <= (m + k * z) ** 2, cap, -torch.inf)
    zero = torch.zeros_like(cap)
    cap_normal = torch.stack([zero, zero, direction[2].sign()])
    return torch.maximum(side, cap), torch.where(cap > side, cap_normal, side_normal)


def _hit_side(origin: Rays, direction: Rays, m: Float[Tensor, "rays"], k: Float[Tensor, "rays"]) -> Hit:
    radius, slope = m + k * origin[2], k * direction[2]
    a = direction[0] ** 2 + direction[1] ** 2 - slope**2
    b = origin[0] * direction[0] + origin[1] * direction[1] - radius * slope
    c = origin[0] ** 2 + origin[1] ** 2 - radius**2
    discriminant = b * b - a * c
    stable = -(b + torch.where(b < 0, -1.0, 1.0) * discriminant.sqrt())  # no cancellation; nan where missed
    s = torch.maximum(*(_on_side(root, origin, direction) for root in (stable / a, c / stable)))
    x, y, z = origin + torch.where(s > -torch.inf, s, 0) * direction
    return s, torch.stack([x, y, -k * (m + k * z)])


def _on_side(s: Float[Tensor, "rays"], origin: Rays, direction: Rays) -> Float[Tensor, "rays"]:
    return torch.where((origin[2] + s * direction[2]).abs() <= 1, s, -torch.inf)
