import numpy as np
import polars as pl
import pytest

from working_memory.configuration import StimuliConfig
from working_memory.errors import WorkingMemoryError
from working_memory.pools import POOLS, SPLIT_POOLS, make_pool, make_pools, split_pools


def test_pools_share_no_image_and_only_what_they_should(small_table, small_stimuli):
    pools = split_pools(small_table, small_stimuli)
    assert tuple(pools) == POOLS
    together = np.concatenate(list(pools.values()))
    assert len(set(together)) == len(together)
    identities = {name: set(small_table[rows]["identity"]) for name, rows in pools.items()}
    assert identities["novel_view_test"] == identities["familiar"]
    assert not identities["novel_identity_test"] & identities["novel_identity_validation"]
    assert not identities["novel_identity_test"] & identities["familiar"]
    assert set(small_table[pools["novel_identity_test"]]["azimuth"]) == {-40, 0, 40}


def test_every_split_names_a_pool():
    assert set(SPLIT_POOLS.values()) == set(POOLS)


def test_a_pool_gives_back_the_rows_it_was_made_of(small_table, small_stimuli):
    for name, rows in split_pools(small_table, small_stimuli).items():
        pool = make_pool(small_table, rows)
        assert sorted(pool.rows.ravel()) == sorted(rows), name
        shown = small_table[pool.rows[1, 1].tolist()]
        assert shown["location"].to_list() == pool.locations.tolist()
        assert set(shown["viewpoint"]) == {pool.viewpoints[1]}
        assert shown["identity"].n_unique() == 1


def test_view_distance_is_the_angle_between_directions(make_table):
    stimuli = StimuliConfig(identities=1, novel_identities=1, azimuths=(-45, 45), elevations=(0,))
    pool = make_pools(make_table(stimuli), stimuli)["familiar"]
    np.testing.assert_allclose(pool.view_distances, [[0, 90], [90, 0]], atol=1e-5)


def test_images_without_angles_have_no_view_distance(small_table, small_stimuli):
    rows = split_pools(small_table, small_stimuli)["familiar"]
    assert np.isnan(make_pool(small_table.drop("azimuth"), rows).view_distances).all()


def test_with_a_manifest_inner_viewpoints_are_held_out(make_table, small_stimuli):
    table = make_table(small_stimuli).drop("azimuth", "elevation")
    config = StimuliConfig(identities=5, novel_identities=2, manifest="images.csv", novel_viewpoints=2)
    pools = split_pools(table, config)
    views = {name: sorted(set(table[rows]["viewpoint"])) for name, rows in pools.items()}
    held_out = {*views["novel_view_validation"], *views["novel_view_test"]}
    assert {0, 6} <= set(views["familiar"])
    assert len(views["novel_view_validation"]) == len(views["novel_view_test"]) == 2
    assert sorted(held_out | set(views["familiar"])) == list(range(7))
    assert not set(views["familiar"]) & held_out


def test_too_few_identities_name_the_category(small_table, small_stimuli):
    table = small_table.filter(~pl.col("identity").is_in(["lamp-0"]))
    with pytest.raises(WorkingMemoryError, match="category lamp has 8 identities; 5 for training"):
        split_pools(table, small_stimuli)


def test_too_few_viewpoints_are_an_error(small_table):
    config = StimuliConfig(identities=5, novel_identities=2, manifest="images.csv", novel_viewpoints=3)
    with pytest.raises(WorkingMemoryError, match="7 viewpoints"):
        split_pools(small_table, config)


def test_a_missing_image_names_its_place(small_table, small_stimuli):
    rows = split_pools(small_table, small_stimuli)["familiar"]
    with pytest.raises(WorkingMemoryError, match=r"chair-0 lacks viewpoint 0, location 0 \(1 images"):
        make_pool(small_table, rows[1:])


def test_two_images_for_one_place_are_an_error(small_table, small_stimuli):
    rows = split_pools(small_table, small_stimuli)["familiar"]
    doubled = pl.concat([small_table, small_table[[int(rows[0])]]])
    with pytest.raises(WorkingMemoryError, match="expected one image per identity"):
        make_pool(doubled, np.append(rows, len(small_table)))


def test_a_pool_with_one_view_is_an_error(small_table):
    rows = np.flatnonzero(small_table["viewpoint"] == 0)
    with pytest.raises(WorkingMemoryError, match="two views"):
        make_pool(small_table, rows)


def test_an_empty_pool_is_an_error(small_table):
    with pytest.raises(WorkingMemoryError, match="no image"):
        make_pool(small_table, np.array([], dtype=np.int64))
