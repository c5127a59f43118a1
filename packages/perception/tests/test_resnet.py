import sys
import urllib.error

import pytest
import torch
from safetensors.torch import save_file

from perception import BackboneError, SmallCNN, resnet50, resnet50_untrained, save_weights

torchvision = pytest.importorskip("torchvision")


def test_resnet50_gives_torchvisions_last_map_of_normalised_images():
    reference = torchvision.models.resnet50(weights=None).eval()
    backbone = resnet50_untrained()
    backbone.body.load_state_dict(
        {k: v for k, v in reference.state_dict().items() if not k.startswith("fc.")}
    )
    maps = []
    reference.layer4.register_forward_hook(lambda module, inputs, output: maps.append(output))
    images = torch.rand(2, 3, 64, 64)
    normalise = torchvision.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    with torch.no_grad():
        reference(normalise(images))
        torch.testing.assert_close(backbone(images), maps[0])
    assert backbone.channels == maps[0].shape[1]


@pytest.fixture(scope="module")
def network():
    return torchvision.models.resnet50(weights=None)


@pytest.mark.parametrize("form", ["torch", "safetensors", "ours"])
def test_resnet50_reads_weights_as_torchvision_or_save_weights_wrote_them(tmp_path, network, form):
    path = tmp_path / ("weights.pth" if form == "torch" else "weights.safetensors")
    if form == "torch":
        torch.save(network.state_dict(), path)
    elif form == "safetensors":
        save_file(network.state_dict(), path)
    else:
        source = resnet50_untrained()
        source.body.load_state_dict(
            {k: v for k, v in network.state_dict().items() if not k.startswith("fc.")}
        )
        save_weights(source, path)
    backbone = resnet50(path)
    assert not backbone.training
    assert torch.equal(backbone.body.layer4[2].conv3.weight, network.layer4[2].conv3.weight)


def test_resnet50_never_has_random_weights(tmp_path, monkeypatch):
    def fail(*arguments, **keywords):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr("torch.hub.download_url_to_file", fail)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(BackboneError, match=r"cannot be downloaded .*no network.*; give a file of weights"):
        resnet50()


def test_a_missing_torchvision_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(BackboneError, match=r"Install perception\[resnet\]"):
        resnet50()


def test_weights_of_another_network_are_refused(tmp_path):
    save_weights(SmallCNN(), tmp_path / "small.safetensors")
    with pytest.raises(
        BackboneError, match=r"small.safetensors does not fit Sequential: \d+ missing \(conv1.weight"
    ):
        resnet50(tmp_path / "small.safetensors")
