from dataclasses import replace

import pytest
import torch

from object_persistence import PersistenceError
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.tokenizer import ObjectTokenizer, TrackEncoder


@pytest.fixture
def batch(drawn_clip):
    return TokenBatch.of([drawn_clip(6, 1), drawn_clip(3, 2)])


def changed(batch, what):
    """The batch with one thing else about its detections."""
    return {
        "position": replace(batch, position=63 - batch.position),
        "time": replace(batch, frame=15 - batch.frame),
        "tracks": replace(batch, track=torch.arange(6).expand(2, -1)),
        "patches": replace(batch, patches=1 - batch.patches),
        "sigma": replace(batch, sigma=batch.sigma * 2),
    }[what]


@pytest.mark.parametrize("what", ["position", "time", "tracks", "patches", "sigma"])
def test_a_token_knows_what_it_is_told(batch, what):
    tokenizer = ObjectTokenizer(16)
    assert not torch.allclose(tokenizer(batch).tokens, tokenizer(changed(batch, what)).tokens, atol=1e-4)


def test_a_token_that_knows_neither_place_nor_time_nor_track_does_not_depend_on_them(batch):
    tokenizer = ObjectTokenizer(16, position=False, time=False, tracks=False)
    for what in ("position", "time", "tracks"):
        assert torch.equal(tokenizer(batch).tokens, tokenizer(changed(batch, what)).tokens)


def test_the_state_dict_is_the_whole_tokenizer(batch):
    one, other = ObjectTokenizer(16), ObjectTokenizer(16)
    assert not torch.allclose(one(batch).tokens, other(batch).tokens)
    other.load_state_dict(one.state_dict())
    assert torch.equal(one(batch).tokens, other(batch).tokens)


def test_tokens_go_back_to_their_detections(batch):
    padded = ObjectTokenizer(16)(batch)
    assert [len(each) for each in padded.unpad()] == [6, 3]
    assert (padded.tokens[~padded.mask] == 0).all()


def test_all_tokens_learn_together(batch):
    tokenizer = ObjectTokenizer(16)
    tokenizer(batch).tokens.square().sum().backward()
    assert [n for n, p in tokenizer.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_patches_of_another_shape_are_refused(batch):
    with pytest.raises(
        PersistenceError, match=r"patches are \[1, 9, 9\]; this tokenizer expects \[3, 9, 9\]"
    ):
        ObjectTokenizer(16, channels=3)(batch)


def test_statistics_of_tracks_are_told_in_units_of_their_spread(drawn_clip):
    batch = TokenBatch.of([drawn_clip(40, seed) for seed in range(6)], pad=50)
    encoder, told = TrackEncoder(16), []
    encoder.layers.register_forward_pre_hook(lambda _, given: told.append(given[0]))
    encoder(batch)
    varying = told[0][batch.mask].std(0) > 0.1
    assert varying.sum() > 20
    torch.testing.assert_close(
        told[0][batch.mask].std(0)[varying], torch.ones(int(varying.sum())), rtol=0, atol=0.1
    )


def test_padding_is_no_part_of_the_spread(drawn_clip):
    clips = [drawn_clip(20, 1), drawn_clip(9, 2)]
    encoders = TrackEncoder(16), TrackEncoder(16)
    for encoder, pad in zip(encoders, (20, 60), strict=True):
        encoder(TokenBatch.of(clips, pad=pad))
    torch.testing.assert_close(encoders[0].norm.running_var, encoders[1].norm.running_var)
