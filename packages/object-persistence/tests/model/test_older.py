import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F

from object_persistence import BlobVideos, Clip, PersistenceError, coloured
from object_persistence.model.older import (
    Crop,
    FastObjectDataset,
    FastObjectTransformer,
    PostNormBlock,
    PseudoTracker,
    RandomTokenizer,
    crops_of,
)

STRANGERS = 8
"""Random tokenizers that held-out clips are shown through."""
RULE = PseudoTracker(0.5)
"""Between red and white, whatever share of its box a disc fills."""


def clips_of(train, held_out):
    videos = BlobVideos(coloured(), range(train + held_out))
    clips = [videos[each] for each in range(train + held_out)]
    return clips[:train], clips[train:]


def trained_on(data, epochs=10):
    torch.manual_seed(0)
    model = FastObjectTransformer()
    optimizer = torch.optim.Adam(model.parameters(), 3e-4)
    for epoch in range(epochs):
        order = torch.randperm(len(data), generator=torch.manual_seed(epoch)).tolist()
        for start in range(0, len(order), 8):
            tokens, labels = data.collate([data[each] for each in order[start : start + 8]])
            optimizer.zero_grad()
            F.cross_entropy(model(tokens)[0][tokens.mask], labels[tokens.mask].long()).backward()
            optimizer.step()
    return model.eval()


@torch.no_grad()
def said_and_true(model, data):
    tokens, labels = data.collate([data[each] for each in range(len(data))])
    return (model(tokens)[0].argmax(-1) == 1)[tokens.mask].numpy(), labels[tokens.mask].numpy()


def check_guessing(held_out, said_and_true_of):
    """Balanced accuracy is below 60 %, plain accuracy below that and below the commoner answer's.

    Means over `STRANGERS`: tokens of a single one may by chance fall on the right side.
    """
    found = [said_and_true_of(FastObjectDataset(held_out, tracker=RULE)) for _ in range(STRANGERS)]
    commoner = max(np.mean(found[0][1]), np.mean(~found[0][1]))
    assert np.mean([balanced_accuracy_score(true, said) for said, true in found]) < 0.6
    assert np.mean([accuracy_score(true, said) for said, true in found]) < min(0.6, commoner)


def test_what_one_random_tokenizer_shows_another_hides():
    """In place of the transformer, which takes longer, a logistic regression on each token by itself."""
    train, held_out = clips_of(25, 10)
    torch.manual_seed(0)
    shown = FastObjectDataset(train, tracker=RULE)
    rule = make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(*joined(shown))
    assert rule.score(*joined(FastObjectDataset(held_out, shown.tokenizer, RULE))) > 0.97

    def told(data):
        tokens, true = joined(data)
        return rule.predict(tokens), true

    check_guessing(held_out, told)


def joined(data):
    return torch.cat(data.tokens).numpy(), torch.cat(data.labels).numpy()


@pytest.mark.slow
def test_a_tokenizer_for_each_data_set_is_what_went_wrong():
    train, held_out = clips_of(300, 50)
    torch.manual_seed(1)
    shown = FastObjectDataset(train, tracker=RULE)
    model = trained_on(shown)
    said, true = said_and_true(model, FastObjectDataset(held_out, shown.tokenizer, RULE))
    assert (said == true).mean() > 0.99
    check_guessing(held_out, lambda data: said_and_true(model, data))


def test_colour_is_the_label():
    white, red, small = (np.ones((3, 5, 5)), np.full((3, 5, 5), 0.5), np.ones((3, 5, 5)))
    small[:, 1:4] *= 0.3  # a small white disc does not fill its box
    tracks, persistent = PseudoTracker()([Crop(0, each) for each in (white, red, white, small)])
    assert persistent.tolist() == [True, False, True, False]
    assert tracks.tolist() == [0, 1, 0, 2]


def test_crops_are_what_is_inside_the_boxes():
    frames = np.zeros((2, 20, 20, 3), np.float32)
    frames[1, 4:9, 6:12] = (0.9, 0.8, 0.7)
    (crop,) = crops_of(Clip("clip", frames))
    assert crop.frame == 1
    np.testing.assert_array_equal(crop.picture, frames[1, 4:9, 6:12].transpose(2, 0, 1))


def test_the_model_has_the_parameters_of_the_earlier_one():
    assert sum(each.numel() for each in FastObjectTransformer().parameters()) == 1_087_362


def test_a_block_is_torchs_encoder_layer():
    theirs = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True)
    ours = PostNormBlock(16, 4, 32)
    ours.attention.load_state_dict(theirs.self_attn.state_dict())
    pairs = zip(
        (theirs.linear1, theirs.linear2, theirs.norm1, theirs.norm2),
        (ours.feed_forward[0], ours.feed_forward[2], *ours.norms),
        strict=True,
    )
    for given, own in pairs:
        nn.init.normal_(given.weight)
        own.load_state_dict(given.state_dict())
    tokens, mask = torch.randn(2, 5, 16), torch.ones(2, 5, dtype=torch.bool)
    mask[1, 3:] = False
    expected = theirs(tokens, src_key_padding_mask=~mask)
    torch.testing.assert_close(ours(tokens, mask).values[mask], expected[mask])


def test_both_layers_leave_a_map():
    tokens = FastObjectDataset.collate(
        [(torch.randn(3, 256), torch.ones(3) > 0), (torch.randn(5, 256), torch.ones(5) > 0)]
    )[0]
    logits, maps = FastObjectTransformer()(tokens)
    assert logits.shape == (2, 5, 2)
    assert [each.shape for each in maps] == [(2, 8, 5, 5)] * 2
    assert (maps[0].dense()[0, :, :, 3:] == 0).all()


def test_clips_without_anything_bright_have_no_tokens():
    data = FastObjectDataset([Clip("dark", np.zeros((2, 20, 20, 3), np.float32))])
    assert data[0][0].shape == (0, 256)


def test_a_frame_without_an_embedding_is_refused():
    with pytest.raises(PersistenceError, match="frame 100; expected fewer than 100"):
        RandomTokenizer()([Crop(100, np.ones((3, 4, 4), np.float32))])
