import numpy as np
import pytest

from analysis import AnalysisError
from working_memory.assays.cosines import class_cosines


def test_cosines_are_those_of_all_pairs():
    rng = np.random.default_rng(0)
    states, labels = rng.normal(size=(30, 5)) + 2, np.repeat([0, 1, 2], [5, 10, 15])
    centred = states - states.mean(0)
    cosine = {
        (i, j): centred[i] @ centred[j] / np.sqrt(centred[i] @ centred[i] * (centred[j] @ centred[j]))
        for i in range(30)
        for j in range(30)
        if i != j
    }
    by_classes = {
        (a, b): np.mean([c for (i, j), c in cosine.items() if (labels[i], labels[j]) == (a, b)])
        for a in range(3)
        for b in range(3)
    }
    different = np.mean([mean for (a, b), mean in by_classes.items() if a != b])
    own = np.mean([mean for (a, b), mean in by_classes.items() if a == b])
    found = class_cosines(states, labels, np.arange(30))
    assert [each.value for each in found] == pytest.approx([different, own - different])


def test_states_that_are_nothing_but_their_class_are_a_simplex():
    labels = np.arange(80) % 4
    different, contrast = class_cosines(np.eye(4)[labels], labels, np.arange(80))
    assert (different.value, contrast.value) == (pytest.approx(-1 / 3), pytest.approx(4 / 3))


def test_noise_has_no_contrast_on_average():
    rng, labels = np.random.default_rng(1), np.arange(120) % 4
    drawn = [class_cosines(rng.normal(size=(120, 6)), labels, np.arange(120))[1] for _ in range(60)]
    values = np.array([each.value for each in drawn])
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(60)
    assert np.mean([each.low <= 0 <= each.high for each in drawn]) > 0.85


@pytest.mark.parametrize(
    ("states", "message"),
    [
        (np.ones((8, 3)), "states that differ"),
        (np.r_[np.full((1, 3), np.nan), np.eye(3).repeat(3, axis=0)[:7]], "3 of 24 numbers are not finite"),
    ],
)
def test_what_has_no_cosine_is_refused(states, message):
    with pytest.raises(AnalysisError, match=message):
        class_cosines(states, np.arange(8) % 2, np.arange(8))
