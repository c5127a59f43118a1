"""Figures over clips drawn again, against those of the detections themselves."""

import numpy as np
import polars as pl
import pytest

from analysis import Bootstrap
from object_persistence.assays.drawn_clips import FIGURES, DrawnClips
from object_persistence.metrics import FIGURES as PLAIN
from object_persistence.metrics import MEASURES

NAMED = {each.name: each for each in MEASURES}


@pytest.fixture(scope="module")
def table(made_up):
    rounded = made_up(clips=9).table(separates=0.5).with_columns(pl.col("score").round(1))
    return rounded.sample(fraction=0.8, shuffle=True, seed=1)


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_any_draw_has_the_figure_of_the_detections_that_were_drawn(table, name):
    clips = DrawnClips.of(table, Bootstrap(resamples=5, seed=3))
    names, groups = np.unique(table["group"].to_numpy(), return_inverse=True)
    found = clips.figure(NAMED[name], clips.weights)
    for weights, value in zip(clips.weights, found, strict=True):
        rows = np.concatenate(
            [np.flatnonzero(groups == each) for each in range(len(names)) for _ in range(int(weights[each]))]
        )
        drawn = table[rows]
        expected = PLAIN[name](drawn["target"].to_numpy() == 1, drawn["score"].to_numpy())
        assert value == pytest.approx(expected, abs=1e-12)


def test_the_interval_is_over_clips_and_not_over_detections(made_up):
    """Clips that are copies of one another tell no more than one of them."""
    table = made_up(clips=6).table(separates=0.3)
    copies = pl.concat([table.with_columns(item=pl.col("item") + f"+{k}") for k in range(10)])
    one, ten = (
        DrawnClips.of(each, Bootstrap(resamples=99)).estimate(NAMED["accuracy"]) for each in (table, copies)
    )
    assert (one.low, one.high) == pytest.approx((ten.low, ten.high))
    assert one.n == 6


def test_a_split_of_one_class_has_no_auroc_and_says_so(table):
    alone = DrawnClips.of(table.filter(pl.col("target") == 1), Bootstrap(resamples=9))
    found = alone.estimate(NAMED["auroc"])
    assert np.isnan(found.value)
    assert "one class alone" in found.how
