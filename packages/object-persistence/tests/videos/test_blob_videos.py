import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import ks_2samp

from object_persistence.configuration import VideoConfig
from object_persistence.errors import PersistenceError
from object_persistence.testing import clips, video_configs
from object_persistence.videos.blob_videos import BlobVideos
from object_persistence.videos.clip import KINDS, TRUTH
from object_persistence.videos.configuration import (
    AbsenceConfig,
    AppearanceConfig,
    LookAlikeConfig,
    MotionConfig,
)
from object_persistence.videos.objects import flash_windows

SEEDS = range(1000, 1200)


def clip_of(seed: int = 0, **settings):
    return BlobVideos(VideoConfig(**settings), range(seed, seed + 1))[0]


def truth_of(config: VideoConfig, seeds: range = SEEDS) -> pl.DataFrame:
    videos = BlobVideos(config, seeds)
    return pl.concat(videos.truth(index).with_columns(clip=pl.lit(index)) for index in range(len(videos)))


@given(clips())
def test_frames_are_finite_between_0_and_1_and_the_truth_lies_inside_them(clip):
    assert clip.frames.dtype == np.float32
    assert np.isfinite(clip.frames).all()
    assert clip.frames.min() >= 0
    assert clip.frames.max() <= 1
    assert clip.truth.schema == TRUTH
    height, width = clip.size
    for row in clip.truth.iter_rows(named=True):
        assert 0 <= row["frame"] < len(clip)
        assert 0 <= row["y"] <= height - 1
        assert 0 <= row["x"] <= width - 1
        assert row["persistent"] == (row["kind"] == "persistent")
        assert row["kind"] in KINDS


@given(clips())
def test_what_lasts_lasts_longer_than_any_transient(clip):
    for (_, kind), rows in clip.truth.group_by("track", "kind"):
        frames = rows["frame"].sort().to_numpy()
        assert (np.diff(frames) == 1).all()
        if kind == "persistent":
            assert len(frames) > 3
            assert rows["visible"].sum() > 3
        else:
            assert len(frames) <= 3
            assert rows["visible"].all()


@given(clips())
def test_tracks_are_numbered_from_0_without_gaps(clip):
    assert clip.truth["track"].unique().sort().to_list() == list(range(clip.truth["track"].n_unique()))


@given(video_configs(), st.integers(0, 5), st.integers(0, 5))
def test_a_clip_is_made_from_its_seed_alone(config, index, more):
    some, many = BlobVideos(config, range(7, 13)), BlobVideos(config, range(7, 13 + more))
    assert some[index].frames.tobytes() == many[index].frames.tobytes()
    assert some[index].truth.equals(many[index].truth)


def test_an_index_beyond_the_last_clip_ends_the_iteration():
    videos = BlobVideos(VideoConfig(), range(3))
    assert len(videos) == len(list(videos)) == 3
    with pytest.raises(IndexError):
        videos[3]


def test_settings_can_be_keys_and_negative_seeds_are_refused():
    assert len({VideoConfig(), VideoConfig(), VideoConfig(noise=0.05)}) == 2
    with pytest.raises(PersistenceError, match="expected 0 or more; got -2"):
        BlobVideos(VideoConfig(), range(-2, 3))


def test_the_truth_is_the_same_without_the_frames():
    videos = BlobVideos(VideoConfig(), range(3))
    assert videos.truth(1).equals(videos[1].truth)


def test_another_seed_gives_another_clip_and_another_setting_another_fingerprint():
    config = VideoConfig()
    assert not np.array_equal(clip_of(0).frames, clip_of(1).frames)
    prints = {
        BlobVideos(config, range(5)).fingerprint,
        BlobVideos(config, range(1, 6)).fingerprint,
        BlobVideos(VideoConfig(noise=0.05), range(5)).fingerprint,
        BlobVideos(VideoConfig(motion=MotionConfig(every=2)), range(5)).fingerprint,
    }
    assert len(prints) == 4
    assert BlobVideos(VideoConfig(), range(5)).fingerprint in prints


def test_neither_place_nor_look_nor_frame_tells_what_lasts():
    config = VideoConfig(absence=AbsenceConfig(late=0.5, early=0.5))
    first = truth_of(config).group_by("clip", "track").agg(pl.all().shuffle(seed=3).first())
    lasting, passing = first.filter("persistent"), first.filter(~pl.col("persistent"))
    for column in ("y", "x", "sigma", "amplitude"):
        assert ks_2samp(lasting[column], passing[column]).pvalue > 0.01, column


def test_flashes_are_in_every_frame_with_the_same_chance():
    windows = flash_windows(VideoConfig(), 20_000, np.random.default_rng(0))
    assert set(windows.sum(axis=1)) == {1, 2, 3}
    expected = 20_000 / 3 * (1 / 16 + 2 / 17 + 3 / 18)
    np.testing.assert_allclose(windows.sum(axis=0), expected, rtol=0.08)


def test_without_noise_a_blob_is_a_gaussian_about_its_sub_pixel_place():
    clip = clip_of(4, noise=0.0, persistent=(1, 1), transient=(0, 0))
    down, across = np.mgrid[:64, :64]
    for row in clip.truth.iter_rows(named=True):
        squared = (down - row["y"]) ** 2 + (across - row["x"]) ** 2
        expected = 0.1 + row["amplitude"] * np.exp(-squared / (2 * row["sigma"] ** 2))
        np.testing.assert_allclose(clip.frames[row["frame"]], expected, atol=2e-6)


def test_without_noise_a_disc_holds_as_much_light_as_its_area():
    look = AppearanceConfig(shape="disc", sigma=(2.5, 2.5), amplitude=(0.5, 0.5))
    clip = clip_of(
        5, noise=0.0, persistent=(1, 1), transient=(0, 0), appearance=look, motion=MotionConfig(margin=6)
    )
    light = (clip.frames.astype(float) - 0.1).sum(axis=(1, 2))
    np.testing.assert_allclose(light, 0.5 * np.pi * 2 * 2.5**2, rtol=0.02)


def test_noise_is_gaussian_with_the_given_spread_in_every_channel():
    clip = clip_of(
        background=0.5, persistent=(0, 0), transient=(0, 0), appearance=AppearanceConfig(colour="random")
    )
    assert clip.frames.shape == (16, 64, 64, 3)
    spread = (clip.frames - 0.5).std(axis=(0, 1, 2), dtype=float)
    np.testing.assert_allclose(spread, 0.04, rtol=0.01)
    assert abs(np.corrcoef(clip.frames.reshape(-1, 3).T.astype(float))[0, 1]) < 0.02


def test_objects_keep_their_speed_between_the_walls():
    truth = truth_of(VideoConfig(), range(60)).filter("persistent").sort("clip", "track", "frame")
    rows = truth.with_columns(pl.col("y", "x").diff().over("clip", "track").name.prefix("step_")).drop_nulls()
    speed = np.hypot(rows["step_y"], rows["step_x"])
    assert speed.max() <= 2.0 + 1e-9
    usual = rows.with_columns(speed=speed).group_by("clip", "track").agg(pl.col("speed").median())["speed"]
    assert usual.min() >= 0.3 - 1e-9
    assert usual.max() > 1.8


@pytest.mark.parametrize("turn", [0.0, 0.2])
def test_a_turn_bends_the_path_of_an_object(turn):
    motion = MotionConfig(speed=(0.3, 0.3), turn=(turn, turn))
    path = clip_of(3, size=(200, 200), persistent=(1, 1), transient=(0, 0), motion=motion).truth
    heading = np.unwrap(np.arctan2(np.diff(path["y"]), np.diff(path["x"])))
    np.testing.assert_allclose(np.abs(np.diff(heading)), turn, atol=1e-6)


def test_a_persistent_object_may_enter_late_and_leave_early():
    config = VideoConfig(transient=(0, 0), absence=AbsenceConfig(late=0.5, early=0.5))
    life = (
        truth_of(config)
        .group_by("clip", "track")
        .agg(first=pl.min("frame"), last=pl.max("frame"), time=pl.len())
    )
    assert life["time"].min() == 6
    np.testing.assert_allclose((life["first"] > 0).mean(), 0.5, atol=0.1)
    np.testing.assert_allclose((life["last"] < 15).mean(), 0.5, atol=0.12)


@pytest.mark.parametrize("gap", [(4, 4), (6, 6), (1, 2)])
def test_an_occlusion_is_one_run_of_frames_with_two_on_either_side(gap):
    config = VideoConfig(transient=(0, 0), absence=AbsenceConfig(gap=gap, late=0.5, early=0.5))
    lengths = set()
    for _, rows in truth_of(config, range(60)).group_by("clip", "track"):
        seen = rows.sort("frame")["visible"].to_numpy()
        hidden = np.flatnonzero(~seen)
        lengths.add(len(hidden))
        assert (np.diff(hidden) == 1).all()
        assert seen[:2].all()
        assert seen[-2:].all()
    assert lengths == set(range(gap[0], gap[1] + 1))


def test_dropout_hides_its_share_of_persistent_objects_and_no_flash():
    truth = truth_of(VideoConfig(absence=AbsenceConfig(dropout=0.25)))
    hidden = 1 - truth.filter("persistent")["visible"].mean()
    np.testing.assert_allclose(hidden, 0.25, atol=0.02)
    assert truth.filter(~pl.col("persistent"))["visible"].all()


def test_half_the_rate_records_every_second_frame_of_the_same_motion():
    alone = {"persistent": (1, 1), "transient": (0, 0)}
    whole = clip_of(2, frames=24, motion=MotionConfig(speed=(2.0, 2.0)), **alone)
    half = clip_of(2, frames=12, motion=MotionConfig(speed=(2.0, 2.0), every=2), **alone)
    np.testing.assert_allclose(whole.truth["y"].to_numpy()[::2], half.truth["y"], atol=1e-9)
    np.testing.assert_allclose(whole.truth["x"].to_numpy()[::2], half.truth["x"], atol=1e-9)


def test_colour_by_class_is_white_for_what_lasts_and_red_for_what_does_not():
    look = AppearanceConfig(shape="disc", colour="class", amplitude=(1.0, 1.0), sigma=(2.0, 2.0))
    for row, pixel in _middles(clip_of(1, background=0.0, noise=0.0, appearance=look)):
        np.testing.assert_allclose(pixel, [1, 1, 1] if row["persistent"] else [0.9, 0.3, 0.3], atol=1e-6)


def _middles(clip):
    """Rows of objects that no other is near, with the pixel in their middle."""
    for row in clip.truth.filter("visible").iter_rows(named=True):
        others = clip.truth.filter((pl.col("frame") == row["frame"]) & (pl.col("track") != row["track"]))
        if np.hypot(others["y"] - row["y"], others["x"] - row["x"]).to_list() and (
            np.hypot(others["y"] - row["y"], others["x"] - row["x"]).min() < 12
        ):
            continue
        yield row, clip.frames[row["frame"], round(row["y"]), round(row["x"])]


def test_a_clip_may_hold_nothing_one_object_or_no_transient():
    nothing = clip_of(persistent=(0, 0), transient=(0, 0))
    assert nothing.truth.schema == TRUTH
    assert nothing.truth.height == 0
    assert clip_of(persistent=(1, 1), transient=(0, 0)).truth["track"].n_unique() == 1
    assert (
        clip_of(frames=1, persistent=(0, 0), look_alikes=LookAlikeConfig(beside=(2, 2)))
        .truth["persistent"]
        .sum()
        == 0
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (lambda: VideoConfig(frames=5), "5 are too few for a persistent object; it needs 6"),
        (lambda: VideoConfig(frames=8, absence=AbsenceConfig(gap=(0, 6))), "it needs 10"),
        (lambda: VideoConfig(size=(64, 6)), "leaves no room inside a margin of 3.0"),
        (lambda: VideoConfig(transient=(4, 2)), "smallest first, then the largest; got 4 and 2"),
        (lambda: AppearanceConfig(sigma=(0.0, 1.0)), "more than 0 pixels"),
        (lambda: AbsenceConfig(shortest=3), "greater than 3"),
        (lambda: VideoConfig(nois=0.1), "nois"),
    ],
)
def test_settings_that_cannot_be_met_are_refused_in_one_sentence(settings, sentence):
    with pytest.raises(ValidationError, match=sentence.replace("(", r"\(")):
        settings()


def test_sixteen_frames_of_64_pixels_are_made_in_milliseconds():
    import time

    videos = BlobVideos(VideoConfig(), range(40))
    videos[0]
    took = []
    for index in range(len(videos)):
        start = time.process_time()
        videos[index]
        took.append(time.process_time() - start)
    assert np.median(took) < 0.02
