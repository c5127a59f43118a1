import numpy as np
import pytest

from analysis.geometry.conditions import principal_angles
from analysis.geometry.planted_codes import planted_code


def span(code, item: int, step: int) -> np.ndarray:
    """Directions in which one item moves the state of one step, by least squares on all items shown so far."""
    member = np.hstack([np.eye(64)[code.conditions[:, shown]] for shown in range(step + 1)])
    effects, *_ = np.linalg.lstsq(member, code.states[:, step], rcond=None)
    own = effects[64 * item : 64 * (item + 1)]
    return np.linalg.svd(own - own.mean(0))[2][:3].T


def angle(code, first: tuple[int, int], second: tuple[int, int]) -> float:
    return float(np.degrees(principal_angles(span(code, *first), span(code, *second)).max()))


def test_a_slot_is_the_items_own_and_stays():
    code = planted_code("slots", noise=0.0)
    assert angle(code, (0, 0), (0, 2)) == pytest.approx(0, abs=1e-4)
    assert angle(code, (0, 0), (1, 1)) == pytest.approx(90)


def test_a_shared_rotating_code_is_that_of_the_age():
    code = planted_code("shared rotating", noise=0.0)
    assert angle(code, (0, 1), (1, 2)) == pytest.approx(0, abs=1e-4)
    assert angle(code, (0, 0), (0, 1)) == pytest.approx(90)


def test_noise_has_no_items_and_outlasts_the_steps():
    code = planted_code("noise", trials=5000)
    means = np.array([code.states[:, 0][code.conditions[:, 0] == c].mean(0) for c in range(64)])
    assert means.var() == pytest.approx(code.states[:, 0].var() * 64 / 5000, rel=0.15)
    # two equal parts of the variance, one of which stays: correlation one half
    assert np.corrcoef(code.states[:, 0].ravel(), code.states[:, 3].ravel())[0, 1] == pytest.approx(
        0.5, abs=0.02
    )


def test_conditions_are_balanced_at_every_step():
    code = planted_code("slots", trials=640, steps=3)
    assert {np.bincount(code.conditions[:, step]).tolist()[0] for step in range(3)} == {10}
    assert (np.unique(code.labels), code.states.shape) == (pytest.approx(np.arange(4)), (640, 3, 40))
