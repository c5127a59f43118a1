"""The earlier code's names, as thin presets: what it did, on the parts of this package.

Two of its choices are kept because they are what went wrong. Colour is the label, so that nothing has to last to be
told apart. And a data set that is given no tokenizer draws a random one of its own, so that two data sets describe
the same object in two unrelated spaces; give one tokenizer to both.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from attention_core import Attended, AttentionMap, MultiHeadAttention
from attention_core.masking import silence
from object_persistence.detection.boxes import Box
from object_persistence.detection.frames import grey
from object_persistence.detection.threshold_detector import ThresholdDetector
from object_persistence.errors import PersistenceError
from object_persistence.tokens.padded import PaddedTokens
from object_persistence.videos.clip import Clip

DIM, HEADS, LAYERS, HIDDEN = 256, 8, 2, 512
FRAMES = 100
"""Frames that have an embedding."""


class Crop(NamedTuple):
    """The picture inside a box, `[channels, height, width]`, and its frame."""

    frame: int
    picture: Float[np.ndarray, "channels height width"]


def crops_of(clip: Clip, detector: ThresholdDetector | None = None) -> list[Crop]:
    """What is inside the boxes of a clip's bright regions, frame by frame."""
    detector = ThresholdDetector() if detector is None else detector
    colours = clip.frames if clip.frames.ndim == 4 else clip.frames[..., None].repeat(3, -1)
    boxes = [
        (frame, box) for frame, picture in enumerate(grey(clip.frames)) for box in detector.boxes(picture)
    ]
    return [Crop(frame, _inside(colours[frame], box)) for frame, box in boxes]


def _inside(picture: Float[np.ndarray, "height width channels"], box: Box) -> Float[np.ndarray, "..."]:
    rows, columns = slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)
    return picture[rows, columns].transpose(2, 0, 1)


class PseudoTracker:
    """Tracks by colour, without any linking: whatever is bright enough is the one object that lasts.

    A detection whose mean over pixels and channels is above `brightness` is persistent and of track 0; every other
    one is a track of its own. A white disc fills about three quarters of its box, a small one less: at 0.7, the
    earlier value, many are called transient.
    """

    def __init__(self, brightness: float = 0.7):
        self.brightness = brightness

    def __call__(
        self, crops: Sequence[Crop]
    ) -> tuple[Int[np.ndarray, " detections"], Bool[np.ndarray, " detections"]]:
        """Track of each detection, and whether it counts as persistent."""
        persistent = np.array([crop.picture.mean() > self.brightness for crop in crops], dtype=bool)
        return np.where(persistent, 0, np.cumsum(~persistent)), persistent


class RandomTokenizer(nn.Module):
    """Tokens by random weights that are never trained: a convolution, its mean over 4 × 4 places, a linear layer.

    token = W · pool(relu(conv(crop))) + embedding(frame)
    """

    def __init__(self):
        super().__init__()
        pooled = nn.AdaptiveAvgPool2d(4)
        self.picture = nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), pooled, nn.Flatten(), nn.Linear(512, DIM)
        )
        self.frame = nn.Embedding(FRAMES, DIM)
        self.requires_grad_(False)

    def forward(self, crops: Sequence[Crop]) -> Float[Tensor, "detections dim"]:
        """One token per detection.

        Raises:
            PersistenceError: if a frame has no embedding.
        """
        if crops and max(crop.frame for crop in crops) >= FRAMES:
            raise PersistenceError(
                f"frame {max(crop.frame for crop in crops)}; expected fewer than {FRAMES} frames."
            )
        pictures = [
            self.picture(torch.from_numpy(np.ascontiguousarray(crop.picture))[None])[0] for crop in crops
        ]
        frames = torch.tensor([crop.frame for crop in crops], dtype=torch.int64)
        return torch.stack(pictures) + self.frame(frames) if crops else torch.zeros(0, DIM)


class FastObjectDataset(torch.utils.data.Dataset):
    """Tokens and colour labels of clips.

    Args:
        clips: with colours, as `coloured()` makes them.
        tokenizer: to be shared with every other data set; without one, a random one is drawn, and what is learned
            here means nothing elsewhere.
        tracker: gives the labels.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        tokenizer: RandomTokenizer | None = None,
        tracker: PseudoTracker | None = None,
    ):
        self.tokenizer = RandomTokenizer() if tokenizer is None else tokenizer
        tracker, crops = tracker or PseudoTracker(), [crops_of(clip) for clip in clips]
        self.tokens = [self.tokenizer(each) for each in crops]
        self.labels = [torch.from_numpy(tracker(each)[1]) for each in crops]

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, index: int) -> tuple[Float[Tensor, "detections dim"], Bool[Tensor, " detections"]]:
        return self.tokens[index], self.labels[index]

    @staticmethod
    def collate(
        items: Sequence[tuple[Tensor, Tensor]],
    ) -> tuple[PaddedTokens, Bool[Tensor, "batch tokens"]]:
        """Padded tokens and labels of some items; nothing is cut."""
        labels = PaddedTokens.of([label[:, None].float() for _, label in items]).tokens[..., 0] > 0
        return PaddedTokens.of([tokens for tokens, _ in items]), labels


class PostNormBlock(nn.Module):
    """Tokens attend to each other, then each is transformed by itself, and what was added is normalised after it.

        h = norm(x + Attention(x)),   y = norm(h + W relu(W' h))

    Post-norm (Vaswani et al. 2017), as `nn.TransformerEncoderLayer` has it by default.
    """

    def __init__(self, dim: int, heads: int, hidden: int):
        super().__init__()
        self.attention = MultiHeadAttention(dim, heads)
        self.feed_forward = nn.Sequential(nn.Linear(dim, hidden), nn.ReLU(), nn.Linear(hidden, dim))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(2))

    def forward(
        self, tokens: Float[Tensor, "batch tokens dim"], mask: Bool[Tensor, "batch tokens"]
    ) -> Attended:
        """Transform tokens; what the mask leaves out neither attends nor is attended."""
        tokens = silence(tokens, mask)
        pairs = (mask.unsqueeze(-1) & mask.unsqueeze(-2)).unsqueeze(1)
        found, attention = self.attention(tokens, mask=pairs)
        first, second = self.norms
        tokens = first(tokens + found)
        return Attended(second(tokens + self.feed_forward(tokens)), attention)


class FastObjectTransformer(nn.Module):
    """Two post-norm layers of 8 heads, 256 wide, over tokens that were made before; each is persistent or transient.

    The earlier model with all of its parameters, and the maps of both layers.
    """

    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList(PostNormBlock(DIM, HEADS, HIDDEN) for _ in range(LAYERS))
        self.head = nn.Sequential(nn.Linear(DIM, DIM // 2), nn.ReLU(), nn.Linear(DIM // 2, 2))

    def forward(
        self, padded: PaddedTokens
    ) -> tuple[Float[Tensor, "batch tokens classes"], tuple[AttentionMap, ...]]:
        """Logits of transient and of persistent, and one map per layer."""
        tokens, maps = padded.tokens, []
        for block in self.blocks:
            tokens, attention = block(tokens, padded.mask)
            maps.append(attention)
        return self.head(tokens), tuple(maps)
