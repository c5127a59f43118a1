import json

import numpy as np
import pytest

from analysis import AnalysisError
from analysis.geometry.alignment import Alignment
from analysis.geometry.planted_codes import planted_code
from analysis.geometry.rotated_decoding import reconstruct

QUICK = Alignment(permutations=99)


def measured(kind: str, **settings):
    code = planted_code(kind, **settings)
    before, after = code.states[:, 1], code.states[:, 2]
    return reconstruct(before, after, code.labels[:, 1], code.conditions[:, 1], code.groups, QUICK)


def test_a_shared_rotating_code_is_read_only_through_its_rotation():
    found = measured("shared rotating")
    assert found.reconstructed.low > 0.8
    assert found.reconstructed.null.p == 0.01
    assert found.direct.value < 0.4
    assert found.kept.low > 0.95 - 0.03


def test_a_slot_is_read_without_any_rotation():
    found = measured("slots")
    assert found.direct.low > 0.8
    assert found.kept.low > 0.92


def test_noise_is_read_by_no_decoder_and_nothing_is_kept_of_it():
    found = measured("noise")
    for estimate in (found.reconstructed, found.fitted, found.direct, found.source):
        assert estimate.low < 0.25 + 0.02
        assert estimate.value == pytest.approx(0.25, abs=0.05)
    assert found.reconstructed.null.p > 0.01
    assert np.isnan(found.kept.value)
    assert found.kept.how == "not estimable: the target's own decoder is not above chance"


def test_it_is_plain():
    plain_values = json.dumps(measured("noise", trials=600).to_dict(), allow_nan=False)
    assert json.loads(plain_values)["kept"]["value"] is None


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros(128), "at least two classes, got 1"),
        (np.r_[np.zeros(127), [1]], "class 1.0 has [01] trials to fit the decoder to, it needs two"),
        (np.zeros(5), r"labels: expected one per trial \(128\), got 5"),
    ],
)
def test_what_cannot_be_decoded_is_refused(labels, message):
    states = np.random.default_rng(0).normal(size=(128, 6))
    with pytest.raises(AnalysisError, match=message):
        reconstruct(states, states, labels, np.arange(128) % 16, np.arange(128), QUICK)
