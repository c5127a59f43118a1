import math

import pytest
import torch

from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.continuations import CONTINUATIONS, REACH
from object_persistence.tokens.track_line import HORIZON, track_line
from object_persistence.tokens.track_statistics import STATISTICS, track_statistics


def pieces(drawn_clip, gap, shift=0.0):
    """A path of 1.5 px per frame, four detections, a gap, and three more that are moved aside by `shift`."""
    frame = torch.tensor([0, 1, 2, 3, 4 + gap, 5 + gap, 6 + gap])
    aside = torch.tensor([0.0] * 4 + [shift] * 3)
    changed = {
        "frame": frame[None],
        "position": torch.stack([20.0 + aside, 5 + 1.5 * frame], -1)[None],
        "track": torch.tensor([[0] * 4 + [1] * 3]),
    }
    return TokenBatch(**{**TokenBatch.of([drawn_clip(7)]).tensors(), **changed})


def told_of(batch):
    told = track_statistics(batch, track_line(batch), track_line(batch, HORIZON))[0]
    return {name: told[:, STATISTICS.index(name)] for name in CONTINUATIONS}


@pytest.mark.parametrize("gap", [0, 4, 6])
def test_the_piece_behind_a_gap_is_found(drawn_clip, gap):
    told = told_of(pieces(drawn_clip, gap))
    assert (told["fit_after"][:4] > 0.7).all()
    assert (told["fit_before"][4:] > 0.7).all()
    gaps, lengths = (told[f"{what}_after"][0] / told["fit_after"][0] for what in ("gap", "length"))
    assert gaps.item() == pytest.approx(math.log1p(gap + 1))
    assert lengths.item() == pytest.approx(math.log(3))
    assert (told["length_before"][4] / told["fit_before"][4]).item() == pytest.approx(math.log(4))
    assert not told["fit_before"][:4].any()
    assert not told["fit_after"][4:].any()


def test_a_piece_that_lies_aside_does_not_fit(drawn_clip):
    straight, aside = (told_of(pieces(drawn_clip, 2, shift))["fit_after"][0] for shift in (0.0, 12.0))
    assert aside < 0.2 * straight


def test_nothing_is_looked_for_beyond_reach(drawn_clip):
    assert told_of(pieces(drawn_clip, REACH - 1))["fit_after"][0] > 0
    assert told_of(pieces(drawn_clip, REACH))["fit_after"][0] == 0


def test_a_piece_that_is_hidden_is_not_found(drawn_clip):
    batch = pieces(drawn_clip, 2)
    assert not told_of(batch.until(4))["fit_after"].any()
