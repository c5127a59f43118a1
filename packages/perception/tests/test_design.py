import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perception import GRAMMARS, QUADRANTS, StimulusDesign, StimulusError

SMALL = StimulusDesign(("chair", "lamp"), identities=2, azimuths=(15, 105), size=16)


def test_the_table_is_the_full_factorial():
    design = StimulusDesign(
        ("chair", "plane", "lamp"),
        3,
        azimuths=(0, 40),
        elevations=(10, 30, 50),
        lights=((0, 0), (-30, 30)),
        size=16,
    )
    table = design.table()
    factors = ["identity", "viewpoint", "location", "light"]
    assert table.height == 3 * 3 * 6 * 4 * 2
    assert table.select(factors).is_unique().all()
    assert table.select(pl.col(factors).n_unique()).row(0) == (9, 6, 4, 2)
    assert table.filter(
        pl.col("category") != pl.col("identity").str.slice(0, pl.col("identity").str.find("-"))
    ).is_empty()


def test_codes_name_their_values():
    design = StimulusDesign(("chair",), 1, azimuths=(0, 40), elevations=(10, 30), size=16)
    views = design.table().select("viewpoint", "azimuth", "elevation").unique().sort("viewpoint").rows()
    places = design.table().select("location", "x", "y").unique().sort("location").rows()
    assert views == [(0, 0, 10), (1, 0, 30), (2, 40, 10), (3, 40, 30)]
    assert places == [(i, *place) for i, place in enumerate(QUADRANTS)]


def test_rows_of_images_are_rows_of_the_table():
    images = SMALL.render()
    assert images.table.equals(SMALL.table())
    for row, (x, y) in enumerate(images.table.select("x", "y").rows()):
        rows, columns = np.nonzero(images.masks[row])
        assert (rows.mean() < 8) == (y > 0)
        assert (columns.mean() < 8) == (x < 0)


@given(
    st.sets(st.sampled_from(list(GRAMMARS)), min_size=1, max_size=3),
    st.integers(1, 3),
    st.sets(st.sampled_from([0.0, 35.0, 105.0, 200.0]), min_size=1),
    st.sets(st.sampled_from(QUADRANTS), min_size=1),
    st.integers(0, 3),
)
def test_the_same_factors_give_the_same_pixels_in_any_design(categories, identities, azimuths, places, seed):
    whole = StimulusDesign(tuple(GRAMMARS), 3, (0.0, 35.0, 105.0, 200.0), size=16, seed=seed)
    part = StimulusDesign(
        tuple(categories), identities, tuple(azimuths), locations=tuple(places), size=16, seed=seed
    )
    keys = ["identity", "azimuth", "x", "y"]
    everything, images = rendered(whole), part.render()
    rows = (
        part.table()
        .join(whole.table().with_row_index("row"), on=keys, maintain_order="left")["row"]
        .to_numpy()
    )
    np.testing.assert_array_equal(images.images, everything.images[rows])
    np.testing.assert_array_equal(images.masks, everything.masks[rows])


CACHE = {}


def rendered(design):
    if design not in CACHE:
        CACHE[design] = design.render()
    return CACHE[design]


def test_another_seed_gives_other_solids():
    other = StimulusDesign(("chair", "lamp"), identities=2, azimuths=(15, 105), size=16, seed=1)
    assert other.render().fingerprint != SMALL.render().fingerprint


def test_the_background_is_where_the_mask_is_not_and_a_tile_looks_alike_everywhere():
    images = SMALL.render()
    corner = images.images[0, :, -4:, -4:]
    assert (corner == 0).all()
    tiles = [images.images[0, :, :8, :8], images.images[1, :, :8, 8:], images.images[2, :, 8:, :8]]
    assert all((tile == tiles[0]).all() for tile in tiles)
    assert images.masks.mean(axis=(1, 2)).min() > 0.01


def test_any_location_within_the_frame_may_be_asked_for():
    images = StimulusDesign(("chair",), 1, (15,), locations=((0, 0), (0.25, -0.5)), size=16).render()
    np.testing.assert_array_equal(images.images[0, :, 4:12, 4:12], images.images[1, :, 8:16, 6:14])


def test_neither_brightness_nor_area_gives_a_category_away():
    images = StimulusDesign(tuple(GRAMMARS), 150, locations=((0, 0),), size=32).render()
    means = pl.DataFrame(
        {
            "category": images.table["category"],
            "bright": (images.images.mean(axis=1) * images.masks).sum(axis=(1, 2))
            / images.masks.sum(axis=(1, 2)),
            "area": images.masks.mean(axis=(1, 2)),
        }
    ).group_by("category")
    bright, area = means.mean()["bright"], means.mean()["area"]
    spread = means.agg(pl.std("bright"))["bright"].mean()
    assert bright.max() - bright.min() < 0.8 * spread
    assert area.max() / area.min() < 1.6


def test_progress_counts_tiles():
    seen = []
    SMALL.render(lambda done, total: seen.append((done, total)))
    assert seen[-1] == (8, 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"categories": ("chair", "sofa")}, "no grammar for sofa; expected some of: chair, vehicle"),
        ({"categories": ("chair", "chair")}, "categories .* each named once"),
        ({"azimuths": ()}, "at least one level"),
        ({"identities": 0}, "0 identities of seed 0; expected at least 1"),
        ({"seed": -1}, "no negative seed"),
        ({"azimuths": (0.0, float("nan"))}, "azimuths .*; expected finite numbers"),
        ({"size": 15}, "frames of 15 pixels; expected an even number"),
        ({"size": 4}, "at least 8"),
        ({"background": 1.5}, r"background 1.5; expected a grey level in \[0, 1\]"),
        ({"locations": ((0.6, 0.0),)}, r"at \(0.6, 0.0\) the tile leaves the frame"),
    ],
)
def test_an_impossible_design_is_refused(change, message):
    with pytest.raises(StimulusError, match=message):
        StimulusDesign(**change)
