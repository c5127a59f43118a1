"""Whether a single patch, without the other detections and without time, tells what lasts."""

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from object_persistence.clips.patches import cut_patches
from object_persistence.configuration import VideoConfig
from object_persistence.videos.blob_videos import BlobVideos
from object_persistence.videos.coloured import coloured
from object_persistence.videos.configuration import AppearanceConfig

SIZE = 9
JITTER = 0.3
"""Standard deviation of where a patch is cut about the true place, in pixels."""
VIDEOS = {
    "grey": VideoConfig(),
    "colour": VideoConfig(frames=6, appearance=AppearanceConfig(colour="random")),
}
"""One channel; and three, of fewer frames, with a colour for every object."""


def patches_of(config: VideoConfig, seeds: range, rows_per_object: int):
    """Patches about visible objects as rows of pixels, and whether each object lasts."""
    pixels, lasts = [], []
    for seed, clip in zip(seeds, BlobVideos(config, seeds), strict=True):
        drawn = np.random.default_rng(seed)
        rows = clip.truth.filter("visible").sample(fraction=1, shuffle=True, seed=seed)
        rows = rows.group_by("track", maintain_order=True).head(rows_per_object)
        y, x = (rows[axis].to_numpy() + drawn.normal(0, JITTER, rows.height) for axis in ("y", "x"))
        cut = cut_patches(clip.frames, rows["frame"].to_numpy(), y, x, SIZE)
        pixels.append(cut.reshape(len(cut), -1))
        lasts.append(rows["persistent"].to_numpy())
    return np.concatenate(pixels), np.concatenate(lasts)


@pytest.fixture(scope="module", params=VIDEOS)
def patches(request, unchecked):
    """Training and held-out patches; one of each held-out object, so that they are independent."""
    training, held_out = range(200), range(10_000, 10_600)
    config = VIDEOS[request.param]
    return unchecked(lambda: (patches_of(config, training, 3), patches_of(config, held_out, 1)))


def auroc(classifier, training, held_out) -> float:
    classifier.fit(*training)
    return float(roc_auc_score(held_out[1], classifier.predict_proba(held_out[0])[:, 1]))


def classifiers():
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
    return {
        "trees": HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=15, random_state=0),
        "linear": linear,
    }


@pytest.mark.parametrize("kind", ["trees", "linear"])
def test_a_single_patch_does_not_tell_what_lasts(patches, kind):
    assert auroc(classifiers()[kind], *patches) == pytest.approx(0.5, abs=0.03)


def test_it_would_find_a_tenth_more_of_one_channel(patches):
    """All of the brightness of a grey clip, the red of a coloured one."""
    leaking = [(brighter(pixels, lasts), lasts) for pixels, lasts in patches]
    assert auroc(classifiers()["trees"], *leaking) > 0.6


def brighter(pixels, lasts):
    leaking = pixels.copy()
    leaking[lasts, : SIZE**2] *= 1.1
    return leaking


def test_colour_gives_the_label_away_and_says_so():
    training, held_out = (patches_of(coloured(), seeds, 1) for seeds in (range(50), range(500, 550)))
    assert auroc(classifiers()["linear"], training, held_out) > 0.99
    assert "Colour gives the label away" in coloured.__doc__


def test_the_order_of_tracks_does_not_tell_what_lasts():
    config = VideoConfig()
    videos = BlobVideos(config, range(200))
    tables = (videos.truth(index).unique("track") for index in range(len(videos)))
    tracks = pl.concat(table.with_columns(place=pl.col("track") / table.height) for table in tables)
    assert roc_auc_score(tracks["persistent"], tracks["place"]) == pytest.approx(0.5, abs=0.05)
