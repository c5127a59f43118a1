"""What a detection looks like, as a vector."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from perception import FrozenBackbone


class PatchEncoder(nn.Module):
    """A small trained CNN over patches: two convolutions, the second of stride 2, and a linear layer.

    Patches of one pixel, such as the features that `backbone_patches` makes, pass a linear layer alone.

    Args:
        channels: of a patch.
        size: its side in pixels.
        dim: width of the vector.
        filters: of the first convolution; the second has twice as many.
    """

    def __init__(self, channels: int, size: int, dim: int, filters: int = 8):
        super().__init__()
        side = (size + 1) // 2
        self.convolutions = nn.Identity() if size == 1 else _convolutions(channels, filters)
        self.project = nn.Linear(channels if size == 1 else 2 * filters * side * side, dim)

    def forward(
        self, patches: Float[Tensor, "batch tokens channels size size"]
    ) -> Float[Tensor, "batch tokens dim"]:
        """All patches of all clips in one call."""
        found = self.convolutions(patches.flatten(0, 1))
        return self.project(found.flatten(1)).unflatten(0, patches.shape[:2])


def _convolutions(channels: int, filters: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, filters, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(filters, 2 * filters, 3, stride=2, padding=1),
        nn.ReLU(),
    )


@torch.no_grad()
def backbone_patches(
    patches: Float[np.ndarray, "detections channels size size"],
    backbone: FrozenBackbone,
    side: int = 64,
    batch: int = 64,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> Float[np.ndarray, "detections features 1 1"]:
    """Patches as a frozen backbone of `perception` sees them: enlarged, three channels, features averaged over places.

    As `PreparedClip.patches` (`Sight` puts them there) they are read by a tokenizer of as many channels and size 1. The
    backbone brings its weights along, which are named by whoever makes it (`perception.resnet50(weights)`).

    Args:
        patches: with one channel or three, values 0 to 1.
        backbone: such as `freeze(resnet50(Path("weights.safetensors")))`.
        side: pixels to which a patch is enlarged.
        batch: patches at a time.
        report: is told how many are done, and of how many.
    """
    found = [np.zeros((0, backbone.channels), np.float32)]
    for start in range(0, len(patches), batch):
        some = enlarged(torch.from_numpy(patches[start : start + batch]), side)
        found.append(backbone(some).mean((2, 3)).numpy())
        report(start + len(some), len(patches))
    return np.concatenate(found)[..., None, None]


def enlarged(
    patches: Float[Tensor, "detections channels size size"], side: int
) -> Float[Tensor, "detections 3 side side"]:
    """Patches of another size, between pixels by bilinear interpolation; grey becomes three equal channels."""
    resized = F.interpolate(patches, size=(side, side), mode="bilinear", align_corners=False)
    return resized.expand(-1, 3, -1, -1)
