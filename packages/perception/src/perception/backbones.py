"""Networks that turn images in [0, 1] into feature maps, and a head to train them."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from .errors import BackboneError


class Backbone(nn.Module):
    """What takes images [batch, 3, height, width] in [0, 1] to maps [batch, channels, rows, columns]."""

    channels: int


class SmallCNN(Backbone):
    """Three convolutions of stride 2 and one of stride 1, each with group norm (Wu 2018).

    The first also sees coordinates (Liu 2018). The last widens what a cell sees to 33 pixels, about a solid in a frame
    of 64: without it held-out identities are told apart by the colours of their parts and not by their shape.
    """

    def __init__(self, channels: tuple[int, int, int] = (24, 48, 96)):
        super().__init__()
        first, second, self.channels = channels
        self.stages = nn.Sequential(
            _stage(5, first, 5),
            _stage(first, second, 3),
            _stage(second, self.channels, 3),
            _stage(self.channels, self.channels, 3, stride=1),
        )

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch channels rows columns"]:
        """Map an image to an eighth of its height and width, rounded up."""
        return self.stages(torch.cat([(images - 0.5) / 0.25, _coordinates(images)], dim=1))


def _stage(inputs: int, outputs: int, kernel: int, stride: int = 2) -> nn.Sequential:
    groups = next(groups for groups in (8, 4, 2, 1) if outputs % groups == 0)
    convolution = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2)
    return nn.Sequential(convolution, nn.GroupNorm(groups, outputs), nn.ReLU())


def _coordinates(images: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 2 height width"]:
    batch, _, height, width = images.shape
    y, x = (torch.linspace(-1, 1, n, device=images.device, dtype=images.dtype) for n in (height, width))
    return torch.stack([y[:, None].expand(height, width), x.expand(height, width)]).expand(batch, -1, -1, -1)


class Standardized(Backbone):
    """A backbone whose channels are shifted and scaled: (f(x) − mean) / deviation."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, backbone: Backbone):
        super().__init__()
        self.backbone, self.channels = backbone, backbone.channels
        self.register_buffer("mean", torch.zeros(self.channels, 1, 1))
        self.register_buffer("deviation", torch.ones(self.channels, 1, 1))

    @torch.no_grad()
    def fit(self, images: Float[Tensor, "batch 3 height width"]) -> "Standardized":
        """Take mean and deviation over all positions of these images; a channel that never varies is only shifted."""
        deviation, mean = torch.std_mean(self.backbone(images), dim=(0, 2, 3), correction=0)
        self.mean.copy_(mean[:, None, None])
        self.deviation.copy_(torch.where(deviation > 0, deviation, 1.0)[:, None, None])
        return self

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch channels rows columns"]:
        """Map images as the backbone does, each channel shifted and scaled."""
        return (self.backbone(images) - self.mean) / self.deviation


class FrozenBackbone(Backbone):
    """A backbone that is never trained: its weights take no gradients, and it stays in eval mode."""

    def __init__(self, backbone: Backbone):
        super().__init__()
        self.backbone = backbone.requires_grad_(False)
        self.channels = backbone.channels
        self.eval()

    def train(self, mode: bool = True) -> "FrozenBackbone":
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

    def forward(self, images: Float[Tensor, "batch 3 height width"]) -> dict[str, Tensor]:
        """Logits [batch, classes] of every factor."""
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
