import pytest
import torch

from perception import BackboneError, SmallCNN, save_weights, vit_b_16, vit_b_16_untrained

torchvision = pytest.importorskip("torchvision")


@pytest.fixture(scope="module")
def network():
    return torchvision.models.vit_b_16(weights=None).eval()


@pytest.fixture(scope="module")
def backbone(network):
    made = vit_b_16_untrained()
    made.body.load_state_dict({k: v for k, v in network.state_dict().items() if not k.startswith("heads.")})
    # torchvision draws places near zero; larger ones tell where they go.
    torch.nn.init.normal_(made.body.encoder.pos_embedding)
    network.encoder.pos_embedding.data.copy_(made.body.encoder.pos_embedding)
    return made


@torch.no_grad()
def last_tokens(network, images):
    """Every token but the class token after torchvision's own forward pass."""
    kept = []
    handle = network.encoder.register_forward_hook(lambda module, inputs, output: kept.append(output[:, 1:]))
    normalise = torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    network(normalise(images))
    handle.remove()
    return kept[0]


@torch.no_grad()
def test_a_map_is_torchvisions_last_tokens_in_their_places(network, backbone):
    images = torch.rand(1, 3, 224, 224)
    found = backbone(images)
    assert found.shape == (1, backbone.channels, 14, 14)
    torch.testing.assert_close(found.flatten(2).transpose(1, 2), last_tokens(network, images))


@torch.no_grad()
def test_places_of_other_sizes_are_those_of_torchvision(network, backbone):
    images = torch.rand(2, 3, 64, 64)
    state = torchvision.models.vision_transformer.interpolate_embeddings(64, 16, network.state_dict())
    small = torchvision.models.vit_b_16(weights=None, image_size=64).eval()
    small.load_state_dict(state)
    found = backbone(images)
    assert found.shape == (2, backbone.channels, 4, 4)
    torch.testing.assert_close(found.flatten(2).transpose(1, 2), last_tokens(small, images))
    assert backbone(images[..., :32]).shape == (2, backbone.channels, 4, 2)


def test_sides_that_no_patch_divides_are_refused(backbone):
    with pytest.raises(BackboneError, match="images of 60 x 64; ViT-B/16 needs multiples of 16"):
        backbone(torch.rand(1, 3, 60, 64))


def test_weights_are_read_as_torchvision_or_save_weights_wrote_them(tmp_path, network, backbone):
    torch.save(network.state_dict(), tmp_path / "torch.pth")
    save_weights(backbone, tmp_path / "ours.safetensors")
    for name in ("torch.pth", "ours.safetensors"):
        found = vit_b_16(tmp_path / name)
        assert not found.training
        assert torch.equal(found.body.conv_proj.weight, network.conv_proj.weight)


def test_weights_of_another_network_are_refused(tmp_path):
    save_weights(SmallCNN(), tmp_path / "small.safetensors")
    with pytest.raises(BackboneError, match=r"small.safetensors does not fit VisionTransformer: \d+ missing"):
        vit_b_16(tmp_path / "small.safetensors")
