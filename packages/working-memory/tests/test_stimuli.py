import pytest

from perception.stimuli.grammar import GRAMMARS
from working_memory.configuration import CATEGORIES, StimuliConfig
from working_memory.errors import WorkingMemoryError
from working_memory.pools import make_pools
from working_memory.stimuli import stimulus_design


def test_the_categories_of_the_settings_are_those_that_can_be_rendered():
    assert set(CATEGORIES) == set(GRAMMARS)


def test_the_design_holds_every_pool_and_nothing_else():
    config = StimuliConfig(identities=3, novel_identities=2)
    table = stimulus_design(config).table()
    pools = make_pools(table, config)
    shapes = {name: pool.rows.shape for name, pool in pools.items()}
    assert shapes == {
        "familiar": (12, 16, 4),
        "novel_view_validation": (12, 4, 4),
        "novel_view_test": (12, 4, 4),
        "novel_identity_validation": (8, 16, 4),
        "novel_identity_test": (8, 16, 4),
    }
    assert len(table) == 4 * 7 * 24 * 4


def test_fewer_locations_are_the_first_quadrants():
    config = StimuliConfig(locations=2)
    assert stimulus_design(config).table()["location"].n_unique() == 2


def test_a_manifest_is_not_rendered():
    with pytest.raises(WorkingMemoryError, match=r"images\.csv"):
        stimulus_design(StimuliConfig(manifest="images.csv"))
