"""ResNet-50 as a backbone; torchvision is imported only by the functions that build it."""

from collections import OrderedDict
from pathlib import Path

from jaxtyping import Float
from torch import Tensor, nn

from .pretrained import ImageNetBackbone, torchvision_models, with_weights


class ResNet50(ImageNetBackbone):
    """ResNet-50 (He 2016) up to its last feature map."""

    channels = 2048

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch channels rows columns"]:
        """Map an image to a thirty-second of its height and width, rounded up."""
        return self.body(self.standardized(images))


def resnet50(weights: Path | None = None) -> ResNet50:
    """ResNet-50 in eval mode with the weights of this file, or else torchvision's IMAGENET1K_V1.

    Raises:
        BackboneError: torchvision is missing; see `with_weights`.
    """
    return with_weights(resnet50_untrained(), weights, hub="ResNet50_Weights", head="fc.")


def resnet50_untrained() -> ResNet50:
    """ResNet-50 in eval mode with random weights: it costs what the trained one costs and knows nothing."""
    network = torchvision_models("resnet50").resnet50(weights=None)
    children = {name: part for name, part in network.named_children() if name not in ("avgpool", "fc")}
    body = nn.Sequential(OrderedDict(children))
    return ResNet50(body).eval()
