from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from object_persistence.configuration import LossConfig, ModelConfig
from object_persistence.errors import PersistenceError
from object_persistence.model.gru import TrackGRU, along_tracks, steps
from object_persistence.model.losses import PersistenceLoss
from object_persistence.tokens.batch import TokenBatch


def test_detections_are_read_track_by_track_in_order_of_time():
    batch = drawn()
    rows, lengths = along_tracks(batch)
    assert sorted(rows.tolist()) == batch.mask.flatten().nonzero().squeeze(-1).tolist()
    clip = rows // batch.mask.shape[1]
    read = torch.stack([clip, batch.track.flatten()[rows], batch.frame.flatten()[rows]], -1).tolist()
    assert read == sorted(read)
    assert lengths.tolist() == [
        ((batch.track[one] == each) & batch.mask[one]).sum()
        for one in range(len(batch))
        for each in batch.track[one][batch.mask[one]].unique()
    ]


def test_displacements_are_from_the_detection_before_on_the_same_track():
    batch = drawn()
    rows, lengths = along_tracks(batch)
    found = steps(batch, rows, lengths)
    place, frame = batch.position.flatten(0, 1)[rows], batch.frame.flatten()[rows]
    start = 0
    for length in lengths.tolist():
        assert found[start, :4].tolist() == [0, 0, 0, 1]
        for at in range(start + 1, start + length):
            assert torch.allclose(4 * found[at, :2], place[at] - place[at - 1], atol=1e-5)
            assert 4 * found[at, 2] == frame[at] - frame[at - 1]
        start += length


def test_a_state_is_that_of_torch_on_the_track_alone():
    batch, model = drawn(), made()
    rows, lengths = along_tracks(batch)
    inputs = torch.randn(len(rows), 16)
    alone = [model.gru(each.unsqueeze(0))[0].squeeze(0) for each in inputs.split(lengths.tolist())]
    assert torch.allclose(model.read(inputs, lengths), torch.cat(alone), atol=1e-6)


def test_another_track_changes_nothing():
    batch, model = drawn(), made()
    other = batch.mask & (batch.track != 1)
    moved = replace(
        batch,
        position=batch.position + other.unsqueeze(-1),
        patches=torch.where(other[..., None, None, None], batch.patches + 1, batch.patches),
    )
    here, there = model(batch).logits, model(moved).logits
    own = batch.mask & (batch.track == 1)
    assert torch.allclose(here[own], there[own], atol=1e-6)
    assert not torch.isclose(here[other], there[other]).any()


def test_padding_changes_nothing_and_gets_nothing():
    batch, model = drawn(), made()
    wide = TokenBatch.from_tensors({name: widened(name, each) for name, each in batch.tensors().items()})
    output = model(wide)
    tokens = batch.mask.shape[1]
    assert torch.allclose(output.logits[:, :tokens], model(batch).logits, atol=1e-6)
    assert (output.logits[~output.mask] == 0).all()


def test_the_order_of_detections_means_nothing():
    batch, model = drawn(), made()
    order = torch.randperm(batch.mask.shape[1])
    shuffled = TokenBatch.from_tensors(
        {name: each if name == "extent" else each[:, order] for name, each in batch.tensors().items()}
    )
    assert torch.allclose(model(shuffled).logits, model(batch).logits[:, order], atol=1e-6)


def test_every_parameter_has_a_gradient():
    batch, model = drawn(), made(layers=2)
    PersistenceLoss(LossConfig())(model, batch).backward()
    assert all(each.grad is not None and each.grad.abs().sum() > 0 for each in model.parameters())


def test_a_batch_without_detections_has_no_logits():
    batch = drawn()
    nothing = batch.keeping(torch.zeros_like(batch.mask))
    output = made()(nothing)
    assert (output.logits == 0).all()
    assert output.attention == ()


def test_it_learns_that_long_tracks_last():
    torch.manual_seed(0)
    model, batch = made(), drawn(clips=8)
    length = torch.stack(
        [
            torch.bincount(each[known], minlength=9)[each]
            for each, known in zip(batch.track, batch.mask, strict=True)
        ]
    )
    lasts = (length > 5)[batch.mask].float()
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(80):
        loss = binary_cross_entropy_with_logits(model(batch).logits[batch.mask], lasts)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert 0.2 < lasts.mean() < 0.8
    assert ((model(batch).logits[batch.mask] > 0) == lasts.bool()).float().mean() > 0.98


def test_other_patches_and_odd_widths_are_refused():
    with pytest.raises(PersistenceError, match=r"patches are \[1, 5, 5\]; this model expects \[3, 5, 5\]"):
        TrackGRU(ModelConfig(dim=16), 3, 5)(drawn())
    with pytest.raises(PersistenceError, match="dim 9: expected an even width"):
        TrackGRU(ModelConfig(dim=9, heads=3))


def made(layers=1):
    torch.manual_seed(1)
    return TrackGRU(ModelConfig(dim=16, layers=layers), 1, 5)


def drawn(clips=3, tracks=5, seed=0):
    """Clips of tracks with 1 to 8 detections each, in order of time, and padding behind the shorter ones."""
    rng = np.random.default_rng(seed)
    lists = [[int(count) for count in rng.integers(1, 9, tracks)] for _ in range(clips)]
    most = max(map(sum, lists))
    columns = {name: torch.zeros(clips, most, dtype=torch.int64) for name in ("frame", "track")}
    mask = torch.zeros(clips, most, dtype=torch.bool)
    for clip, counts in enumerate(lists):
        track = np.repeat(np.arange(tracks), counts)
        frame = np.concatenate([np.sort(rng.choice(16, count, replace=False)) for count in counts])
        order = np.lexsort((track, frame))
        mask[clip, : len(order)] = True
        columns["frame"][clip, : len(order)] = torch.from_numpy(frame[order])
        columns["track"][clip, : len(order)] = torch.from_numpy(track[order])
    index = torch.where(mask, torch.arange(most), -1)
    float_of = torch.Generator().manual_seed(seed)
    return TokenBatch(
        patches=torch.rand(clips, most, 1, 5, 5, generator=float_of),
        position=60 * torch.rand(clips, most, 2, generator=float_of),
        sigma=1 + torch.rand(clips, most, generator=float_of),
        response=0.1 + torch.rand(clips, most, generator=float_of),
        snr=5 + torch.rand(clips, most, generator=float_of),
        extent=torch.tensor([[16.0, 64.0, 64.0]]).repeat(clips, 1),
        mask=mask,
        index=index,
        persistent=mask & (columns["track"] < 2),
        duration=torch.full((clips, most), 5.0),
        remaining=torch.full((clips, most), 2.0),
        matched=mask,
        **columns,
    )


def widened(name, tensor, by=4):
    if name == "extent":
        return tensor
    filling = torch.full((len(tensor), by, *tensor.shape[2:]), -1 if name == "index" else 0).to(tensor.dtype)
    return torch.cat([tensor, filling], 1)
