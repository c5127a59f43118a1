import numpy as np
from hypothesis import given

from arc_context.augmentation import IDENTITY, View, views
from arc_context.solving.views import voted
from arc_context.tasks.episodes import episodes
from arc_context.testing import tasks

SEEN = views(24, np.random.default_rng(0))


def mirrored(shown):
    """Answers whatever it is shown by its mirror image."""
    return [(each.query[:, ::-1].copy(), 0.0) for each in shown]


def in_place(shown):
    """Answers by the largest colour number of each grid, so that what it says hangs on the view."""
    return [(np.full((1, 1), each.query.max(), np.int8), 0.0) for each in shown]


@given(tasks(4, 2))
def test_an_answer_that_moves_with_its_task_gets_every_vote(task):
    for episode in episodes(task):
        (vote,) = voted(episode, lambda shown: [(each.query, 0.0) for each in shown], SEEN)
        assert vote.grid.tolist() == episode.query.tolist()
        assert (vote.weight, vote.count) == (24.0, 24)


@given(tasks(4, 2))
def test_the_votes_are_of_the_answers_of_single_views_turned_back(task):
    (episode, *_) = episodes(task)
    expected: dict = {}
    for view in SEEN:
        ((grid, _),) = mirrored([view.of_episode(episode)])
        back = view.invert(grid)
        expected[back.tobytes(), back.shape] = expected.get((back.tobytes(), back.shape), 0) + 1
    found = {(each.grid.tobytes(), each.grid.shape): each.count for each in voted(episode, mirrored, SEEN)}
    assert found == expected


def test_what_is_as_often_named_is_ranked_by_how_sure_it_was(task_of_colours):
    (episode,) = episodes(task_of_colours)
    seen = [IDENTITY, View(0, (9, 8, 7, 6, 5, 4, 3, 2, 1, 0))]
    for sure in ([-1.0, -2.0], [-2.0, -1.0]):
        found = voted(
            episode,
            lambda shown, sure=sure: list(zip((g for g, _ in in_place(shown)), sure, strict=True)),
            seen,
        )
        assert [each.grid.item() for each in found] == ([2, 1] if sure[0] > sure[1] else [1, 2])


def test_all_views_are_asked_at_once(task_of_colours):
    asked = []

    def answering(shown):
        asked.append(len(shown))
        return in_place(shown)

    voted(episodes(task_of_colours)[0], answering, SEEN)
    assert asked == [24]
