import numpy as np
import pytest
from scipy import ndimage

from object_persistence.detection.scale_space import laplacians, scales


@pytest.mark.parametrize("size", [(64, 64), (7, 30), (1, 9), (128, 3)])
def test_the_cosine_transform_gives_scipys_laplacian_of_gaussian(size):
    frames = np.random.default_rng(0).random((2, *size), dtype=np.float32)
    sigmas = scales(0.8, 6.0, 5)
    expected = [
        [
            -(float(sigma) ** 2) * ndimage.gaussian_laplace(frame.astype(np.float64), float(sigma))
            for sigma in sigmas
        ]
        for frame in frames
    ]
    np.testing.assert_allclose(laplacians(frames, sigmas), expected, atol=5e-7)


@pytest.mark.parametrize("sigma", [1.5, 2.5])
def test_a_blob_answers_most_at_its_own_sigma_with_half_its_amplitude(drawn, sigma):
    sigmas = scales(1.0, 4.0, 7)
    response = laplacians(drawn([(24, 24, sigma, 0.8)]), sigmas)[0, :, 24, 24]
    assert sigmas[response.argmax()] == sigma
    assert response.max() == pytest.approx(0.4, abs=0.005)
