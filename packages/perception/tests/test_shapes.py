import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from perception import StimulusError
from perception.stimuli import Part, fit
from perception.stimuli.shapes import hit_box, hit_ellipsoid, hit_frustum

SEEDS = st.integers(0, 2**32 - 1)
TOP = 0.4


def inside(kind, points):
    """Whether points [3, ...] are in the unit solid, in float64 and without any formula of the renderer."""
    x, y, z = points
    if kind == "ellipsoid":
        return x**2 + y**2 + z**2 <= 1
    if kind == "box":
        return np.max(np.abs(points), axis=0) <= 1
    return (np.hypot(x, y) <= 1 + (TOP - 1) * (z + 1) / 2) & (np.abs(z) <= 1)


def hit(kind, origin, direction):
    if kind == "frustum":
        return hit_frustum(origin, direction, torch.full(origin.shape[1:], TOP))
    return {"ellipsoid": hit_ellipsoid, "box": hit_box}[kind](origin, direction)


def random_rays(seed, rays=40):
    random = np.random.default_rng(seed)
    origin, direction = random.uniform(-1.2, 1.2, (3, rays)), random.normal(size=(3, rays))
    direction /= np.linalg.norm(direction, axis=0)
    return torch.tensor(origin, dtype=torch.float32), torch.tensor(direction, dtype=torch.float32)


@pytest.mark.parametrize("kind", ["ellipsoid", "box", "frustum"])
@given(SEEDS)
def test_a_ray_meets_a_solid_where_marching_along_it_does(kind, seed):
    origin, direction = random_rays(seed)
    depth, _ = hit(kind, origin, direction)
    steps = np.linspace(4, -4, 8001)
    marched = origin.double().numpy()[..., None] + steps * direction.double().numpy()[..., None]
    within = inside(kind, marched)
    first = np.where(within.any(axis=1), steps[within.argmax(axis=1)], -np.inf)
    grazing = within.sum(axis=1) < 8
    np.testing.assert_allclose(
        depth.numpy()[~grazing & within.any(axis=1)], first[~grazing & within.any(axis=1)], atol=2e-3
    )
    assert not np.isfinite(depth.numpy()[~within.any(axis=1)]).any() or _nearly(
        kind, origin, direction, depth
    )


def _nearly(kind, origin, direction, depth):
    """A hit that marching stepped over lies within its step of the surface."""
    hit_points = (origin + torch.where(depth.isfinite(), depth, 0) * direction).double().numpy()
    return inside(kind, hit_points * (1 - 1e-4))[depth.isfinite().numpy()].all()


@pytest.mark.parametrize("kind", ["ellipsoid", "box", "frustum"])
@given(SEEDS)
def test_a_normal_points_out_of_the_solid_and_towards_the_viewer(kind, seed):
    origin, direction = random_rays(seed)
    depth, normal = hit(kind, origin, direction)
    met = depth > -torch.inf
    point, normal = (origin + depth * direction)[:, met].double(), normal[:, met].double()
    normal = normal / normal.norm(dim=0)
    assert ((normal * direction[:, met]).sum(dim=0) > -1e-3).all()
    assert not inside(kind, (point + 1e-3 * normal).numpy()).any()


@pytest.mark.parametrize("kind", ["ellipsoid", "box", "frustum"])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_rays_along_an_axis_are_exact(kind, axis):
    origin, direction = torch.zeros(3, 2), torch.zeros(3, 2)
    direction[axis, 0], direction[axis, 1] = 1, -1
    depth, normal = hit(kind, origin, direction)
    expected = 1.0 if kind != "frustum" or axis == 2 else (1 + TOP) / 2
    torch.testing.assert_close(depth, torch.full((2,), expected))
    assert (normal[axis].sign() == torch.tensor([1.0, -1.0])).all()


@pytest.mark.parametrize("kind", ["ellipsoid", "box", "frustum"])
def test_a_ray_beside_a_solid_misses_it(kind):
    depth, _ = hit(kind, torch.tensor([[1.5], [0.0], [0.0]]), torch.tensor([[0.0], [0.0], [1.0]]))
    assert depth.item() == -math.inf


@given(st.floats(0.1, 3), st.tuples(*[st.floats(-90, 90)] * 3), SEEDS)
def test_fit_puts_the_outline_on_the_ball_it_is_given(radius, turn, seed):
    random = np.random.default_rng(seed)
    parts = tuple(
        Part(
            kind,
            tuple(random.uniform(-2, 2, 3).tolist()),
            tuple(random.uniform(0.1, 1, 3).tolist()),
            (1, 1, 1),
            turn,
        )
        for kind in ("ellipsoid", "box", "frustum")
    )
    reach = np.concatenate([np.linalg.norm(part.outline(), axis=1) for part in fit(parts, radius)])
    assert reach.max() == pytest.approx(radius)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "torus"}, "kind 'torus'; expected one of: ellipsoid, box, frustum"),
        ({"half": (1, 0, 1)}, "expected three positive lengths"),
        ({"half": (1, math.nan, 1)}, "expected three positive lengths"),
        ({"top": 1.5}, r"top 1.5; expected a share of the foot's radius in \[0, 1\]"),
    ],
)
def test_an_impossible_part_is_refused(change, message):
    good = {"kind": "box", "centre": (0.0, 0.0, 0.0), "half": (1.0, 1.0, 1.0), "colour": (1.0, 1.0, 1.0)}
    with pytest.raises(StimulusError, match=message):
        Part(**{**good, **change})


def test_nothing_cannot_be_fitted():
    with pytest.raises(StimulusError, match="without parts"):
        fit((), 1)
