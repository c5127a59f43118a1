import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from object_persistence.errors import PersistenceError
from object_persistence.filtering.reliable import Reliable


def trials(clips=200, slope=3.0, split="validation/same", seed=0):
    """A track per row whose score is too sure of itself by a factor in its log odds."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0, 1.5, clips * 10)
    return pl.DataFrame(
        {
            "split": [split] * len(odds),
            "group": [f"clip-{row // 10}" for row in range(len(odds))],
            "track": [row % 10 for row in range(len(odds))],
            "target": (rng.random(len(odds)) < expit(odds)).astype(int),
            "score": expit(slope * odds),
        }
    )


def test_what_was_too_sure_becomes_as_sure_as_it_is_right():
    reliable = Reliable.of(trials())
    assert reliable.scaling.slope == pytest.approx(1 / 3, rel=0.15)
    np.testing.assert_allclose(
        reliable(expit(np.array([3.0, -6.0]))), expit(np.array([1.0, -2.0])), atol=0.05
    )
    for each in reliable.bins:
        assert each.low <= each.probability <= each.high
        assert each.share.low - 0.05 < each.probability < each.share.high + 0.05
    assert sum(each.detections for each in reliable.bins) == 2000


def test_no_clip_vouches_for_itself():
    """Targets that have nothing to do with scores: what fits a half by chance must not look right on it."""
    found = trials(clips=8)
    own = Reliable.of(found).trials["score"]
    flipped = found.with_columns(
        target=pl.when(pl.col("group") == "clip-0").then(1 - pl.col("target")).otherwise("target")
    )
    other = Reliable.of(flipped).trials["score"]
    same_half = (found["group"].str.slice(5).cast(int) % 2 == 0).to_numpy()
    np.testing.assert_array_equal(own.to_numpy()[same_half], other.to_numpy()[same_half])
    assert not np.array_equal(own.to_numpy()[~same_half], other.to_numpy()[~same_half])


def test_trials_without_validation_say_what_there_is():
    with pytest.raises(PersistenceError, match="there are: test/same"):
        Reliable.of(trials(split="test/same"))


def test_a_class_that_is_nearly_missing_cannot_be_scaled_by():
    with pytest.raises(PersistenceError, match="10 detections of each class"):
        Reliable.of(trials().with_columns(target=pl.lit(1)))
