import numpy as np
import polars as pl
import pytest
from skimage.data import hubble_deep_field as from_skimage

from object_persistence.detection.log_detector import LoGDetector
from object_persistence.errors import PersistenceError
from object_persistence.videos import exposures
from object_persistence.videos.clip import TRUTH
from object_persistence.videos.exposures import cosmic_ray_stack, hubble_deep_field


@pytest.fixture(scope="module")
def sky():
    return cosmic_ray_stack(exposures=6, size=96, seed=3)


def point_source(size: int = 80) -> np.ndarray:
    """One star in the middle of a dark picture."""
    down, across = np.mgrid[:size, :size] - (size - 1) // 2
    return 0.1 + 0.8 * np.exp(-(down**2 + across**2) / (2 * 2.0**2))


def centroids(frames: np.ndarray) -> np.ndarray:
    """Where light is in the middle, by the first moments above the background."""
    light = np.maximum(frames.astype(float) - 0.12, 0)
    down, across = np.mgrid[: frames.shape[1], : frames.shape[2]]
    return np.stack([(light * axis).sum((1, 2)) / light.sum((1, 2)) for axis in (down, across)], axis=1)


def test_the_deep_picture_is_the_one_of_scikit_image():
    np.testing.assert_allclose(hubble_deep_field(), from_skimage().mean(axis=2) / 255, atol=1e-6)


def test_a_stack_is_a_clip_with_sources_that_last_and_hits_that_do_not(sky):
    assert sky.frames.shape == (6, 96, 96)
    assert sky.frames.dtype == np.float32
    assert sky.truth.schema == TRUTH
    hits = sky.truth.filter(~pl.col("persistent"))
    assert hits["track"].n_unique() == hits.height
    assert set(hits["kind"]) == {"flash"}
    assert 4 <= hits.group_by("frame").len()["len"].min() <= hits.group_by("frame").len()["len"].max() <= 8
    sources = sky.truth.filter("persistent").group_by("track").len()["len"]
    assert sources.median() == 6
    tracks = sky.truth["track"].unique().sort().to_list()
    assert tracks == list(range(len(tracks)))
    assert sky.truth.select(pl.col("y", "x").is_between(0, 95).all()).row(0) == (True, True)


def test_nearly_all_that_is_detected_in_an_exposure_is_a_source_or_a_hit(sky):
    found = LoGDetector(max_sigma=2.0)(sky.frames)
    away = []
    for frame, y, x in zip(found.frame, found.y, found.x, strict=True):
        there = sky.truth.filter(pl.col("frame") == int(frame))
        away.append(np.hypot(there["y"] - y, there["x"] - x).min())
    assert len(away) > 100
    assert np.mean(np.array(away) < 2.5) > 0.95


def test_the_same_seed_gives_the_same_stack_and_another_one_another(sky):
    again, other = (cosmic_ray_stack(exposures=6, size=96, seed=seed) for seed in (3, 4))
    assert again.frames.tobytes() == sky.frames.tobytes()
    assert again.truth.equals(sky.truth)
    assert not np.array_equal(other.frames, sky.frames)


def test_a_source_is_where_its_dither_puts_it():
    clip = cosmic_ray_stack(point_source(), exposures=8, size=48, noise=0.0, hits=(0, 0))
    place = clip.truth.sort("frame").select("y", "x").to_numpy()
    assert clip.truth["track"].n_unique() == 1
    assert np.ptp(place, axis=0).min() > 0.5
    np.testing.assert_allclose(centroids(clip.frames), place, atol=0.05)


def test_hits_are_drawn_where_the_truth_says_and_are_sharper_than_sources():
    clip = cosmic_ray_stack(np.full((80, 80), 0.1), exposures=40, size=48, noise=0.0, hits=(1, 1))
    assert clip.truth.height == 40
    inner = clip.truth.filter(pl.col("y").is_between(8, 39) & pl.col("x").is_between(8, 39))
    rows = inner["frame"].to_numpy()
    np.testing.assert_allclose(centroids(clip.frames[rows]), inner.select("y", "x"), atol=0.6)
    np.testing.assert_allclose(clip.frames[rows].max((1, 2)) - 0.1, inner["amplitude"], atol=0.02)


def test_noise_is_as_loud_as_it_was_asked_to_be():
    clip = cosmic_ray_stack(np.full((80, 80), 0.5), exposures=4, size=48, noise=0.03, hits=(0, 0))
    assert clip.truth.height == 0
    assert clip.frames.std() == pytest.approx(0.03, rel=0.05)


def test_a_picture_that_is_too_small_or_none_is_refused():
    with pytest.raises(
        PersistenceError, match=r"64 × 64 px are too few; the field and its dithers need 138 × 138"
    ):
        cosmic_ray_stack(np.zeros((64, 64)))
    with pytest.raises(PersistenceError, match="expected \\[height, width\\]"):
        cosmic_ray_stack(np.zeros((4, 64, 64, 3)))
    with pytest.raises(PersistenceError, match="not finite"):
        cosmic_ray_stack(np.full((200, 200), np.nan))


def test_without_the_file_in_the_wheel_one_sentence_says_so(monkeypatch):
    monkeypatch.setattr(exposures.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PersistenceError, match=r"has no hubble_deep_field\.jpg; give a picture of your own"):
        cosmic_ray_stack()
