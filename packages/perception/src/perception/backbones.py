"""Networks that turn images in [0, 1] into feature maps, and a head to train them."""

from collections import OrderedDict
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from .errors import BackboneError
from .weights import fit_state, read_state

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Backbone(nn.Module):
    """What takes images [batch, 3, height, width] in [0, 1] to maps [batch, channels, rows, columns]."""

    channels: int


class SmallCNN(Backbone):
    """Three stride-2 convolutions with group norm (Wu 2018), the first over coordinates too (Liu 2018)."""

    def __init__(self, channels: tuple[int, int, int] = (24, 48, 96)):
        super().__init__()
        first, second, self.channels = channels
        self.stages = nn.Sequential(
            _stage(5, first, 5), _stage(first, second, 3), _stage(second, self.channels, 3)
        )

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch channels rows columns"]:
        """Map an image to an eighth of its height and width, rounded up."""
        return self.stages(torch.cat([(images - 0.5) / 0.25, _coordinates(images)], dim=1))


def _stage(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    groups = next(groups for groups in (8, 4, 2, 1) if outputs % groups == 0)
    convolution = nn.Conv2d(inputs, outputs, kernel, stride=2, padding=kernel // 2)
    return nn.Sequential(convolution, nn.GroupNorm(groups, outputs), nn.ReLU())


def _coordinates(images: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 2 height width"]:
    batch, _, height, width = images.shape
    y, x = (torch.linspace(-1, 1, n, device=images.device, dtype=images.dtype) for n in (height, width))
    return torch.stack([y[:, None].expand(height, width), x.expand(height, width)]).expand(batch, -1, -1, -1)


class ResNet50(Backbone):
    """ResNet-50 (He 2016) up to its last feature map; ImageNet's mean and deviation are inside."""

    channels = 2048
    mean: Tensor
    std: Tensor

    def __init__(self, body: nn.Sequential):
        super().__init__()
        self.body = body
        for name, values in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD)):
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch channels rows columns"]:
        """Map an image to a thirty-second of its height and width, rounded up."""
        return self.body((images - self.mean) / self.std)


def resnet50(weights: Path | None = None) -> ResNet50:
    """ResNet-50 in eval mode with the weights of this file, or else torchvision's IMAGENET1K_V1.

    A file is safetensors or a state dict of `torch.save`, as torchvision or `save_weights` writes it.

    Raises:
        BackboneError: if torchvision is missing, or the weights cannot be read or downloaded, or do not fit.
    """
    backbone = resnet50_untrained()
    state = _hub_state() if weights is None else read_state(weights)
    body = {key.removeprefix("body."): value for key, value in state.items() if not key.startswith("fc.")}
    fit_state(backbone.body, body, str(weights or "the downloaded weights"))
    return backbone


def resnet50_untrained() -> ResNet50:
    """ResNet-50 in eval mode with random weights: it costs what the trained one costs and knows nothing."""
    network = _torchvision().resnet50(weights=None)
    children = {name: part for name, part in network.named_children() if name not in ("avgpool", "fc")}
    body = nn.Sequential(OrderedDict(children))
    return ResNet50(body).eval()


def _torchvision():
    try:
        from torchvision import models
    except (ImportError, RuntimeError) as error:  # a wheel built for another torch raises RuntimeError
        raise BackboneError(f"resnet50 needs torchvision: {error}. Install perception[resnet]") from error
    return models


def _hub_state() -> dict[str, Tensor]:
    try:
        return _torchvision().ResNet50_Weights.IMAGENET1K_V1.get_state_dict(check_hash=True)
    except (OSError, RuntimeError) as error:
        raise BackboneError(
            f"the ImageNet weights cannot be downloaded ({error}); give a file of weights"
        ) from error


class FrozenBackbone(Backbone):
    """A backbone that is never trained: its weights take no gradients, and it stays in eval mode."""

    def __init__(self, backbone: Backbone):
        super().__init__()
        self.backbone = backbone.requires_grad_(False)
        self.channels = backbone.channels
        self.eval()

    def train(self, mode: bool = True) -> Self:
        """Stay in eval mode: batch norm would otherwise drift with the data."""
        return super().train(False)

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch channels rows columns"]:
        """Map images as the backbone does."""
        return self.backbone(images)


def freeze(backbone: Backbone) -> FrozenBackbone:
    """Freeze a backbone in place and for good."""
    return backbone if isinstance(backbone, FrozenBackbone) else FrozenBackbone(backbone)


class FactorClassifier(nn.Module):
    """A backbone's pooled features with one linear head per factor, to train the backbone on labels."""

    def __init__(self, backbone: Backbone, classes: dict[str, int]):
        super().__init__()
        if not classes or min(classes.values()) < 2:
            raise BackboneError(
                f"classes {classes}; expected at least one factor, each with at least 2 classes"
            )
        self.backbone = backbone
        self.heads = nn.ModuleDict({factor: nn.Linear(backbone.channels, n) for factor, n in classes.items()})

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> dict[str, Float[Tensor, "batch ?classes"]]:
        """Logits of every factor."""
        pooled = self.backbone(images).mean(dim=(2, 3))
        return {factor: head(pooled) for factor, head in self.heads.items()}

    def loss(
        self, images: Float[Tensor, "batch 3 height width"], labels: dict[str, Int[Tensor, "batch"]]
    ) -> Float[Tensor, ""]:
        """Sum of the factors' cross-entropies.

        Raises:
            BackboneError: if the labels are not of exactly the factors that have heads.
        """
        if set(labels) != set(self.heads):
            raise BackboneError(f"labels of {sorted(labels)}; expected exactly {sorted(self.heads)}")
        logits = self(images)
        return torch.stack([F.cross_entropy(logits[factor], labels[factor]) for factor in self.heads]).sum()
