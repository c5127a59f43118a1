from dataclasses import replace

import pytest
import torch

from object_persistence import PersistenceError
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.tokenizer import ObjectTokenizer


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
