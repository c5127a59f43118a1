import math

import torch

from object_persistence.tokens.fourier import Fourier


def test_waves_are_those_of_the_formula():
    fourier = Fourier(2, 3, 4.0, 16.0)
    values = torch.tensor([[1.0, 5.0]])
    angles = [2 * math.pi * value / wavelength for value in (1.0, 5.0) for wavelength in (4.0, 8.0, 16.0)]
    expected = [wave(angle) for wave in (math.sin, math.cos) for angle in angles]
    torch.testing.assert_close(fourier(values), torch.tensor([expected]))
    assert fourier.width == 12
