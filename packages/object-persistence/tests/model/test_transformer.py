from dataclasses import replace

import pytest
import torch

from attention_core.testing import as_cross_attention, assert_attention_contract
from object_persistence import PersistenceError
from object_persistence.configuration import LossConfig, ModelConfig
from object_persistence.model.losses import PersistenceLoss
from object_persistence.model.transformer import PersistenceTransformer, predicted_frames
from object_persistence.tokens.batch import TokenBatch

SMALL = {"dim": 16, "heads": 4}
VARIANTS = {
    "as it is": {},
    "space and time": {"relation": "space_time"},
    "links alone": {"motion": False},
    "no relation": {"relation": "none", "motion": False},
    "tokens that know little": {"position": False, "time": False, "tracks": False},
    "queries": {"queries": 3},
    "support": {"support": 1.0},
    "four layers": {"layers": 4},
}
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def small_model(**settings):
    torch.manual_seed(0)
    return PersistenceTransformer(ModelConfig(**{**SMALL, **settings})).eval()


@pytest.fixture
def clips(drawn_clip):
    return [drawn_clip(14, 1), drawn_clip(6, 2)]


def permuted(batch, order):
    return TokenBatch(
        **{name: each if name == "extent" else each[:, order] for name, each in batch.tensors().items()}
    )


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_padding_changes_nothing(clips, settings):
    model = small_model(**settings)
    together = model(TokenBatch.of(clips, pad=23))
    for item, clip in enumerate(clips):
        alone = model(TokenBatch.of([clip]))
        count = len(clip)
        for name in ("logits", "duration", "remaining", "tokens"):
            got = getattr(together, name)[item, :count]
            torch.testing.assert_close(got, getattr(alone, name)[0], **CLOSE)
        for got, expected in zip(together.attention, alone.attention, strict=True):
            weights = got.dense()[item]
            torch.testing.assert_close(weights[:, :count, :count], expected.dense()[0], **CLOSE)
            assert (weights[:, count:] == 0).all()
            assert (weights[..., count:] == 0).all()


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_what_stands_in_padding_is_not_seen(clips, settings):
    model, batch = small_model(**settings), TokenBatch.of(clips)
    padding = ~batch.mask
    other = replace(
        batch,
        position=torch.where(padding[..., None], 7.0, batch.position),
        frame=torch.where(padding, 5, batch.frame),
        track=torch.where(padding, 0, batch.track),
    )
    torch.testing.assert_close(model(batch).logits, model(other).logits, **CLOSE)


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_the_order_of_detections_means_nothing(clips, settings):
    model, batch = small_model(**settings), TokenBatch.of(clips)
    order = torch.randperm(14, generator=torch.manual_seed(1))
    straight, shuffled = model(batch), model(permuted(batch, order))
    torch.testing.assert_close(shuffled.logits, straight.logits[:, order], **CLOSE)
    received = [output.attention[-1].received() for output in (shuffled, straight)]
    torch.testing.assert_close(received[0], received[1][..., order], **CLOSE)


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_every_parameter_gets_a_gradient(clips, settings):
    model = small_model(**settings).train()
    loss = PersistenceLoss(LossConfig())
    loss(model, TokenBatch.of(clips)).backward()
    idle = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert idle == []


def test_track_numbers_are_names(clips):
    model, batch = small_model(), TokenBatch.of(clips)
    torch.testing.assert_close(model(batch).logits, model(replace(batch, track=99 - batch.track)).logits)


def test_each_layer_leaves_a_map(clips):
    output = small_model(layers=3)(TokenBatch.of(clips))
    assert [each.shape for each in output.attention] == [(2, 4, 14, 14)] * 3
    received = output.attention[-1].received().mean(-2)
    torch.testing.assert_close(received.sum(-1), torch.tensor([14.0, 6.0]))


def test_a_layer_keeps_the_contract():
    block = small_model().blocks[0]
    assert_attention_contract(
        as_cross_attention(lambda tokens, mask: block.to(tokens.dtype)(tokens, mask=mask[:, None])),
        query_dim=16,
        key_dim=16,
    )


@pytest.mark.parametrize("count", [0, 1])
def test_clips_of_one_detection_or_none_are_judged(drawn_clip, count):
    output = small_model()(TokenBatch.of([drawn_clip(count), drawn_clip(0)]))
    assert output.logits.shape == (2, count)
    assert output.logits.isfinite().all()
    assert output.mask.sum() == count


def test_tokens_of_the_tokenizer_lead_to_the_same_output(clips):
    model, batch = small_model(), TokenBatch.of(clips)
    assert torch.equal(model(batch).logits, model.from_tokens(model.tokenizer(batch).tokens, batch).logits)


def test_a_few_steps_of_learning_tell_the_classes(clips):
    model, batch, loss = small_model(), TokenBatch.of(clips), PersistenceLoss(LossConfig())
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        loss(model, batch).backward()
        optimizer.step()
    assert torch.equal((model(batch).logits > 0)[batch.mask], batch.persistent[batch.mask])


def test_the_same_seed_makes_the_same_model(clips):
    batch = TokenBatch.of(clips)
    assert torch.equal(small_model()(batch).logits, small_model()(batch).logits)


def test_frames_are_told_as_logarithms():
    torch.testing.assert_close(predicted_frames(torch.tensor([0.0, 5.0]).log1p()), torch.tensor([0.0, 5.0]))


def test_patches_of_another_size_are_refused(drawn_clip):
    with pytest.raises(PersistenceError, match=r"patches are \[1, 7, 7\]"):
        small_model()(TokenBatch.of([drawn_clip(3, size=7)]))
