import math

import numpy as np
import pytest
import torch

from perception import StimulusError
from perception.stimuli import Part, View, draw_solid, render_tiles
from perception.stimuli.renderer import AMBIENT, DIFFUSE, GLOSS

FRONT = View(0, 0, light=(0, 0))
GREY = (0.5, 0.5, 0.5)


def ball(radius=0.8, centre=(0.0, 0.0, 0.0), colour=GREY):
    return Part("ellipsoid", centre, (radius,) * 3, colour)


def middle(tiles):
    return tiles.colour[:, :, tiles.colour.shape[2] // 2, tiles.colour.shape[3] // 2]


@pytest.mark.parametrize("view", [FRONT, View(33, 21), View(-120, 70)])
def test_a_ball_covers_pi_r_squared_from_everywhere(view):
    cover = render_tiles([(ball(0.8),)], [view], 64).cover
    assert cover.mean().item() == pytest.approx(math.pi * 0.8**2 / 4, rel=5e-3)


@pytest.mark.parametrize("azimuth", [0, 30, 45, 90])
def test_a_box_seen_level_covers_its_projected_width(azimuth):
    box = Part("box", (0, 0, 0), (0.5, 0.25, 0.6), GREY)
    a = math.radians(azimuth)
    width = 2 * (0.5 * abs(math.sin(a)) + 0.25 * abs(math.cos(a)))
    cover = render_tiles([(box,)], [View(azimuth, 0)], 64).cover
    assert cover.mean().item() == pytest.approx(width * 1.2 / 4, abs=0.01)


def test_a_cylinder_from_above_is_a_disc_and_from_the_side_a_rectangle():
    cylinder = (Part("frustum", (0, 0, 0), (0.4, 0.4, 0.7), GREY),)
    above, side = render_tiles([cylinder] * 2, [View(0, 90), View(0, 0)], 64).cover.mean(dim=(1, 2))
    assert above.item() == pytest.approx(math.pi * 0.16 / 4, rel=0.02)
    assert side.item() == pytest.approx(0.8 * 1.4 / 4, rel=0.03)


@pytest.mark.parametrize("top", [0.0, 0.5])
def test_a_frustum_from_the_side_is_a_trapezium(top):
    solid = (Part("frustum", (0, 0, 0), (0.5, 0.5, 0.75), GREY, top=top),)
    cover = render_tiles([solid], [View(17, 0)], 64).cover
    assert cover.mean().item() == pytest.approx((1 + top) * 0.5 * 1.5 / 4, rel=0.03)
    assert cover[0, 40:].sum() > cover[0, :24].sum()


def test_light_from_behind_the_viewer_gives_lambert_and_phong_at_the_middle_and_ambient_at_the_rim():
    tiles = render_tiles([(ball(0.9),)], [FRONT], 65, samples=1)
    torch.testing.assert_close(middle(tiles)[0], torch.full((3,), 0.5 * (AMBIENT + DIFFUSE) + GLOSS))
    x = 2 * 61 / 65 + 1 / 65 - 1  # an outer pixel's centre
    facing = math.sqrt(1 - (x / 0.9) ** 2)
    gloss = max(2 * facing**2 - 1, 0) ** 16
    expected = 0.5 * (AMBIENT + DIFFUSE * facing) + GLOSS * gloss
    assert tiles.colour[0, 0, 32, 61].item() == pytest.approx(expected, abs=1e-4)


def test_light_from_the_upper_left_brightens_the_upper_left():
    image = render_tiles([(ball(),)], [View(0, 0, light=(-45, 45))], 32).colour[0, 0]
    assert image[8, 8] > 2 * image[23, 23]
    assert image[8, 8] > image[8, 23] > image[23, 23]


@pytest.mark.parametrize(("azimuth", "front"), [(0, 0), (180, 1)])
def test_the_nearer_part_hides_the_farther(azimuth, front):
    colours = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)]
    parts = tuple(ball(0.4, (x, 0.0, 0.0), colour) for x, colour in zip((0.5, -0.5), colours, strict=True))
    seen = middle(render_tiles([parts], [View(azimuth, 0, light=(60, 0))], 33))[0]
    assert seen[front] > 3 * seen[1 - front]


def test_equally_near_parts_show_the_first():
    parts = [Part("box", (0, 0, 0), (0.5, 0.5, 0.5), colour) for colour in ((1.0, 0, 0), (0, 1.0, 0))]
    for first, order in ((0, parts), (1, parts[::-1])):
        seen = middle(render_tiles([tuple(order)], [View(0, 0, light=(60, 0))], 16))[0]
        assert seen[first] > 0.5 > seen[1 - first]


def test_the_viewer_goes_left_around_and_up():
    left, top = (ball(0.2, (0.0, 0.6, 0.0)),), (ball(0.2, (0.0, 0.0, 0.6)),)
    cover = render_tiles(
        [left, left, left, top], [View(0, 0), View(90, 0), View(180, 0), View(0, 0)], 32
    ).cover
    columns, rows = cover.sum(dim=1).argmax(dim=1), cover.sum(dim=2).argmax(dim=1)
    assert columns[0] > 20  # what is at the solid's left is at the right of who faces it
    assert 12 < columns[1] < 20
    assert columns[2] < 12
    assert rows[3] < 12


def test_a_full_turn_gives_the_same_picture():
    solid = draw_solid("chair", 0)
    tiles = render_tiles([solid, solid], [View(20, 20), View(380, 20)], 32)
    torch.testing.assert_close(tiles.colour[0], tiles.colour[1], atol=0.2, rtol=0)
    assert (tiles.colour[0] - tiles.colour[1]).abs().mean() < 1e-3


@pytest.mark.parametrize("company", [1, 7, 40])
def test_a_tile_has_the_same_pixels_in_any_company(company):
    solid, view = draw_solid("plane", 3), View(40, 20)
    others = [draw_solid("animal", i) for i in range(company)]
    alone = render_tiles([solid], [view], 24)
    among = render_tiles([*others, solid], [*[View(9 * i, i) for i in range(company)], view], 24)
    assert torch.equal(alone.colour[0], among.colour[-1])
    assert torch.equal(alone.cover[0], among.cover[-1])


def test_more_samples_change_edges_only_and_agree_on_average():
    solid = draw_solid("lamp", 1)
    one, four = (render_tiles([solid], [View(30, 20)], 48, samples=samples) for samples in (1, 4))
    inside = four.cover == 1
    assert set(one.cover.unique().tolist()) == {0.0, 1.0}
    assert (one.cover[inside] == 1).all()
    assert one.cover.mean().item() == pytest.approx(four.cover.mean().item(), rel=0.05)


def test_over_keeps_the_background_where_nothing_is():
    tiles = render_tiles([(ball(0.5),)], [FRONT], 16)
    image = tiles.over(0.25)
    torch.testing.assert_close(image[0, :, 0, 0], torch.full((3,), 0.25))
    torch.testing.assert_close(image[0, :, 8, 8], tiles.colour[0, :, 8, 8])


def test_parts_outside_the_tile_are_cut_at_its_edge():
    tiles = render_tiles([(ball(0.5, (0.0, 1.0, 0.0)), ball(0.2, (0.0, 5.0, 0.0)))], [FRONT], 32)
    assert tiles.cover.mean().item() == pytest.approx(math.pi * 0.25 / 8, rel=0.03)


def test_no_tiles_give_empty_tensors():
    tiles = render_tiles([], [], 16)
    assert tiles.colour.shape == (0, 3, 16, 16)
    assert tiles.cover.shape == (0, 16, 16)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(([(ball(),)], [], 8), "1 solids but 0 views"), (([(ball(),)], [FRONT], 0), "size 0 with 2 samples")],
)
def test_what_cannot_be_rendered_is_refused(arguments, message):
    with pytest.raises(StimulusError, match=message):
        render_tiles(*arguments)


def test_every_ray_of_a_part_lies_in_its_rectangle():
    random = np.random.default_rng(0)
    for kind in ("ellipsoid", "box", "frustum"):
        half, turn = tuple(random.uniform(0.1, 0.6, 3).tolist()), tuple(random.uniform(-90, 90, 3).tolist())
        part = Part(kind, (0, 0, 0), half, GREY, turn, top=0.3)
        assert render_tiles([(part,)], [View(10, 20)], 32).cover.sum() == pytest.approx(
            _by_every_ray(part), rel=1e-3
        )


def _by_every_ray(part):
    from perception.stimuli import renderer

    parts = renderer._Parts.seen([(part,)], [View(10, 20)])
    row, column = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    every = torch.zeros(64 * 64, dtype=torch.long)
    depth, _ = renderer._hits(parts, every, column.reshape(-1), row.reshape(-1), 64)
    return (depth > -torch.inf).sum().item() / 4
