from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given

from arc_context import PAD, ArcError, EpisodeBatch, episodes
from arc_context.testing import tasks


@given(task=tasks())
def test_every_grid_stands_in_its_corner_and_padding_around_it(task):
    batch = EpisodeBatch.of(episodes(task))
    for row, episode in enumerate(episodes(task)):
        pairs = zip(episode.support, batch.train_inputs[row], batch.train_outputs[row], strict=True)
        found = [(episode.query, batch.test[row]), (episode.answer, batch.answer[row])]
        for pair, given_, wanted in pairs:
            found += [(pair.input, given_), (pair.output, wanted)]
        for grid, padded in found:
            height, width = grid.shape
            assert np.array_equal(padded[:height, :width], grid)
            assert (padded != PAD).sum() == grid.size


@given(task=tasks())
def test_the_canvas_holds_what_query_and_support_tell_and_never_the_answer(task):
    asked = episodes(task)
    batch = EpisodeBatch.of(asked)
    for row, episode in enumerate(asked):
        sides = []
        for axis in (0, 1):
            side = episode.query.shape[axis]
            outputs = [pair.output.shape[axis] for pair in episode.support]
            grown = [-(-side * pair.output.shape[axis] // pair.input.shape[axis]) for pair in episode.support]
            sides.append(min(30, max(side, *outputs, *grown)))
        assert batch.canvas[row].sum() == sides[0] * sides[1]
        assert batch.canvas[row, : sides[0], : sides[1]].all()
    blind = EpisodeBatch.of([replace(each, answer=None) for each in asked])
    height, width = blind.canvas.shape[1:]
    assert torch.equal(batch.canvas[:, :height, :width], blind.canvas)
    assert blind.answer is None


def test_a_missing_pair_is_masked(drawn_episode):
    batch = EpisodeBatch.of([drawn_episode(1, pairs=3), drawn_episode(2, pairs=1), drawn_episode(3, pairs=0)])
    assert batch.pair_mask.tolist() == [[True] * 3, [True, False, False], [False] * 3]
    assert (batch.train_inputs[1, 1:] == PAD).all()
    assert len(batch) == 3


def test_an_answer_that_leaves_its_canvas_is_kept_whole(drawn_episode):
    large = replace(drawn_episode(sides=(3, 3)), answer=np.ones((5, 4), np.int8))
    batch = EpisodeBatch.of([large])
    assert (batch.answer != PAD).sum() == 20
    assert batch.canvas.sum() == 9


def test_tensors_lead_back_to_the_batch(drawn_episode):
    batch = EpisodeBatch.of([drawn_episode(1), drawn_episode(2)], side=7)
    tensors = {**batch.tensors(), "ids": torch.arange(2)}
    assert all(len(each) == 2 for each in tensors.values())
    again = EpisodeBatch.from_tensors(tensors).to("cpu")
    assert all(torch.equal(again.tensors()[name], each) for name, each in batch.tensors().items())
    unknown = EpisodeBatch.of([replace(drawn_episode(1), answer=None)])
    assert "answer" not in unknown.tensors()
    assert EpisodeBatch.from_tensors(unknown.tensors()).answer is None


def test_a_side_that_is_too_short_is_refused(drawn_episode):
    with pytest.raises(
        ArcError, match=r"task task-4: a side of 3 is too short for . × . cells; give [45] or more"
    ):
        EpisodeBatch.of([drawn_episode(4, sides=(4, 5))], side=3)


def test_no_episodes_are_refused():
    with pytest.raises(ArcError, match="no episodes"):
        EpisodeBatch.of([])
