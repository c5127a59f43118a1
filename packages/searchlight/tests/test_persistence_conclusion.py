"""What a demonstration of persistence tells besides verdicts, from made-up runs."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from searchlight.experiments.persistence_conclusion import conclusion


def run_of(*, right, attended=None, clips=12, seed=0):
    """Ten detections per clip, four of them persistent; `right` is the share of right answers on each split."""
    rng = np.random.default_rng(seed)
    splits, group = np.meshgrid(list(right), np.arange(clips), indexing="ij")
    rows = pl.DataFrame({"split": splits.ravel(), "group": [f"clip-{each}" for each in group.ravel()]})
    rows = pl.concat([rows.with_columns(at=pl.lit(at)) for at in range(10)]).sort("split", "group", "at")
    target = (rows["at"].to_numpy() < 4).astype(int)
    correct = rng.random(rows.height) < np.array([right[each] for each in rows["split"]])
    trials = rows.with_columns(
        target=pl.Series(target),
        score=pl.Series(np.where(correct, target, 1 - target).astype(float)),
        clutter=pl.lit(False),
        seen=pl.lit(1),
    )
    arrays = {}
    if attended is not None:
        each = np.where(target == 1, attended, 1.0) * rng.uniform(0.8, 1.2, rows.height)
        arrays = {"layer1/received": each, "rollout/received": each}
    return SimpleNamespace(trials=lambda: trials, attention=lambda: arrays)


@pytest.fixture(scope="module")
def told():
    splits = {"test/same": 1.0, "test/fast": 0.8, "validation/same": 1.0}
    return conclusion(
        {
            "demo_quick_majority": [run_of(right=dict.fromkeys(splits, 0.6), seed=each) for each in range(2)],
            "demo_quick_attention": [run_of(right=splits, attended=3.0, seed=each) for each in range(2)],
        }
    )


def test_every_test_split_stands_beside_what_the_commoner_answer_scores(told):
    table = told[0]
    assert table.columns == ("split", "the commoner answer", "majority", "attention")
    rows = {row[0]: row for row in table.rows}
    assert set(rows) == {"test/fast", "test/same"}
    assert rows["test/same"][1] == "0.600"
    assert rows["test/same"][3] == "1.000 [1.000, 1.000]"
    assert 0.7 < float(rows["test/fast"][3].split()[0]) < 0.9


def test_a_planted_ratio_is_told_with_a_null_of_one(told):
    table = told[1]
    assert [row[:2] for row in table.rows] == [("attention", "layer1"), ("attention", "rollout")]
    assert float(table.rows[0][2].split()[0]) == pytest.approx(3, rel=0.1)
    assert float(table.rows[0][3].split()[0]) == pytest.approx(1, abs=0.05)
    assert float(table.rows[0][4]) < 0.005


def test_arms_that_attend_to_nothing_have_no_table_of_attention():
    run = run_of(right={"test/same": 0.9})
    assert len(conclusion({"demo_gru": [run]})) == 1
