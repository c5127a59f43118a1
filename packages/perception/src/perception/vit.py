"""ViT-B/16 as a backbone; torchvision is imported only by the functions that build it."""

from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from .errors import BackboneError
from .pretrained import ImageNetBackbone, torchvision_models, with_weights

SIDE = 224
"""Pixels of the images that its places were learned on."""


class ViTB16(ImageNetBackbone):
    """ViT-B/16 (Dosovitskiy 2021) up to its last layer norm.

    A map is the tokens of the patches of 16 × 16 pixels, in their places; the class token is left out. Where an image
    is not 224 × 224, the learned places are interpolated (bicubic), as torchvision's `interpolate_embeddings` does.

    Raises:
        BackboneError: an image's sides are not multiples of 16.
    """

    channels = 768

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch channels rows columns"]:
        """Map an image to a sixteenth of its height and width."""
        rows, columns = self._grid(images)
        patches = self.body.conv_proj(self.standardized(images)).flatten(2).transpose(1, 2)
        first = self.body.class_token.expand(len(images), -1, -1)
        tokens = torch.cat([first, patches], dim=1) + self._places(rows, columns)
        encoder = self.body.encoder
        seen = encoder.ln(encoder.layers(encoder.dropout(tokens)))
        return seen[:, 1:].transpose(1, 2).unflatten(2, (rows, columns))

    def _grid(self, images: Tensor) -> tuple[int, int]:
        side = self.body.patch_size
        height, width = images.shape[-2:]
        if height % side or width % side:
            raise BackboneError(
                f"images of {height} x {width}; ViT-B/16 needs multiples of {side}, resize them"
            )
        return height // side, width // side

    def _places(self, rows: int, columns: int) -> Float[Tensor, "1 tokens channels"]:
        places = self.body.encoder.pos_embedding
        side = SIDE // self.body.patch_size
        if (rows, columns) == (side, side):
            return places
        grid = places[:, 1:].transpose(1, 2).unflatten(2, (side, side))
        resized = F.interpolate(grid, size=(rows, columns), mode="bicubic", align_corners=True)
        return torch.cat([places[:, :1], resized.flatten(2).transpose(1, 2)], dim=1)


def vit_b_16(weights: Path | None = None) -> ViTB16:
    """ViT-B/16 in eval mode with the weights of this file, or else torchvision's IMAGENET1K_V1.

    Raises:
        BackboneError: torchvision is missing; see `with_weights`.
    """
    return with_weights(vit_b_16_untrained(), weights, hub="ViT_B_16_Weights", head="heads.")


def vit_b_16_untrained() -> ViTB16:
    """ViT-B/16 in eval mode with random weights: it costs what the trained one costs and knows nothing."""
    body = torchvision_models("vit_b_16").vit_b_16(weights=None)
    del body.heads
    return ViTB16(body).eval()
