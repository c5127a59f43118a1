import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from object_persistence import PersistenceError
from object_persistence.tokens.padded import PaddedTokens


def clips_of(lengths):
    return [torch.randn(length, 3) for length in lengths]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=5), st.integers(0, 3))
def test_what_was_padded_comes_back(lengths, more):
    clips = clips_of(lengths)
    padded = PaddedTokens.of(clips, max(lengths) + more)
    assert padded.tokens.shape == (len(lengths), max(lengths) + more, 3)
    for got, clip in zip(padded.unpad(), clips, strict=True):
        assert torch.equal(got, clip)
    assert padded.mask.sum(-1).tolist() == lengths
    assert (padded.tokens[~padded.mask] == 0).all()


def test_values_come_back_in_the_order_of_the_detections():
    padded = PaddedTokens.of(clips_of([3, 1]))
    shuffled = PaddedTokens(
        padded.tokens[:, [2, 0, 1]], padded.mask[:, [2, 0, 1]], padded.index[:, [2, 0, 1]]
    )
    for got, expected in zip(shuffled.unpad(), padded.unpad(), strict=True):
        assert torch.equal(got, expected)
    assert shuffled.unpad(shuffled.index)[0].tolist() == [0, 1, 2]


def test_nothing_is_cut():
    with pytest.raises(PersistenceError, match="has 5 detections, and the pad is 4; expected pad >= 5"):
        PaddedTokens.of(clips_of([2, 5]), pad=4)


def test_no_clips_are_refused():
    with pytest.raises(PersistenceError, match="no clips"):
        PaddedTokens.of([])
