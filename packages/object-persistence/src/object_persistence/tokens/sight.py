"""What a frozen backbone sees in patches, in place of their pixels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from object_persistence.clips.prepared import PreparedClip
from object_persistence.configuration import BackboneConfig
from object_persistence.tokens.patches import backbone_patches, enlarged
from perception import Backbone, FrozenBackbone, Standardized, freeze, resnet50, vit_b_16, weights_fingerprint

NETWORKS: dict[str, Callable[[Path | None], Backbone]] = {"resnet50": resnet50, "vit_b_16": vit_b_16}
"""Every kind of backbone, made with the weights of a file, or else the hub's."""
STANDARDIZED_ON = 512
"""Training patches whose maps give the means and deviations of channels."""


@dataclass(frozen=True, eq=False)
class Sight:
    """A frozen backbone that looks at enlarged patches; a detection keeps the means of its channels over places."""

    backbone: FrozenBackbone
    side: int
    """Pixels to which a patch is enlarged."""

    @classmethod
    def of(cls, config: BackboneConfig, clips: Sequence[PreparedClip]) -> "Sight":
        """That of an experiment, its channels standardized on some training clips' patches.

        Raises:
            BackboneError: the weights cannot be had, or are of another network.
        """
        network = NETWORKS[config.kind](None if config.weights is None else Path(config.weights))
        patches = np.concatenate([clip.patches for clip in clips])
        some = np.random.default_rng(0).permutation(len(patches))[:STANDARDIZED_ON]
        fitted = Standardized(network).fit(enlarged(torch.from_numpy(patches[some]), config.side))
        return cls(freeze(fitted), config.side)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over structure and weights, and the size that it sees."""
        return f"{weights_fingerprint(self.backbone)} {self.side}"

    def features(
        self, clips: Sequence[PreparedClip], report: Callable[[int, int], None] = lambda done, of: None
    ) -> Float[np.ndarray, "detections features 1 1"]:
        """What is seen of all detections, in order, as patches of one pixel."""
        patches = np.concatenate([clip.patches for clip in clips])
        return backbone_patches(patches, self.backbone, self.side, report=report)

    def __call__(self, clips: Sequence[PreparedClip]) -> list[PreparedClip]:
        """The clips with what is seen of each detection as a patch of one pixel."""
        return with_features(clips, self.features(clips)) if clips else []


def with_features(
    clips: Sequence[PreparedClip], features: Float[np.ndarray, "detections features 1 1"]
) -> list[PreparedClip]:
    """The clips, each with the rows that are of its detections as patches."""
    ends = np.cumsum([len(clip) for clip in clips])
    rows = np.split(features, ends[:-1])
    return [replace(clip, patches=each) for clip, each in zip(clips, rows, strict=True)]
