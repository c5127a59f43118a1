import numpy as np
import pytest
import torch
from torch.nn import functional as F

from object_persistence.configuration import BackboneConfig, PersistenceConfig
from object_persistence.tokens import sight
from object_persistence.tokens.sight import Sight, with_features
from perception import SmallCNN, save_weights

CONFIG = BackboneConfig("resnet50", weights="weights.safetensors", side=32)


@pytest.fixture
def clips(drawn_clip):
    return [drawn_clip(count, seed) for seed, count in enumerate((7, 0, 4))]


@pytest.fixture
def network(monkeypatch):
    """A small network where ResNet-50 would be made, and the weights that it was asked for."""
    torch.manual_seed(0)
    made, asked = SmallCNN((4, 4, 8)).eval(), []
    monkeypatch.setitem(sight.NETWORKS, "resnet50", lambda weights: asked.append(weights) or made)
    made.asked = asked
    return made


def test_channels_are_standardized_on_training_patches(clips, network):
    seen = Sight.of(CONFIG, clips)
    features = seen.features(clips)
    assert [str(each) for each in network.asked] == ["weights.safetensors"]
    assert features.shape == (sum(map(len, clips)), 8, 1, 1)
    patches = torch.from_numpy(np.concatenate([clip.patches for clip in clips]))
    maps = network(F.interpolate(patches, size=(32, 32), mode="bilinear").expand(-1, 3, -1, -1)).detach()
    deviation, mean = torch.std_mean(maps, dim=(0, 2, 3), correction=0)
    np.testing.assert_allclose(features[..., 0, 0], (maps.mean((2, 3)) - mean) / deviation, atol=1e-4)


def test_each_clip_gets_the_features_of_its_own_detections(clips, network):
    seen = Sight.of(CONFIG, clips)
    together = seen(clips)
    for clip, looked in zip(clips, together, strict=True):
        assert looked.patches.shape == (len(clip), 8, 1, 1)
        np.testing.assert_allclose(looked.patches, seen([clip])[0].patches, atol=1e-5)
        assert looked.detections is clip.detections
    assert seen([]) == []


def test_other_weights_or_another_size_are_another_sight(clips, network):
    one, larger = Sight.of(CONFIG, clips), Sight.of(BackboneConfig("resnet50", side=48), clips)
    torch.nn.init.ones_(next(network.parameters()))
    assert len({one.fingerprint, larger.fingerprint, Sight.of(CONFIG, clips).fingerprint}) == 3


def test_features_are_dealt_out_in_order(clips):
    rows = np.arange(sum(map(len, clips)), dtype=np.float32).reshape(-1, 1, 1, 1)
    dealt = with_features(clips, rows)
    np.testing.assert_array_equal(np.concatenate([each.patches.ravel() for each in dealt]), rows.ravel())


def test_a_baseline_has_no_backbone():
    with pytest.raises(ValueError, match="majority has no backbone"):
        PersistenceConfig(backbone=CONFIG, model={"kind": "majority"})


def test_weights_of_another_network_are_refused(clips, tmp_path):
    pytest.importorskip("torchvision")
    save_weights(SmallCNN(), tmp_path / "small.safetensors")
    config = BackboneConfig("resnet50", weights=str(tmp_path / "small.safetensors"))
    with pytest.raises(ValueError, match=r"small\.safetensors does not fit"):
        Sight.of(config, clips)
