from dataclasses import replace

import numpy as np
import pytest
import torch

from object_persistence.linking.features import track_features
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.track_line import HORIZON, SHRINKAGE, track_line
from object_persistence.tokens.track_statistics import FARTHEST, FASTEST, STATISTICS, track_statistics


@pytest.fixture
def batch(drawn_clip):
    return TokenBatch.of([drawn_clip(40, 1), drawn_clip(25, 2)])


def told_of(batch):
    told = track_statistics(batch, track_line(batch), track_line(batch, HORIZON)).unbind(-1)
    return dict(zip(STATISTICS, told, strict=True))


def off_line(frame, place, weight):
    """Squared distance of each detection from the line that counts all by these weights, and its velocity."""
    middle, centre = weight @ frame / weight.sum(), weight @ place / weight.sum()
    away = frame - middle
    velocity = (weight * away) @ (place - centre) / (weight @ away**2 + SHRINKAGE)
    return np.square(place - centre - away[:, None] * velocity).sum(1), velocity


def by_hand(frame, place, sigma):
    """What one track is, in float64; its detections are in order of time, several may share a frame."""
    off, velocity = off_line(frame, place, np.ones(len(frame)))
    near = [np.exp(-np.abs(frame - each) / HORIZON) for each in frame]
    bend = np.array([off_line(frame, place, weight)[0][row] for row, weight in enumerate(near)])
    logs, times = np.log(sigma), np.unique(frame)
    capped = [np.minimum(each, FARTHEST**2) for each in (off, bend, off.mean(), bend.mean())]
    own_residual, own_bend, residual, mean_bend = (np.log(each + 1e-2) for each in capped)
    return {
        "length": np.log(len(frame)),
        "span": np.log(frame.max() - frame.min() + 1),
        "filled": len(frame) / (frame.max() - frame.min() + 1),
        "longest_gap": np.log1p(np.diff(times).max() - 1) if len(times) > 1 else 0.0,
        "after_start": np.log1p(frame.min()),
        "before_end": np.log1p(15 - frame.max()),
        "since_first": np.log1p(frame - frame.min()),
        "speed": min(FASTEST, float(np.hypot(*velocity))),
        "residual": residual,
        "own_residual": own_residual,
        "bend": mean_bend,
        "own_bend": own_bend,
        "sigma_spread": min(1.0, np.sqrt(logs.var() + 1e-6)),
        "own_sigma": np.clip(logs - logs.mean(), -1, 1),
    }


def test_tracks_are_told_as_by_hand(batch, drawn_clip):
    told = told_of(batch)
    for item, clip in enumerate((drawn_clip(40, 1), drawn_clip(25, 2))):
        found = clip.detections
        place = np.stack([found.y, found.x], 1)
        for track in np.unique(clip.tracks):
            rows = np.flatnonzero(clip.tracks == track)
            expected = by_hand(found.frame[rows].astype(float), place[rows], found.sigma[rows])
            for name, values in expected.items():
                got = told[name][item][rows].numpy()
                np.testing.assert_allclose(got, np.broadcast_to(values, len(rows)), atol=5e-3, err_msg=name)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_told_of_a_track_elsewhere_too_is_the_same_number_here(drawn_clip, seed):
    clip = drawn_clip(60, seed)
    _, alone = np.unique(np.stack([clip.tracks, clip.detections.frame]), axis=1, return_index=True)
    clip = clip.take(np.isin(np.arange(len(clip)), alone))
    found = clip.detections
    exact = {"position": np.stack([found.y, found.x], 1), "sigma": found.sigma, "response": found.response}
    batch = TokenBatch.of([clip])
    told = told_of(replace(batch, **{name: torch.from_numpy(each)[None] for name, each in exact.items()}))
    rows = track_features(found, clip.tracks, (clip.time, clip.height, clip.width))
    other = {name: rows[name].to_numpy() for name in rows.columns}
    expected = {
        "length": np.log(other["length"]),
        "span": np.log(other["span"]),
        "filled": other["length"] / other["span"],
        "longest_gap": np.log1p(other["longest_gap"]),
        "after_start": np.log1p(other["before"]),
        "before_end": np.log1p(other["after"]),
        "since_first": np.log1p(other["since"]),
        "until_last": np.log1p(other["left"]),
        "own_sigma": other["own_sigma"].clip(-1, 1),
        "own_response": other["own_brightness"].clip(-1, 1),
        "sigma_spread": np.sqrt(other["sigma_spread"] ** 2 + 1e-6).clip(max=1),
        "response_spread": np.sqrt(other["brightness_spread"] ** 2 + 1e-6).clip(max=1),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(told[name][0].numpy(), values, atol=1e-9, err_msg=name)


def test_neighbours_are_others_in_the_same_frame(drawn_clip):
    batch = TokenBatch.of([drawn_clip(4)])
    position = torch.tensor([[[10.0, 10.0], [13.0, 10.0], [10.0, 17.0], [40.0, 40.0]]])
    frame, track = torch.tensor([[2, 2, 3, 2]]), torch.tensor([[0, 1, 2, 3]])
    placed = TokenBatch(**{**batch.tensors(), "frame": frame, "position": position, "track": track})
    assert told_of(placed)["neighbours"].expm1()[0].tolist() == pytest.approx([1, 1, 0, 0])


def test_a_track_that_leaves_is_told_to_be_near_the_edge(drawn_clip):
    batch = TokenBatch.of([drawn_clip(6)])
    frame = torch.arange(3, 9)[None]
    position = torch.stack([30.0 + 0 * frame, 54 + frame.float()], -1)  # 62 of 63 in its last frame
    leaving = TokenBatch(**{**batch.tensors(), "frame": frame, "position": position, "track": frame * 0})
    told = told_of(leaving)
    assert (told["edge_after"].expm1() < 0.3).all()
    assert (told["edge_before"].expm1() > 6).all()


def test_a_straight_track_lies_on_its_line(drawn_clip):
    batch = TokenBatch.of([drawn_clip(12)])
    frame = torch.arange(12)[None]
    position = torch.stack([3 + 1.5 * frame, 60 - 0.5 * frame], -1)
    straight = TokenBatch(**{**batch.tensors(), "frame": frame, "position": position, "track": frame * 0})
    line = track_line(straight)
    torch.testing.assert_close(line.velocity[0, 0], torch.tensor([1.5, -0.5]), rtol=0.01, atol=0)
    torch.testing.assert_close(line.at(frame.float()), position, rtol=0, atol=0.05)


def test_a_detection_that_is_hidden_does_not_count(batch):
    kept = batch.frame % 3 != 0
    hidden = told_of(batch.keeping(kept))
    clip = [unpadded[kept[item] & batch.mask[item]] for item, unpadded in enumerate(batch.track)]
    for item, tracks in enumerate(clip):
        length = (tracks[:, None] == tracks).sum(-1).float().log()
        rows = kept[item] & batch.mask[item]
        torch.testing.assert_close(hidden["length"][item][rows], length)
    assert all((each[~(kept & batch.mask)] == 0).all() for each in hidden.values())


def test_all_is_finite_of_single_detections_and_of_none(drawn_clip):
    for count in (0, 1, 2):
        batch = TokenBatch.of([drawn_clip(count)], pad=3)
        assert all(each.isfinite().all() for each in told_of(batch).values())
