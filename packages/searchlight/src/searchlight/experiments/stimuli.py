"""Pictures and frozen features of an experiment, made once and read from the cache by every seed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import torch
from jaxtyping import Float
from torch import nn

from perception import (
    Backbone,
    FeatureMaps,
    FrozenBackbone,
    ImageSet,
    SmallCNN,
    Standardized,
    StimulusDesign,
    feature_maps,
    freeze,
    load_weights,
    read_image_folder,
    resnet50,
    weights_fingerprint,
)
from searchlight.caching import remembered
from searchlight.experiments.base import Report
from searchlight.experiments.preparation import colour_mixing, prepared_weights
from working_memory import stimulus_design

if TYPE_CHECKING:
    from working_memory.configuration import BackboneConfig, StimuliConfig

LEAKAGE_ON = 2000
"""Training pictures on which leakage is measured."""

STANDARDIZED_ON = 512
"""Training pictures whose maps give the means and deviations of channels."""

VERSION = "1"  # raise when the same settings would give other pictures


def images_of(stimuli: "StimuliConfig", cache: Path | None, report: Report) -> ImageSet:
    """The user's pictures if there is a manifest, else rendered ones."""
    if stimuli.manifest is not None:
        return read_image_folder(Path(stimuli.manifest), stimuli.size)
    render = remembered(_render, cache, ignore=["report"])
    return render(stimulus_design(stimuli), VERSION, report)


def _render(design: StimulusDesign, version: str, report: Report) -> ImageSet:
    return design.render(lambda done, of: report("stimuli", done, of))


def recoloured_table(table: pl.DataFrame, rows: np.ndarray, copies: int) -> pl.DataFrame:
    """The rows of `with_recoloured`: those of the pictures, then those of the copies, each an identity of its own."""
    chosen = table[rows.tolist()]
    named = [chosen.with_columns(pl.col("identity") + f" recoloured {copy}") for copy in range(1, copies + 1)]
    return pl.concat([table, *named])


def with_recoloured(images: ImageSet, rows: np.ndarray, copies: int) -> ImageSet:
    """The pictures, followed by recoloured copies of some of them.

    All pictures of an identity are recoloured alike, with mixing weights that its new name alone draws.
    """
    table = recoloured_table(images.table, rows, copies)
    names = table["identity"][len(images) :].to_list()
    mixing = {name: colour_mixing(1, name_seed(name))[0] for name in set(names)}
    pictures = np.empty((len(table), *images.images.shape[1:]), np.uint8)
    pictures[: len(images)] = images.images
    for place, (row, name) in enumerate(zip(np.tile(rows, copies), names, strict=True), start=len(images)):
        channels = mixing[name] @ images.images[row].reshape(3, -1).astype(np.float32)
        pictures[place] = channels.clip(0, 255).reshape(images.images[row].shape)
    masks = images.masks
    return ImageSet(
        pictures, None if masks is None else np.concatenate([masks, *[masks[rows]] * copies]), table
    )


def name_seed(name: str) -> np.random.Generator:
    """A generator that only the name determines, in every process."""
    return np.random.default_rng(list(name.encode()))


def backbone_of(
    backbone: "BackboneConfig",
    images: ImageSet,
    training_rows: np.ndarray,
    cache: Path | None,
    report: Report,
) -> FrozenBackbone:
    """The frozen network that turns pictures into maps of standardized channels.

    small_cnn learns from the training rows, and so do the means and deviations; neither sees any other picture.
    """
    weights = None if backbone.weights is None else Path(backbone.weights)
    if backbone.kind == "resnet50":
        network = resnet50(weights)
    else:
        network = SmallCNN(backbone.channels)
        if weights is not None:
            load_weights(network, weights)
        else:
            prepare = remembered(prepared_weights, cache, ignore=["images", "training_rows", "report"])
            seen = images.select(training_rows).fingerprint
            state = prepare(backbone, seen, images, training_rows, report)
            network.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    sample = np.random.default_rng(0).choice(
        training_rows, min(len(training_rows), STANDARDIZED_ON), replace=False
    )
    return freeze(Standardized(network.eval()).fit(images.tensor(np.sort(sample))))


def leakage_of(images: ImageSet, rows: np.ndarray, cache: Path | None) -> dict[str, dict[str, Any]]:
    """What mean pixels, the object's mean colour and its size alone tell of category and identity."""
    measure = remembered(_leakage, cache, ignore=["images", "rows"])
    return measure(images.select(rows).fingerprint, images, rows)


def _leakage(seen: str, images: ImageSet, rows: np.ndarray) -> dict[str, dict[str, Any]]:
    # scikit-learn is slow to import, and most runs find these figures in the cache.
    from analysis import leakage

    chosen = images.select(
        np.sort(np.random.default_rng(0).choice(rows, min(len(rows), LEAKAGE_ON), replace=False))
    )
    pixels = chosen.images.astype(np.float32)
    features = {"mean pixel": pixels.mean((2, 3))}
    if chosen.masks is not None:
        size = chosen.masks.sum((1, 2), dtype=np.float32)[:, None]
        features["colour of the object"] = np.einsum("ichw,ihw->ic", pixels, chosen.masks) / np.maximum(
            size, 1
        )
        features["size of the object"] = size
    found = {}
    for factor, group in {"category": "identity", "identity": "viewpoint"}.items():
        groups = chosen.table.group_by(factor).agg(pl.col(group).n_unique())[group].to_numpy()
        if len(groups) > 1 and groups.min() > 1:
            labels, parts = chosen.table[factor].to_numpy(), chosen.table[group].to_numpy()
            told = leakage(features, labels, parts, folds=min(5, int(groups.min())))
            found |= {f"{factor} from {each.feature}": each.estimate.to_dict() for each in told}
    return found


def features_of(
    backbone: Backbone, images: ImageSet, rows: np.ndarray, copies: int, cache: Path | None, report: Report
) -> FeatureMaps:
    """Maps and their means of the pictures and of recoloured copies of some, memory-mapped from the cache."""
    run = remembered(
        _features, cache, ignore=["backbone", "images", "rows", "report", "scratch"], mapped=True
    )
    key = f"{images.fingerprint} {weights_fingerprint(backbone)} {VERSION}"
    return FeatureMaps(*run(key, copies, backbone, images, rows, report, cache))


def _features(
    key: str,
    copies: int,
    backbone: Backbone,
    images: ImageSet,
    rows: np.ndarray,
    report: Report,
    scratch: Path | None,
) -> tuple[np.ndarray, np.ndarray]:
    shown = with_recoloured(images, rows, copies)
    backbone.to("cuda" if torch.cuda.is_available() else "cpu")
    found = feature_maps(
        backbone,
        shown,
        cache=None,
        scratch=scratch,
        progress=lambda done, of: report("features", done, of),
    )
    backbone.to("cpu")
    return found.maps, found.pooled


def blank_of(backbone: nn.Module, images: ImageSet) -> Float[np.ndarray, "channels height width"]:
    """The map of an empty, black frame."""
    with torch.no_grad():
        return backbone(torch.zeros(1, 3, *images.size))[0].numpy()


def cell_cover(images: ImageSet, height: int, width: int) -> Float[np.ndarray, "images cells"] | None:
    """Share of each cell of the map that the object covers; None without masks."""
    if images.masks is None:
        return None
    masks = torch.from_numpy(images.masks.astype(np.float32)).unsqueeze(1)
    return nn.functional.adaptive_avg_pool2d(masks, (height, width)).flatten(1).numpy()
