"""What is stored of the maps beside the one over cells: which cells, and which frames, attend to which."""

from collections.abc import Sequence

import numpy as np
import torch

from working_memory import WorkingMemoryOutput


def stored_maps(outputs: Sequence[WorkingMemoryOutput], height: int, width: int) -> dict[str, np.ndarray]:
    """Summaries per frame, for the models that have such maps.

    `cells/received` `[rows, heads, height, width]` is what each cell gets of the attention of all cells, one on
    average, and `cells/entropy` `[rows, heads]` the mean entropy of the cells over its maximum.
    `time/weights` `[rows, heads, time]` is what the frame of a row gives to each frame, and `time/entropy`
    `[rows, heads]` its entropy over the largest that the frames so far allow: 1 at the first, which has but itself.
    """
    cells = [output.cells for output in outputs if output.cells is not None]
    frames = [output.recalled for output in outputs if output.recalled is not None]
    found: dict[str, np.ndarray] = {}
    if cells:
        received = torch.cat([each.received().flatten(0, 1) for each in cells])
        entropy = torch.cat([each.entropy().mean(-1).flatten(0, 1) for each in cells])
        found["cells/received"] = received.unflatten(-1, (height, width)).numpy()
        found["cells/entropy"] = entropy.numpy() / np.log(height * width)
    if frames:
        weights = torch.cat([each.dense().transpose(1, 2).flatten(0, 1) for each in frames])
        entropy = torch.cat([each.entropy().transpose(1, 2) for each in frames])
        largest = torch.arange(1, entropy.shape[1] + 1).log().unsqueeze(-1)
        found["time/weights"] = weights.numpy()
        found["time/entropy"] = torch.where(largest > 0, entropy / largest, 1.0).flatten(0, 1).numpy()
    return found
