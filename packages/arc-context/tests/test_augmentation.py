from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from arc_context.augmentation import IDENTITY, View, draw_view, views
from arc_context.errors import ArcError
from arc_context.tasks.episodes import episodes
from arc_context.testing import grids, tasks

PARTS = st.tuples(st.integers(0, 7), st.permutations(range(10)).map(tuple))
SQUARE = np.arange(9, dtype=np.int8).reshape(3, 3)


@given(grids(), PARTS)
def test_every_view_is_inverted_exactly(grid, parts):
    view = View(*parts)
    assert np.array_equal(view.invert(view.apply(grid)), grid)
    assert np.array_equal(view.apply(view.invert(grid)), grid)


@given(grids(), st.permutations(range(10)).map(tuple))
def test_a_view_recolours_cell_by_cell(grid, colours):
    shown = View(colours=colours).apply(grid)
    assert shown.tolist() == [[colours[cell] for cell in row] for row in grid.tolist()]
    assert shown.dtype == np.int8


def test_symmetries_are_the_eight_of_the_square():
    named = {
        0: SQUARE,
        1: np.rot90(SQUARE),
        2: SQUARE[::-1, ::-1],
        3: np.rot90(SQUARE, 3),
        4: SQUARE[:, ::-1],
        5: SQUARE.T,
        6: SQUARE[::-1],
        7: np.rot90(SQUARE, 2).T,
    }
    for symmetry, expected in named.items():
        found = View(symmetry).apply(SQUARE)
        assert found.tolist() == expected.tolist()


def test_any_two_symmetries_make_another():
    shown = {View(symmetry).apply(SQUARE).tobytes() for symmetry in range(8)}
    assert len(shown) == 8
    for first in range(8):
        twice = {View(second).apply(View(first).apply(SQUARE)).tobytes() for second in range(8)}
        assert twice == shown


@given(grids(), PARTS)
def test_what_stands_by_cell_moves_as_cells_do(grid, parts):
    view = View(*parts)
    mask = grid == grid[0, 0]
    assert np.array_equal(view.turned(mask), view.apply(grid) == view.colours[grid[0, 0]])
    assert np.array_equal(view.turned_back(view.turned(mask)), mask)


@given(tasks(answers=False), PARTS)
def test_a_task_and_its_episodes_are_seen_alike(task, parts):
    view = View(*parts)
    seen = view.of_task(task)
    assert (seen.name, seen.family) == (task.name, task.family)
    for shown, episode in zip(episodes(seen), map(view.of_episode, episodes(task)), strict=True):
        assert np.array_equal(shown.query, episode.query)
        assert (shown.answer is None) == (episode.answer is None)
        assert episode.answer is None or np.array_equal(
            view.invert(shown.answer), task.test[shown.index].output
        )
        for pair, other, given_pair in zip(shown.support, episode.support, task.train, strict=True):
            assert np.array_equal(pair.input, other.input)
            assert np.array_equal(pair.output, other.output)
            assert np.array_equal(view.invert(pair.output), given_pair.output)


def test_symmetries_and_colours_are_drawn_uniformly():
    rng = np.random.default_rng(0)
    drawn = [draw_view(rng) for _ in range(4000)]
    assert chisquare(list(Counter(view.symmetry for view in drawn).values())).pvalue > 1e-3
    for colour in range(10):
        assert chisquare(list(Counter(view.colours[colour] for view in drawn).values())).pvalue > 1e-4


def test_what_is_switched_off_stays():
    rng = np.random.default_rng(0)
    assert {draw_view(rng, d8=False).symmetry for _ in range(30)} == {0}
    assert {draw_view(rng, colours=False).colours for _ in range(30)} == {tuple(range(10))}
    kept = [draw_view(rng, keep_zero=True).colours for _ in range(30)]
    assert {colours[0] for colours in kept} == {0}
    assert len(set(kept)) > 20


@pytest.mark.parametrize("count", [1, 5, 8, 24, 27])
def test_views_are_distinct_start_with_the_identity_and_share_symmetries_evenly(count):
    found = views(count, np.random.default_rng(count))
    assert found[0] == IDENTITY
    assert len(set(found)) == len(found) == count
    often = Counter(view.symmetry for view in found)
    assert max(often.values()) - min(often[symmetry] for symmetry in range(8)) <= 1


def test_all_views_without_colours_are_the_eight_symmetries():
    found = views(8, np.random.default_rng(0), colours=False)
    assert sorted(view.symmetry for view in found) == list(range(8))


def test_equal_seeds_give_equal_views():
    assert views(12, np.random.default_rng(3)) == views(12, np.random.default_rng(3))
    assert views(12, np.random.default_rng(3)) != views(12, np.random.default_rng(4))


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: View(8), "symmetry: expected 0 to 7, got 8"),
        (lambda: View(0, (0,) * 10), "colours: expected a permutation of 0 to 9"),
        (lambda: views(9, np.random.default_rng(0), colours=False), "views: expected 1 to 8, got 9"),
        (lambda: views(0, np.random.default_rng(0)), "views: expected 1 to 29030400, got 0"),
    ],
)
def test_views_that_there_are_not_are_said(made, sentence):
    with pytest.raises(ArcError, match=sentence):
        made()
