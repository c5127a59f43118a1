from itertools import combinations

import numpy as np
import polars as pl
import pytest

from object_persistence.configuration import VideoConfig
from object_persistence.errors import PersistenceError
from object_persistence.videos.blob_videos import BlobVideos
from object_persistence.videos.configuration import SplitConfig
from object_persistence.videos.hold_outs import HOLD_OUTS, hold_out
from object_persistence.videos.look_alikes import BESIDE, blinker
from object_persistence.videos.splits import split_seeds, split_videos

SEEDS = range(50)


def truth_of(config: VideoConfig) -> pl.DataFrame:
    videos = BlobVideos(config, SEEDS)
    return pl.concat(videos.truth(index).with_columns(clip=pl.lit(index)) for index in range(len(videos)))


@pytest.fixture(scope="module")
def truth(unchecked):
    """Truth of some clips of every condition."""
    same = VideoConfig()
    conditions = {"same": same} | {name: hold_out(same, name) for name in HOLD_OUTS}
    return unchecked(lambda: {name: truth_of(config) for name, config in conditions.items()})


def steps(table: pl.DataFrame) -> np.ndarray:
    """Pixels per frame of each persistent object, by the median over its frames."""
    rows = table.filter("persistent").sort("clip", "track", "frame")
    rows = rows.with_columns(pl.col("y", "x").diff().over("clip", "track")).drop_nulls()
    rows = rows.with_columns(step=np.hypot(rows["y"], rows["x"]))
    return rows.group_by("clip", "track").agg(pl.col("step").median())["step"].to_numpy()


def per_clip(table: pl.DataFrame, *conditions) -> np.ndarray:
    return table.filter(*conditions).group_by("clip").agg(pl.col("track").n_unique())["track"].to_numpy()


def test_each_hold_out_shows_what_training_does_not(truth):
    same = truth["same"]
    assert steps(same).max() <= 2.0 + 1e-9
    assert np.quantile(steps(truth["fast"]), 0.05) > 2.0
    assert steps(truth["fast"]).max() <= 4.0 + 1e-9
    assert np.quantile(steps(truth["half_rate"]), 0.9) > 3.0
    assert truth["dim"]["amplitude"].max() == pytest.approx(same["amplitude"].max() / 2, abs=0.002)
    assert truth["dense"]["track"].max() > 20
    assert per_clip(truth["dense"], "persistent").min() >= 2
    assert same["visible"].all()
    assert 1 - truth["drop"].filter("persistent")["visible"].mean() == pytest.approx(0.25, abs=0.02)
    for name, frames in (("gap4", 4), ("gap6", 6)):
        hidden = truth[name].filter("persistent").group_by("clip", "track").agg((~pl.col("visible")).sum())
        assert set(hidden["visible"]) == {frames}
    assert set(same["kind"]) == {"persistent", "flash"}
    assert set(truth["look_alike"]["kind"]) == {"persistent", "flash", "blinker", "chain", "beside"}
    assert truth["cut"].filter("persistent").group_by("clip", "track").len()["len"].min() < 16


def test_a_flash_beside_a_persistent_object_is_beside_it(truth):
    table = truth["look_alike"]
    beside = (
        table.filter(pl.col("kind") == "beside")
        .group_by("clip", "track")
        .agg(pl.all().sort_by("frame").first())
    )
    pairs = beside.join(table.filter("persistent"), on=["clip", "frame"], suffix="_lasting")
    away = pairs.with_columns(away=np.hypot(pairs["y"] - pairs["y_lasting"], pairs["x"] - pairs["x_lasting"]))
    nearest = away.group_by("clip", "track").agg(pl.col("away").min())["away"].to_numpy()
    assert len(nearest) == beside.height
    assert nearest.max() <= BESIDE[1] + 1e-9
    assert np.median(nearest) > BESIDE[0]


def test_a_chain_forms_a_false_track_of_which_no_flash_is_long(truth):
    chains = truth["look_alike"].filter(pl.col("kind") == "chain")
    assert chains.group_by("clip", "track").len()["len"].max() <= 3
    frames = chains.group_by("clip").agg(pl.col("frame").n_unique())["frame"]
    assert frames.min() >= 5


def test_a_blinker_comes_back_near_its_old_place_after_a_pause():
    for seed in range(30):
        scene = blinker(VideoConfig(), np.random.default_rng(seed))
        starts, ends = scene.exists.argmax(axis=1), 16 - scene.exists[:, ::-1].argmax(axis=1)
        assert (starts[1:] - ends[:-1] >= 3).all()
        places = scene.position[np.arange(len(scene)), starts]
        assert np.linalg.norm(places - places[0], axis=1).max() < 12


def test_no_two_splits_share_a_seed():
    some = split_seeds(VideoConfig())
    other = split_seeds(VideoConfig(splits=SplitConfig(seed=1)))
    assert list(some)[:3] == ["train", "validation/same", "test/same"]
    assert [name for name in some if name.startswith("test/")] == [
        "test/same",
        *(f"test/{n}" for n in HOLD_OUTS),
    ]
    for one, two in combinations([*some.values(), *other.values()], 2):
        assert not set(one) & set(two)


def test_the_test_stays_as_it_is_when_training_grows():
    small, large = (VideoConfig(splits=SplitConfig(train=train)) for train in (500, 10_000))
    assert split_seeds(small)["test/gap4"] == split_seeds(large)["test/gap4"]
    assert split_videos(small)["test/gap4"].fingerprint == split_videos(large)["test/gap4"].fingerprint


def test_every_split_is_made_under_its_condition():
    config = VideoConfig(splits=SplitConfig(train=2, validation=2, test=2))
    videos = split_videos(config)
    assert videos["train"].config == videos["validation/same"].config == videos["test/same"].config == config
    assert videos["test/fast"].config == hold_out(config, "fast")
    assert {len(each) for each in videos.values()} == {2}


def test_an_unknown_hold_out_is_answered_with_those_that_there_are():
    with pytest.raises(PersistenceError, match="'fats' is not a hold-out; expected one of: fast, gap4"):
        hold_out(VideoConfig(), "fats")


def test_splits_larger_than_the_seeds_set_aside_are_refused():
    with pytest.raises(ValueError, match="train: expected at most 1000000 clips; got 1000001"):
        SplitConfig(train=1_000_001)
