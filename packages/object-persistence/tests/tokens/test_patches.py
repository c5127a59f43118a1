import numpy as np
import torch
from torch.nn import functional as F

from object_persistence.tokens.patches import PatchEncoder, backbone_patches
from perception import SmallCNN, freeze


def test_patches_in_a_batch_are_encoded_as_each_alone():
    encoder, patches = PatchEncoder(3, 9, 16), torch.rand(2, 4, 3, 9, 9)
    together = encoder(patches)
    assert together.shape == (2, 4, 16)
    alone = torch.stack([torch.stack([encoder(each[None, None])[0, 0] for each in clip]) for clip in patches])
    torch.testing.assert_close(together, alone)


def test_no_patches_are_encoded_as_none():
    assert PatchEncoder(1, 9, 16)(torch.zeros(2, 0, 1, 9, 9)).shape == (2, 0, 16)


def test_features_of_a_backbone_are_means_over_places():
    torch.manual_seed(0)
    backbone = freeze(SmallCNN((4, 4, 8)))
    patches = np.random.default_rng(0).random((5, 1, 9, 9), dtype=np.float32)
    found = backbone_patches(patches, backbone, side=32, batch=2)
    assert found.shape == (5, 8, 1, 1)
    enlarged = F.interpolate(torch.from_numpy(patches), size=(32, 32), mode="bilinear").repeat(1, 3, 1, 1)
    np.testing.assert_allclose(found[..., 0, 0], backbone(enlarged).mean((2, 3)).numpy(), atol=1e-5)
    assert backbone_patches(patches[:0], backbone).shape == (0, 8, 1, 1)


def test_features_pass_a_linear_layer():
    encoder, features = PatchEncoder(8, 1, 4), torch.rand(1, 3, 8, 1, 1)
    torch.testing.assert_close(encoder(features), encoder.project(features[..., 0, 0]))
