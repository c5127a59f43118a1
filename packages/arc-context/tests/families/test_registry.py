import numpy as np
import pytest
from scipy.stats import chisquare

from arc_context.configuration import FamiliesConfig
from arc_context.errors import ArcError
from arc_context.families import lookup, position, rules
from arc_context.families.drawing import drawn_palette
from arc_context.families.generated import generated_task
from arc_context.families.registry import FAMILIES, HELD_OUT, LOOKUP, MARKERS, POSITION, TRAINED, family

SHRINKING = {"tile", "scale"}


def test_there_are_enough_families_each_with_its_guarantee():
    assert len(FAMILIES) >= 20
    assert len(TRAINED) >= 12
    assert len(HELD_OUT) >= 4
    assert len({each.identifiable for each in FAMILIES.values()}) > 20
    assert all(name == each.name and each.identifiable for name, each in FAMILIES.items())


def test_groups_name_families_and_none_is_trained_and_held_out():
    assert {*TRAINED, *HELD_OUT, *LOOKUP, *POSITION, *MARKERS} <= set(FAMILIES)
    assert not set(TRAINED) & set(HELD_OUT)
    assert "swap" in HELD_OUT


@pytest.mark.parametrize("name", FAMILIES)
def test_tasks_stay_within_limits(tasks, name):
    for task in tasks(name, count=5, sides=(4, 8), pairs=(2, 5), test_pairs=2):
        assert task.family == name
        assert task.largest_side <= 8
        assert 2 <= len(task.train) <= 5
        assert len(task.test) == 2
        shortest = min(side for pair in (*task.train, *task.test) for side in pair.input.shape)
        assert shortest >= 4 or name in SHRINKING


@pytest.mark.parametrize("name", FAMILIES)
def test_every_test_asks_for_a_change_that_no_train_pair_shows(tasks, name):
    for task in tasks(name, count=5, sides=(3, 6)):
        for test in task.test:
            assert not np.array_equal(test.input, test.output)
            assert not any(np.array_equal(test.input, pair.input) for pair in task.train)


@pytest.mark.parametrize("name", FAMILIES)
def test_no_colour_is_special(tasks, name, monkeypatch):
    """A palette drawn otherwise gives the same task in other colours; palettes are drawn uniformly."""
    for seed in range(4):
        drawn = [np.random.default_rng((seed, which)).permutation(10).astype(np.int8) for which in (0, 1)]
        first, second = (drawn_with(palette, name, seed, monkeypatch) for palette in drawn)
        recoloured = np.empty(10, dtype=np.int8)
        recoloured[drawn[0]] = drawn[1]
        for grid, other in zip(first.grids(), second.grids(), strict=True):
            assert np.array_equal(recoloured[grid], other)


def drawn_with(palette, name, seed, monkeypatch):
    """A task whose colours are not left to chance."""
    for module in (lookup, position, rules):
        monkeypatch.setattr(module, "drawn_palette", lambda rng, limits: palette)
    return generated_task(name, FamiliesConfig(), seed)


def test_any_colour_may_have_any_place_in_a_palette():
    rng, limits = np.random.default_rng(0), FamiliesConfig()
    palettes = np.array([drawn_palette(rng, limits) for _ in range(1000)])
    assert all(chisquare(np.bincount(places, minlength=10)).pvalue > 1e-4 for places in palettes.T)


def test_a_background_of_zero_is_kept_and_the_other_colours_have_any_place():
    rng, limits = np.random.default_rng(0), FamiliesConfig(background="zero")
    palettes = np.array([drawn_palette(rng, limits) for _ in range(900)])
    assert (palettes[:, 0] == 0).all()
    assert (np.sort(palettes, axis=1) == np.arange(10)).all()
    assert all(chisquare(np.bincount(palettes[:, place])[1:]).pvalue > 1e-4 for place in range(1, 10))


def test_a_family_that_there_is_not_is_said():
    with pytest.raises(ArcError, match="'gravityy' is not a family; did you mean gravity"):
        family("gravityy")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"names": ("swop",)}, "'swop' is not a family; did you mean swap"),
        ({"names": ("swap",)}, "held_out: swap cannot be trained and held out at once"),
        ({"sides": (8, 5)}, "expected the smallest first, then the largest; got 8 and 5"),
        ({"pairs": (3, 11)}, "pairs: expected at most 10, got 11"),
    ],
)
def test_settings_that_cannot_be_met_are_said(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        FamiliesConfig(**settings)
