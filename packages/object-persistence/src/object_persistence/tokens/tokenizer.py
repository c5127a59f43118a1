"""Detections as the tokens of a transformer."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from object_persistence.errors import PersistenceError
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.fourier import Fourier
from object_persistence.tokens.padded import PaddedTokens
from object_persistence.tokens.patches import PatchEncoder
from object_persistence.tokens.track_line import HORIZON, track_line
from object_persistence.tokens.track_statistics import STATISTICS, track_statistics


class ObjectTokenizer(nn.Module):
    """A token for each detection: the sum of what it looks like, where and when it is, and what its track is like.

        token = CNN(patch) + W_s (log sigma, log snr) + W_p fourier(y, x) + W_t fourier(frame) + MLP(track)

    All of it is learned and part of the state dict: two models with one tokenizer see one space.

    Args:
        dim: width of a token.
        channels: of a patch.
        size: side of a patch in pixels; 1 for the features of a frozen backbone (`backbone_patches`).
        position: whether the token knows where it is.
        time: whether it knows its frame.
        tracks: whether it knows the statistics of its linked track.
    """

    def __init__(
        self,
        dim: int,
        channels: int = 1,
        size: int = 9,
        *,
        position: bool = True,
        time: bool = True,
        tracks: bool = True,
    ):
        super().__init__()
        self.patch_shape = (channels, size, size)
        self.patch = PatchEncoder(channels, size, dim)
        self.size = nn.Linear(2, dim)
        self.position = _waves(2, 6, 8.0, 256.0, dim) if position else None
        self.time = _waves(1, 5, 2.0, 64.0, dim) if time else None
        self.track = TrackEncoder(dim) if tracks else None

    def forward(self, batch: TokenBatch) -> PaddedTokens:
        """Tokens `[batch, tokens, dim]`; zeros where there is no detection.

        Raises:
            PersistenceError: if patches have another shape.
        """
        if tuple(batch.patches.shape[2:]) != self.patch_shape:
            raise PersistenceError(
                f"patches are {list(batch.patches.shape[2:])}; this tokenizer expects {list(self.patch_shape)}, "
                "channels first."
            )
        tokens = self.patch(batch.patches) + self.size(_logs(batch))
        if self.position is not None:
            tokens = tokens + self.position(batch.position)
        if self.time is not None:
            tokens = tokens + self.time(batch.frame.unsqueeze(-1).to(tokens.dtype))
        if self.track is not None:
            tokens = tokens + self.track(batch)
        return PaddedTokens(tokens * batch.mask.unsqueeze(-1), batch.mask, batch.index)


class TrackEncoder(nn.Module):
    """The statistics of a detection's track, each in units of its spread over training, through two linear layers.

    Batch norm (Ioffe and Szegedy 2015) over real detections alone; afterwards the means of training are kept.
    """

    def __init__(self, dim: int):
        super().__init__()
        self.norm = nn.BatchNorm1d(len(STATISTICS), affine=False)
        self.layers = nn.Sequential(nn.Linear(len(STATISTICS), 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, batch: TokenBatch) -> Float[Tensor, "batch tokens dim"]:
        """One vector per detection; padding gets that of zeros."""
        told = track_statistics(batch, track_line(batch), track_line(batch, HORIZON))
        # A single detection has no spread to be measured by.
        if not self.training or batch.mask.sum() > 1:
            told = told.masked_scatter(batch.mask.unsqueeze(-1), self.norm(told[batch.mask]))
        return self.layers(told)


def _waves(axes: int, waves: int, shortest: float, longest: float, dim: int) -> nn.Sequential:
    fourier = Fourier(axes, waves, shortest, longest)
    return nn.Sequential(fourier, nn.Linear(fourier.width, dim))


def _logs(batch: TokenBatch) -> Tensor:
    return torch.stack([batch.sigma, batch.snr], -1).clamp_min(1e-3).log()
