"""Sets of different sizes as one tensor, and back."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from object_persistence.errors import PersistenceError


@dataclass(frozen=True, eq=False)
class PaddedTokens:
    """Tokens of several clips, as many for each as the largest has, and which detection each belongs to."""

    tokens: Float[Tensor, "batch tokens dim"]
    mask: Bool[Tensor, "batch tokens"]
    """True where there is a detection."""
    index: Int[Tensor, "batch tokens"]
    """Row of the detection in its clip; -1 for padding."""

    @classmethod
    def of(cls, clips: Sequence[Float[Tensor, "_ dim"]], pad: int | None = None) -> "PaddedTokens":
        """Pad the tokens of each clip with zeros.

        Raises:
            PersistenceError: without a clip, or where one has more detections than `pad`; nothing is cut.
        """
        tokens = pad_rows(clips, pad)
        index = row_index([len(each) for each in clips], tokens.shape[1]).to(tokens.device)
        return cls(tokens, index >= 0, index)

    def unpad(self, values: Shaped[Tensor, "batch tokens *rest"] | None = None) -> list[Tensor]:
        """The tokens of each clip, or values that stand beside them, in the order of its detections."""
        return unpad_rows(self.tokens if values is None else values, self.index)


def pad_rows(clips: Sequence[Shaped[Tensor, "_ *rest"]], pad: int | None = None) -> Tensor:
    """Stack arrays of different lengths `[batch, rows, *rest]`, with zeros behind the shorter ones.

    Raises:
        PersistenceError: if there is none, or one is longer than `pad`.
    """
    if not clips:
        raise PersistenceError("a batch of no clips; give one at least.")
    most = max(len(each) for each in clips)
    if pad is not None and most > pad:
        raise PersistenceError(f"a clip has {most} detections, and the pad is {pad}; expected pad >= {most}.")
    rows = most if pad is None else pad
    padded = clips[0].new_zeros((len(clips), rows, *clips[0].shape[1:]))
    for clip, values in zip(padded, clips, strict=True):
        clip[: len(values)] = values
    return padded


def row_index(lengths: Sequence[int], rows: int) -> Int[Tensor, "batch rows"]:
    """0 … n − 1 for each clip of n rows, then -1."""
    places = torch.arange(rows)
    return torch.where(places < torch.tensor(lengths).unsqueeze(-1), places, -1)


def unpad_rows(values: Shaped[Tensor, "batch rows *rest"], index: Int[Tensor, "batch rows"]) -> list[Tensor]:
    """What belongs to the rows of each clip, in the order of the rows."""
    return [clip[index >= 0][index[index >= 0].argsort()] for clip, index in zip(values, index, strict=True)]
