"""Feature maps of a frozen backbone, computed once per image and kept by content."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from .errors import BackboneError
from .images import ImageSet
from .weights import weights_fingerprint

VERSION = "1"  # raise when the same images and weights would give other maps
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """A backbone's maps and their means over positions, one row per image of the set they were made from."""

    maps: Float[np.ndarray, "images channels height width"]
    pooled: Float[np.ndarray, "images channels"]

    def __len__(self) -> int:
        return len(self.maps)


def feature_maps(
    backbone: nn.Module,
    images: ImageSet,
    *,
    cache: Path | None,
    batch: int = 256,
    progress: Progress | None = None,
    scratch: Path | None = None,
) -> FeatureMaps:
    """Run a frozen backbone over every image once.

    With a cache folder the maps are memory-mapped from it, under a key of the images, the weights and
    VERSION; what is there already is not computed again. While they are computed they lie in a temporary file
    in `scratch`, the cache folder unless told, and not in memory. `progress` is called with the number of
    images done and their total.

    Raises:
        BackboneError: if the backbone is not frozen, the set or batch is empty, or a feature is not finite.
    """
    if backbone.training or any(parameter.requires_grad for parameter in backbone.parameters()):
        raise BackboneError("feature maps come from a frozen backbone; call freeze(backbone) first")
    if len(images) == 0 or batch < 1:
        raise BackboneError(f"{len(images)} images in batches of {batch}; expected at least one of each")
    run: Callable[..., tuple[np.ndarray, np.ndarray]] = _run
    if cache is not None:
        memory = joblib.Memory(cache, mmap_mode="r", verbose=0)
        ignored = ["backbone", "images", "batch", "progress", "scratch"]
        run = memory.cache(_run, ignore=ignored)  # pyright: ignore[reportAssignmentType]
    key = f"{images.fingerprint} {weights_fingerprint(backbone)} {VERSION}"
    return FeatureMaps(*run(key, backbone, images, batch, progress, scratch or cache))


def _run(
    key: str,
    backbone: nn.Module,
    images: ImageSet,
    batch: int,
    progress: Progress | None,
    scratch: Path | None,
) -> tuple[np.ndarray, np.ndarray]:
    maps, pooled = None, None
    for start in range(0, len(images), batch):
        rows = slice(start, min(start + batch, len(images)))
        features = _features(backbone, images, rows)
        if maps is None or pooled is None:
            maps = _empty((len(images), *features.shape[1:]), scratch)
            pooled = np.empty(maps.shape[:2], dtype=np.float32)
        maps[rows], pooled[rows] = features.numpy(), features.mean(dim=(2, 3)).numpy()
        if progress is not None:
            progress(rows.stop, len(images))
    return maps, pooled  # pyright: ignore[reportReturnType] - the set is not empty


def _empty(shape: tuple[int, ...], scratch: Path | None) -> Float[np.ndarray, "..."]:
    """Room in memory, or in a file without a name that is gone with the array."""
    if scratch is None:
        return np.empty(shape, dtype=np.float32)
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=scratch) as file:
        return np.memmap(file, dtype=np.float32, mode="w+", shape=shape)


@torch.no_grad()
def _features(backbone: nn.Module, images: ImageSet, rows: slice) -> torch.Tensor:
    device = next((tensor.device for tensor in backbone.state_dict().values()), torch.device("cpu"))
    features = backbone(images.tensor(rows).to(device)).float().cpu()
    if not bool(torch.isfinite(features).all()):
        raise BackboneError(
            f"features of images {rows.start} to {rows.stop - 1} are not finite; check the weights"
        )
    return features
