import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from object_persistence.configuration import ModelConfig
from object_persistence.model.relations import (
    MotionCompensated,
    PairBias,
    SameTrack,
    SpaceTime,
    pair_bias,
    scene_velocity,
)
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.track_line import track_line


@pytest.fixture
def batch(drawn_clip):
    return TokenBatch.of([drawn_clip(16, 1), drawn_clip(7, 2)])


def placed(batch, **tensors):
    """One clip of as many detections as the tensors have, all else as in the batch."""
    count = len(next(iter(tensors.values())))
    some = {
        name: each[:1] if name == "extent" else each[:1, :count] for name, each in batch.tensors().items()
    }
    return TokenBatch(**{**some, **{name: each[None] for name, each in tensors.items()}})


def told(relation, batch):
    return relation(batch, track_line(batch))


def test_space_time_is_its_formula(batch):
    pairs = told(SpaceTime(), batch)
    (y, x), (v, u) = batch.position[0, 3].tolist(), batch.position[0, 8].tolist()
    dt = (batch.frame[0, 8] - batch.frame[0, 3]).item()
    distance = math.hypot(v - y, u - x)
    expected = [
        (v - y) / (1 + distance),
        (u - x) / (1 + distance),
        dt / (1 + abs(dt)),
        math.log1p(distance),
        math.log1p(abs(dt)),
        math.log1p(distance / max(1, abs(dt))),
        float(dt == 0),
    ]
    assert pairs[0, 3, 8].tolist() == pytest.approx(expected, abs=1e-5)


def test_links_are_told_without_places(batch):
    moved = replace(batch, position=batch.position * 3)
    assert torch.equal(told(SameTrack(), batch), told(SameTrack(), moved))
    assert torch.equal(told(SameTrack(), batch)[0, 0, :, 0].bool(), batch.track[0] == batch.track[0, 0])


def test_motion_leads_from_one_piece_of_a_path_to_the_next(batch):
    frame = torch.tensor([0, 1, 2, 7, 8, 9])
    speed = torch.tensor([3.0, -2.0])
    pieces = placed(
        batch, frame=frame, position=10 + frame[:, None] * speed, track=torch.tensor([0, 0, 0, 1, 1, 1])
    )
    elsewhere = replace(pieces, position=pieces.position + torch.tensor([20.0, 0.0]) * (frame > 5)[:, None])
    off, off_elsewhere = (told(MotionCompensated(), each)[0, 2, 3, 0].expm1() for each in (pieces, elsewhere))
    apart = (pieces.position[0, 3] - pieces.position[0, 2]).norm()
    assert off < 0.25 * apart
    assert off_elsewhere > 10


def test_a_camera_that_moves_is_not_seen(batch):
    """Every detection has a partner one frame on, and velocities are exact but for their shrinkage."""
    frame = torch.arange(8).repeat(2)
    track = torch.arange(2).repeat_interleave(8)
    still = placed(batch, frame=frame, track=track, position=torch.randn(16, 2) + 20 * track[:, None])
    moving = replace(still, position=still.position + frame[:, None] * torch.tensor([2.0, 1.0]))
    left = told(MotionCompensated(), moving) - told(MotionCompensated(), still)
    seen = told(SpaceTime(), moving) - told(SpaceTime(), still)
    assert left.abs().max() < 0.15
    assert seen.abs().max() > 1


def test_a_detection_that_stands_alone_moves_with_the_scene(batch):
    frame, track = torch.tensor([0, 1, 2, 3, 5]), torch.tensor([0, 0, 0, 0, 1])
    clip = placed(batch, frame=frame, track=track, position=frame[:, None] * torch.tensor([1.0, 2.0]))
    velocity = scene_velocity(clip, track_line(clip))
    torch.testing.assert_close(velocity[0, 4], velocity[0, 0])
    assert velocity[0, 4].norm() > 1


def test_every_layer_and_head_has_a_bias_of_its_own(batch):
    bias = PairBias([SpaceTime(), SameTrack(), MotionCompensated()], layers=3, heads=4)
    found = bias(batch)
    assert [each.shape for each in found] == [(2, 4, 16, 16)] * 3
    flat = torch.cat([each.flatten(2) for each in found], 1)[0]
    assert torch.linalg.matrix_rank(flat - flat.mean(1, keepdim=True)) == 12


def test_without_relations_there_is_no_bias():
    assert pair_bias(ModelConfig(relation="none", motion=False)) is None


def test_with_support_a_key_counts_as_a_power_of_the_length_of_its_track(batch):
    bias = PairBias([SameTrack()], layers=1, heads=2, support=1.5)
    nn.init.zeros_(bias.function[-1].weight)
    length = (batch.track[0, :, None] == batch.track[0]).sum(-1).float()
    (found,) = bias(batch)
    torch.testing.assert_close(found[0], (1.5 * length.log()).expand(2, 16, 16))


@pytest.mark.parametrize("relation", ["none", "space_time", "track"])
def test_biases_are_finite_beside_padding(batch, relation):
    bias = pair_bias(ModelConfig(relation=relation, motion=True, support=1.0))
    hidden = batch.keeping(torch.zeros_like(batch.mask))
    assert all(each.isfinite().all() for given in (batch, hidden) for each in bias(given))
