"""A user's video from file to table, picture and page, with a model that was trained for it in seconds."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from analysis import Run, find_runs
from object_persistence import BlobVideos
from object_persistence.configuration import DetectionConfig, VideoConfig
from object_persistence.filtering.table import COLUMNS
from searchlight import filtering
from searchlight.cli import main
from searchlight.configuration import load_config, to_yaml
from searchlight.default_models import content
from searchlight.errors import UsageError
from searchlight.experiments.persistence import Persistence

TINY = """system: persistence
videos: {splits: {train: 24, validation: 8, test: 2}}
model: {kind: KIND, dim: 16, heads: 2}
training: {epochs: 2, batch_size: 6}
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A transformer and trees, by kind."""
    folder = tmp_path_factory.mktemp("runs")
    for kind in ("transformer", "gradient_boosting"):
        (folder / f"{kind}.yaml").write_text(TINY.replace("KIND", kind))
        main(["train", str(folder / f"{kind}.yaml"), "--runs", str(folder / "runs"), "--jobs", "1"])
    return {run.config()["model"]["kind"]: run.path for run in find_runs(folder / "runs")}


@pytest.fixture
def movie(tmp_path):
    """30 frames of 64 × 70 pixels: longer and wider than a clip of training."""
    config = VideoConfig(frames=30, size=(64, 70))
    clip = BlobVideos(config, range(7, 8))[0]
    np.save(tmp_path / "movie.npy", clip.frames)
    return tmp_path / "movie.npy"


@pytest.mark.parametrize("kind", ["transformer", "gradient_boosting"])
def test_a_video_becomes_a_table_a_picture_and_a_page(kind, runs, movie, capsys):
    out = movie.with_name("tracks.csv")
    words = ["persistence", "filter", str(movie), "-o", str(out), "--run", str(runs[kind])]
    main([*words, "--annotate", str(movie.with_name("rings.tif"))])
    shown = capsys.readouterr().out
    table = pl.read_csv(out)
    assert table.columns == [
        *("frame", "y", "x", "mass", "size", "signal", "particle"),
        *("sigma", "snr", "confidence", "probability", "persistent"),
    ]
    assert (
        f"30 frames of 64 × 70 px: {table.height:,} detections in {table['particle'].n_unique():,} tracks"
        in shown
    )
    assert "what lasts: training showed transients of 1 to 3 frames" in shown
    assert "unlike what the model learned from: frames: 30, and a training clip has 16" in shown
    assert "on what is unlike training" in shown
    assert (table.group_by("particle").agg(pl.col("probability").n_unique())["probability"] == 1).all()
    assert table["persistent"].to_list() == (table["probability"] >= 0.5).to_list()
    if kind == "gradient_boosting":
        lengths = table.with_columns(length=pl.len().over("particle"))
        assert lengths.filter(pl.col("length") > 10)["persistent"].all()
        assert lengths.filter(pl.col("length") < 3)["persistent"].mean() < 0.2
    page = out.with_suffix(".html").read_text()
    assert "Beside thresholds on length" in page
    assert "Calibration" in page
    assert page.count('class="still"') == 2
    assert "above chance" not in page.split("accuracy of the filter less that")[1].split("</table>")[0]
    assert '<th scope="col">Null' not in page
    for kept in (out.with_suffix(".png"), movie.with_name("rings.tif")):
        assert kept.stat().st_size > 10_000
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "nothing is overwritten" in capsys.readouterr().err


def test_without_a_run_a_model_is_trained_once_and_kept(movie, tmp_path, monkeypatch, capsys):
    (tmp_path / "tiny.yaml").write_text(TINY.replace("KIND", "link_length"))
    monkeypatch.setattr(filtering, "PRESET", str(tmp_path / "tiny.yaml"))
    for name in ("one", "two"):
        main(["persistence", "filter", str(movie), "-o", str(tmp_path / f"{name}.csv")])
        said = capsys.readouterr().err
        assert ("keeps it in" in said) == (name == "one")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_kept_model_does_not_outlive_its_settings():
    quick, demo = (load_config(f"persistence/{name}") for name in ("demo_quick", "demo"))
    assert content(quick, "object_persistence") != content(demo, "object_persistence")
    assert content(demo, "object_persistence") == content(demo, "object_persistence")
    assert content(demo, "object_persistence") != content(demo, "arc_context")


def test_a_setting_that_the_run_s_detector_does_not_have_is_refused():
    judge = SimpleNamespace(
        config=SimpleNamespace(detection=DetectionConfig(kind="threshold")),
        run=Run(Path("runs/boxes/seed-0")),
    )
    with pytest.raises(
        UsageError, match=r"detection.min_sigma is no setting of threshold; it has brightness"
    ):
        filtering.filtered_by(judge, "video.npy", None, 0.5, {"min_sigma": 1.5}, print)


def test_a_dark_video_gives_an_empty_table(runs, tmp_path, capsys):
    np.save(tmp_path / "dark.npy", np.zeros((5, 40, 40)))
    out = tmp_path / "dark.csv"
    main(
        [
            "persistence",
            "filter",
            str(tmp_path / "dark.npy"),
            "-o",
            str(out),
            "--run",
            str(runs["transformer"]),
        ]
    )
    shown = capsys.readouterr().out
    assert "nothing was found in 5 frames of 40 × 40 px" in shown
    assert "kept" not in shown
    page = out.with_suffix(".html").read_text()
    assert "nothing was found in 5 frames of 40 × 40 px" in page
    assert "Beside thresholds" not in page
    assert out.read_text().strip() == ",".join(COLUMNS)


WRONG = {
    "one frame": (np.zeros((1, 30, 30)), [], 1, "nothing lasts in one frame"),
    "no frame": (np.zeros((0, 30, 30)), [], 1, "holds nothing"),
    "not finite": (np.full((5, 30, 30), np.nan), [], 1, "not finite"),
    "ambiguous": (np.zeros((5, 30, 3)), [], 1, "can be read in several ways"),
    "axes": (np.zeros((5, 30, 30)), ["--axes", "THWC"], 1, "shape"),
    "keep": (np.zeros((5, 30, 30)), ["--keep", "2"], 2, "between 0 and 1"),
    "out": (np.zeros((5, 30, 30)), ["--out", "tracks.xlsx"], 2, "ends in .csv"),
    "annotate": (np.zeros((5, 30, 30)), ["--annotate", "x.mp4"], 2, ".gif or .tif"),
    "sigma": (np.zeros((5, 30, 30)), ["--min-sigma", "9"], 2, "min_sigma"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_filtered_is_one_sentence(name, runs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    values, flags, code, said = WRONG[name]
    np.save("video.npy", values)
    with pytest.raises(SystemExit) as stopped:
        main(["persistence", "filter", "video.npy", "--run", str(runs["transformer"]), *flags])
    shown = capsys.readouterr().err
    assert stopped.value.code == code
    assert said in shown
    assert "Traceback" not in shown
    assert [each.name for each in tmp_path.iterdir()] == ["video.npy"]


@pytest.mark.parametrize(
    ("file", "said"), [("none.tif", "no such file"), ("video.txt", "is no video that can be read")]
)
def test_what_is_no_video_is_said_before_a_model_is_trained(file, said, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(filtering, "default_run", lambda: pytest.fail("trained"))
    (tmp_path / "video.txt").write_text("")
    with pytest.raises(SystemExit) as stopped:
        main(["persistence", "filter", str(tmp_path / file), "-o", str(tmp_path / "tracks.csv")])
    assert stopped.value.code == 1
    assert said in capsys.readouterr().err


def test_a_trained_model_needs_no_training_clips_again(runs, movie, monkeypatch):
    monkeypatch.setattr(Persistence, "detected", without_training(Persistence.detected))
    out = movie.with_name("untrained.csv")
    main(["persistence", "filter", str(movie), "-o", str(out), "--run", str(runs["transformer"])])
    assert out.is_file()


def without_training(detected):
    """The same, where no training clips are asked for."""

    def checked(experiment, split):
        assert split != "train"
        return detected(experiment, split)

    return checked


def test_blobs_below_the_threshold_and_axes_that_may_be_others_are_told(runs, movie, tmp_path, capsys):
    np.save(tmp_path / "dim.npy", 0.1 * np.load(movie).transpose(1, 2, 0)[..., :20])
    words = ["persistence", "filter", str(tmp_path / "dim.npy"), "--run", str(runs["transformer"])]
    main([*words, "-o", str(tmp_path / "doubted.csv")])
    assert "for 20 frames of 64 × 70 px say --axes HWT" in capsys.readouterr().out
    main([*words, "-o", str(tmp_path / "dim.csv"), "--axes", "HWT"])
    shown = capsys.readouterr().out
    assert "--axes HWT" not in shown
    advice = re.search(
        r"blobs of SNR 8 or more below the threshold of 0.08: try --limits (\S+) (\S+), or", shown
    )
    assert advice
    main([*words, "-o", str(tmp_path / "seen.csv"), "--axes", "HWT", "--limits", *advice.groups()])
    assert pl.read_csv(tmp_path / "seen.csv").height > 40


def test_a_run_of_another_system_is_refused(movie, tmp_path, capsys):
    folder = tmp_path / "runs" / "working_memory" / "x" / "seed-0"
    Run(folder).begin(to_yaml(load_config("working_memory/mtmf").document), {"data_hash": "x"})
    with pytest.raises(SystemExit) as stopped:
        main(["persistence", "filter", str(movie), "-o", str(tmp_path / "t.csv"), "--run", str(folder)])
    assert stopped.value.code == 2
    assert "expected one of persistence" in capsys.readouterr().err
