"""What torchvision has: its networks, and the ImageNet weights of its hub."""

from typing import Any

from torch import Tensor

from .errors import BackboneError

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


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
