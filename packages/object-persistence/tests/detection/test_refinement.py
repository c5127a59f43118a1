import numpy as np
import pytest

from object_persistence import LoGDetector

SNR = 10


@pytest.fixture(scope="module")
def located():
    """Centres between the pixels, and errors of y, x and sigma of blobs of SNR 10: as refined, and on the grid."""
    rng = np.random.default_rng(0)
    centre, sigma = 16 + rng.uniform(-0.5, 0.5, (800, 2)), rng.uniform(1.4, 2.6, 800)
    rows, columns = np.mgrid[:33, :33]
    far = (rows - centre[:, :1, None]) ** 2 + (columns - centre[:, 1:, None]) ** 2
    frames = np.exp(-far / 2 / sigma[:, None, None] ** 2) + rng.normal(0, 1 / SNR, far.shape)
    errors = []
    for subpixel in (True, False):
        found = LoGDetector(threshold=0.3, subpixel=subpixel)(frames)
        assert (found.frame == np.arange(800)).all()
        errors.append(np.c_[found.y, found.x, found.sigma] - np.c_[centre, sigma])
    return centre - 16, *errors


def test_positions_are_as_sure_as_the_noise_allows(located):
    fine, grid = (errors[:, :2] for errors in located[1:])
    least = np.sqrt(2 / np.pi) / SNR  # Cramér and Rao's bound for a Gaussian sampled finely
    assert least < np.sqrt((fine**2).mean()) < 0.09
    assert np.sqrt((grid**2).mean()) > 0.28
    assert np.abs(fine.mean(0)).max() < 0.01


def test_positions_have_no_bias_towards_pixels(located):
    offset, fine, grid = located[0].ravel(), located[1][:, :2].ravel(), located[2][:, :2].ravel()
    assert np.polyfit(offset, grid, 1)[0] < -0.4  # towards the centre of the pixel
    assert abs(np.polyfit(offset, fine, 1)[0]) < 0.03


def test_sigma_is_refined_without_bias(located):
    fine, grid = (errors[:, 2] for errors in located[1:])
    assert abs(fine.mean()) < 0.02
    assert np.sqrt((fine**2).mean()) < 0.1 < np.sqrt((grid**2).mean())


def test_without_noise_a_blob_is_where_it_is(drawn):
    found = LoGDetector()(drawn([(20.3, 17.8, 2.1, 0.7), (38.45, 30.5, 1.6, 0.5)]))
    np.testing.assert_allclose(
        np.c_[found.y, found.x, found.sigma], [[20.3, 17.8, 2.1], [38.45, 30.5, 1.6]], atol=1e-3
    )
    np.testing.assert_allclose(found.response, [0.35, 0.25], rtol=0.04)


@pytest.mark.parametrize("y", [0.2, 46.9])
def test_half_a_blob_at_the_border_is_found_where_it_is(drawn, y):
    found = LoGDetector()(drawn([(y, 20.4, 2, 0.8)]))
    assert found.x == pytest.approx([20.4], abs=0.02)
    assert found.y == pytest.approx([y], abs=0.5)


def test_a_blob_beside_a_brighter_one_is_not_drawn_into_it(drawn):
    found = LoGDetector(1.2, 2, 3, 0.08, 0.8)(drawn([(20, 20, 2, 1.0), (20, 25.6, 2, 0.4)]))
    np.testing.assert_allclose(np.sort(found.x), [20, 25.6], atol=0.5)
    np.testing.assert_allclose(found.y, 20, atol=0.1)
