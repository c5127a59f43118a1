"""Real tracks of pedestrians that motmetrics brings along, and random tracks of points."""

from pathlib import Path

import motmetrics as mm
import numpy as np
import polars as pl
import pytest

from object_persistence import tud


@pytest.fixture
def asfarray(monkeypatch):
    """What NumPy 2 no longer has and motmetrics 1.4 still calls."""
    monkeypatch.setattr(np, "asfarray", lambda values: np.asarray(values, dtype=float), raising=False)


@pytest.fixture(params=["TUD-Campus", "TUD-Stadtmitte"])
def pedestrians(request):
    """Ground truth and a tracker's output, and the folder of the files that they are read from."""
    sequence = tud(request.param)
    return sequence.truth, sequence.tracked, Path(mm.__file__).parent / "data" / request.param


def wandering(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Points that wander, and a poor tracker's idea of them: jitter, misses, false alarms, swapped identities."""
    generator = np.random.default_rng(seed)
    objects, frames = int(generator.integers(1, 6)), int(generator.integers(2, 9))
    place = generator.uniform(0, 20, (objects, 1, 2)) + generator.normal(0, 1.5, (objects, frames, 2)).cumsum(
        1
    )
    rows = [(who, t, *place[who, t]) for who in range(objects) for t in range(frames)]
    truth = [row for row in rows if generator.random() > 0.1]
    guessed = []
    for frame in range(frames):
        known = [row for row in rows if row[1] == frame and generator.random() > 0.2]
        names = generator.permutation(8) if generator.random() < 0.3 else np.arange(8)
        guessed += [
            (int(names[who]), t, *(np.array(at) + generator.normal(0, 1, 2))) for who, t, *at in known
        ]
        guessed += [
            (20 + extra, frame, *generator.uniform(0, 20, 2)) for extra in range(generator.integers(0, 3))
        ]
    schema = {"track": pl.Int64, "frame": pl.Int64, "y": pl.Float64, "x": pl.Float64}
    return tuple(pl.DataFrame(table, schema=schema, orient="row") for table in (truth, guessed))


@pytest.fixture(params=range(12))
def wanderers(request):
    """True and guessed tracks of points."""
    return wandering(request.param)
