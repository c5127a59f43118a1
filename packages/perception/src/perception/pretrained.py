"""Networks of torchvision as backbones: their ImageNet statistics, and their weights from a file or the hub."""

from pathlib import Path
from typing import Any, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .backbones import Backbone
from .errors import BackboneError
from .weights import fit_state, read_state

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class ImageNetBackbone(Backbone):
    """A network of torchvision without its classifier; ImageNet's mean and deviation are inside."""

    mean: Tensor
    std: Tensor

    def __init__(self, body: nn.Module):
        super().__init__()
        self.body: Any = body
        for name, values in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD)):
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)

    def standardized(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch 3 height width"]:
        """Images in [0, 1] as the network was trained on them: (x − mean) / deviation, by channel."""
        return (images - self.mean) / self.std


Network = TypeVar("Network", bound=ImageNetBackbone)


def torchvision_models(needed_by: str) -> Any:
    """Torchvision's networks.

    Raises:
        BackboneError: torchvision is not there, or does not fit torch.
    """
    try:
        from torchvision import models
    except (ImportError, RuntimeError) as error:  # a wheel built for another torch raises RuntimeError
        raise BackboneError(f"{needed_by} needs torchvision: {error}. Install perception[resnet]") from error
    return models


def hub_state(weights: str) -> dict[str, Tensor]:
    """The IMAGENET1K_V1 state of a kind of weights such as `ResNet50_Weights`, downloaded once.

    Raises:
        BackboneError: it cannot be downloaded.
    """
    try:
        return getattr(torchvision_models(weights), weights).IMAGENET1K_V1.get_state_dict(check_hash=True)
    except (OSError, RuntimeError) as error:
        raise BackboneError(
            f"the ImageNet weights cannot be downloaded ({error}); give a file of weights"
        ) from error


def with_weights(backbone: Network, weights: Path | None, *, hub: str, head: str) -> Network:
    """The backbone, whose `body` has the weights of a file, or of the hub's `hub`; what is under `head` is left out.

    A file is safetensors or a state dict of `torch.save`, as torchvision or `save_weights` writes it.

    Raises:
        BackboneError: the weights cannot be read or downloaded, or do not fit.
    """
    state = hub_state(hub) if weights is None else read_state(weights)
    body = {name.removeprefix("body."): value for name, value in state.items() if not name.startswith(head)}
    fit_state(backbone.body, body, str(weights or "the downloaded weights"))
    return backbone
