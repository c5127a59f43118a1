"""What a demonstration on grids tells besides verdicts, from made-up runs."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from searchlight.experiments import arc_conclusion
from searchlight.experiments.arc_conclusion import conclusion

FAMILIES = (("validation/seen", "colour_map"), ("test/seen", "colour_map"), ("test/swap", "swap"))
TASKS = 20


def run_of(*, right, mass=None, first=0.3, steps=None, seed=0):
    """Twenty tasks of each family, of which a share is right; the last look puts `mass` on what settles a cell."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "split": split,
            "family": family,
            "group": f"{family}-{split}-{task}",
            "prediction": int(task < share * TASKS),
        }
        for (split, family), share in zip(FAMILIES, right, strict=True)
        for task in range(TASKS)
    ]
    trials = pl.DataFrame(rows).with_columns(foreground=pl.col("prediction").cast(pl.Float64))
    arrays = {}
    if mass is not None:
        looks = {
            "solver1/determining": first,
            "solver2/determining": mass,
            "solver1/uniform": 0.1,
            "solver2/uniform": 0.1,
        }
        arrays = {name: rng.normal(level, 0.01, trials.height) for name, level in looks.items()}
    metrics = pl.DataFrame(
        {
            "kind": ["step", "epoch", "epoch"],
            "step": [1, 10, steps or 0],
            "cpu_seconds": [None, 1.5, 3.0 + seed],
        }
    )
    return SimpleNamespace(
        trials=lambda: trials,
        attention=lambda: arrays,
        metrics=lambda: metrics,
        environment=lambda: {"parameters": None if steps is None else 1234},
    )


@pytest.fixture(autouse=True)
def untrained(monkeypatch):
    """Every network attended alike before any step."""
    monkeypatch.setattr(
        arc_conclusion, "control_of", lambda run, what: run_of(right=(0, 0, 0), mass=0.2, first=0.2)
    )


@pytest.fixture
def told():
    return conclusion(
        {
            "demo_quick_copy": [run_of(right=(0, 0, 0), seed=each) for each in range(2)],
            "demo_quick_film": [run_of(right=(0.5, 0.5, 0.1), steps=20, seed=each) for each in range(2)],
            "demo_quick_cross_attention": [
                run_of(right=(1, 1, 0.8), mass=0.9, steps=20, seed=each) for each in range(2)
            ],
        }
    )


def test_every_tested_family_stands_beside_every_arm_and_validation_does_not(told):
    table = told[0]
    assert table.columns == ("split", "family", "copy", "film", "cross_attention")
    assert [row[:2] for row in table.rows] == [("test/seen", "colour_map"), ("test/swap", "swap")]
    assert [row[3].split()[0] for row in table.rows] == ["0.500", "0.100"]
    assert [row[4].split()[0] for row in table.rows] == ["1.000", "0.800"]


def test_what_training_took_is_told_of_arms_that_were_trained(told):
    assert [tuple(row) for row in told[2].rows] == [
        ("film", "1,234", "20", "3.5"),
        ("cross_attention", "1,234", "20", "3.5"),
    ]


def test_the_first_look_is_told_beside_uniform_attention_and_the_untrained_network(told):
    arms = ("cross_attention", "cross_attention, untrained")
    assert told[3].columns[2:4] == ("attention", "uniform attention")
    assert [row[:2] for row in told[3].rows] == [
        (arm, each) for each in ("colour_map", "swap") for arm in arms
    ]
    trained, untrained = (
        [[float(cell.split()[0]) for cell in row[2:]] for row in told[3].rows[k::2]] for k in (0, 1)
    )
    assert trained == [pytest.approx([0.3, 0.1, 0.2], abs=0.01)] * 2
    assert untrained == [pytest.approx([0.2, 0.1, 0.1], abs=0.01)] * 2


def test_arms_without_attention_have_no_table_of_it():
    assert len(conclusion({"demo_film": [run_of(right=(1, 1, 1), steps=5)]})) == 3
