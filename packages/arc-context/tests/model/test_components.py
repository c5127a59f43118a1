import numpy as np
import torch
from hypothesis import given
from scipy.ndimage import label

from arc_context import PAD
from arc_context.model.components import components
from arc_context.testing import grids


@given(grid=grids(largest=9))
def test_components_are_those_of_scipy(grid):
    few = (grid % 3).astype(np.int64)
    padded = np.pad(few, ((0, 1), (0, 2)), constant_values=PAD)
    found = (
        components(torch.from_numpy(padded)[None])[0]
        .view(padded.shape)
        .numpy()[: few.shape[0], : few.shape[1]]
    )
    expected = sum((colour + 1) * 1000 * (few == colour) + label(few == colour)[0] for colour in range(3))
    pairs = set(zip(found.flatten().tolist(), expected.flatten().tolist(), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})


def test_a_spiral_is_one_component():
    spiral = np.array(
        [
            [1, 1, 1, 1, 1, 1],
            [0, 0, 0, 0, 0, 1],
            [1, 1, 1, 1, 0, 1],
            [1, 0, 0, 1, 0, 1],
            [1, 0, 1, 1, 0, 1],
            [1, 0, 0, 0, 0, 1],
            [1, 1, 1, 1, 1, 1],
        ]
    )
    found = components(torch.from_numpy(spiral)[None])[0].view(7, 6)
    assert len(set(found[torch.from_numpy(spiral == 1)].tolist())) == 1
    assert len(set(found[torch.from_numpy(spiral == 0)].tolist())) == 1
