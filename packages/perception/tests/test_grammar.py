import itertools

import numpy as np
import pytest

from perception import GRAMMARS, StimulusError
from perception.stimuli import Draw, View, draw_solid, render_tiles
from perception.stimuli.grammar import RADIUS

EVERY = [(category, identity) for category in GRAMMARS for identity in range(12)]


def test_a_solid_is_the_same_in_every_draw():
    assert draw_solid("chair", 3, seed=1) == draw_solid("chair", 3, seed=1)


@pytest.mark.parametrize("category", GRAMMARS)
def test_identities_and_seeds_differ(category):
    solids = [draw_solid(category, identity, seed) for identity in range(10) for seed in range(2)]
    assert len({tuple(sorted((part.half, part.colour) for part in solid)) for solid in solids}) == 20


def test_solids_stay_within_their_tile_from_every_side():
    views = [View(azimuth, elevation) for azimuth in (0, 45, 100) for elevation in (0, 30, 90)]
    solids = [draw_solid(*which) for which in EVERY for _ in views]
    cover = render_tiles(solids, views * len(EVERY), 24, samples=1).cover
    border = cover.clone()
    border[:, 1:-1, 1:-1] = 0
    assert border.sum() <= 0.002 * cover.sum()


@pytest.mark.parametrize("category", GRAMMARS)
def test_every_view_of_every_solid_is_another_picture(category):
    azimuths = (15, 60, 105, 150)
    solids = [draw_solid(category, identity) for identity in range(24) for _ in azimuths]
    views = [View(azimuth, 25) for azimuth in azimuths] * 24
    pictures = render_tiles(solids, views, 24).colour.unflatten(0, (24, 4))
    for one, other in itertools.combinations(range(4), 2):
        apart = (pictures[:, one] - pictures[:, other]).abs().mean(dim=(1, 2, 3))
        assert apart.min() > 0.005


@pytest.mark.parametrize("category", GRAMMARS)
def test_every_part_is_within_the_common_ball_and_the_size_does_not_depend_on_category(category):
    reach = [
        max(np.linalg.norm(part.outline(), axis=1).max() for part in draw_solid(category, identity))
        for identity in range(60)
    ]
    assert max(reach) <= RADIUS + 1e-9
    assert min(reach) >= 0.86 * RADIUS - 1e-9
    assert np.mean(reach) == pytest.approx(0.93 * RADIUS, abs=0.02)


@pytest.mark.parametrize("category", GRAMMARS)
def test_colours_come_from_one_distribution(category):
    colours = np.array([Draw(category, identity, 0).colours for identity in range(400)])
    assert colours.mean(axis=(0, 1)) == pytest.approx([0.56] * 3, abs=0.03)


@pytest.mark.parametrize(("identity", "seed"), [(-1, 0), (0, -1)])
def test_negative_numbers_are_refused(identity, seed):
    with pytest.raises(StimulusError, match="expected neither to be negative"):
        draw_solid("chair", identity, seed)


def test_an_unknown_category_is_named_with_what_there_is():
    with pytest.raises(StimulusError, match="category 'sofa'; expected one of: chair, vehicle, plane, lamp"):
        draw_solid("sofa", 0)
