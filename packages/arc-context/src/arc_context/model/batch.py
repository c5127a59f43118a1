"""Episodes as tensors: several of them, padded to a common size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Bool, Int
from torch import Tensor

from arc_context.errors import ArcError
from arc_context.model.canvas import PAD as PAD
from arc_context.model.canvas import area, canvas_sides

if TYPE_CHECKING:
    from arc_context.tasks.episodes import Episode


@dataclass(frozen=True, eq=False)
class EpisodeBatch:
    """Queries beside their support sets; every tensor's first axis is the episode, and `PAD` stands beyond a grid."""

    test: Int[Tensor, "batch height width"]
    train_inputs: Int[Tensor, "batch pairs height width"]
    train_outputs: Int[Tensor, "batch pairs height width"]
    pair_mask: Bool[Tensor, "batch pairs"]
    """True where there is a pair."""
    canvas: Bool[Tensor, "batch height width"]
    """True where the answer may have a cell, as far as test input and support tell."""
    answer: Int[Tensor, "batch height width"] | None = None
    """None where an episode's answer is not known."""

    @classmethod
    def of(cls, episodes: "Sequence[Episode]", side: int | None = None) -> "EpisodeBatch":
        """Join episodes, padded to the largest height and width among them, or to `side` both ways.

        An answer that is larger than its canvas is kept whole; no model reaches its outer cells.

        Raises:
            ArcError: without an episode; where a grid or canvas is larger than `side`, naming the task.
        """
        if not episodes:
            raise ArcError("a batch of no episodes; expected one or more")
        pairs = max(len(each.support) for each in episodes)
        extent = torch.stack([_canvas_sides(each) for each in episodes])
        largest = _largest(episodes, extent, side)
        known = all(each.answer is not None for each in episodes)
        return cls(
            _padded([each.query for each in episodes], largest),
            _support([[pair.input for pair in each.support] for each in episodes], pairs, largest),
            _support([[pair.output for pair in each.support] for each in episodes], pairs, largest),
            torch.tensor([[n < len(each.support) for n in range(pairs)] for each in episodes]).reshape(
                len(episodes), pairs
            ),
            area(extent, *largest),
            _padded([each.answer for each in episodes], largest) if known else None,
        )

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> "EpisodeBatch":
        """The batch of such a mapping as `tensors` gives; other entries are let be."""
        return cls(**{field.name: tensors[field.name] for field in fields(cls) if field.name in tensors})

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor by name; without `answer` where it is not known."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: tensor for name, tensor in named.items() if tensor is not None}

    def to(self, device: torch.device | str) -> "EpisodeBatch":
        """The batch on another device."""
        return EpisodeBatch(**{name: tensor.to(device) for name, tensor in self.tensors().items()})

    def __len__(self) -> int:
        return len(self.test)


def _canvas_sides(episode: "Episode") -> Int[Tensor, " 2"]:
    def shapes(grids: list[np.ndarray]) -> Tensor:
        return torch.tensor([grid.shape for grid in grids], dtype=torch.long).reshape(1, -1, 2)

    inputs, outputs = (
        shapes([getattr(pair, kind) for pair in episode.support]) for kind in ("input", "output")
    )
    there = torch.ones(1, len(episode.support), dtype=torch.bool)
    return canvas_sides(torch.tensor([episode.query.shape]), inputs, outputs, there)[0]


def _largest(
    episodes: "Sequence[Episode]", extent: Int[Tensor, "batch 2"], side: int | None
) -> tuple[int, int]:
    """Height and width that hold every grid and every canvas."""
    needed = torch.stack(
        [torch.tensor([grid.shape for grid in _grids(each)]).amax(0) for each in episodes]
    ).maximum(extent)
    if side is None:
        height, width = needed.amax(0).tolist()
        return height, width
    for episode, sides in zip(episodes, needed.tolist(), strict=True):
        if max(sides) > side:
            raise ArcError(
                f"task {episode.task}: a side of {side} is too short for {sides[0]} × {sides[1]} cells; "
                f"give {max(sides)} or more"
            )
    return side, side


def _grids(episode: "Episode") -> list[np.ndarray]:
    grids = [episode.query, episode.answer]
    grids += [grid for pair in episode.support for grid in (pair.input, pair.output)]
    return [grid for grid in grids if grid is not None]


def _padded(
    grids: Sequence[np.ndarray | None], largest: tuple[int, int]
) -> Int[Tensor, "grids height width"]:
    padded = np.full((len(grids), *largest), PAD, np.int64)
    for row, grid in zip(padded, grids, strict=True):
        if grid is not None:
            row[: grid.shape[0], : grid.shape[1]] = grid
    return torch.from_numpy(padded)


def _support(
    grids: Sequence[Sequence[np.ndarray | None]], pairs: int, largest: tuple[int, int]
) -> Int[Tensor, "batch pairs height width"]:
    filled = [grid for each in grids for grid in (*each, *[None] * (pairs - len(each)))]
    return _padded(filled, largest).unflatten(0, (len(grids), pairs))
