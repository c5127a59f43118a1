import numpy as np
import polars as pl
import pytest

from analysis import Run
from working_memory.assays.gates import Gated, Gates

CHANNELS = 24
ASSAY = Gates(permutations=199)


@pytest.fixture
def trials(make_run, planted):
    return make_run(planted(1), splits=("test/novel_view",), sequences=90).trials()


@pytest.fixture
def stored(tmp_path):
    def made(trials, gates):
        run = Run(tmp_path / f"run-{len(list(tmp_path.iterdir()))}" / "seed-0")
        run.begin("system: working_memory", {"data_hash": "planted"})
        run.write_evaluation(
            trials, {"look/gates": gates.astype(np.float32)} if gates is not None else {}, {}
        )
        return run

    return made


def opened(trials, width, noise=0.02):
    """Gates of .2, and of .8 in `width` channels that belong to the asked feature."""
    feature = np.unique(trials["feature"].to_numpy().astype(str), return_inverse=True)[1]
    sequences = trials["group"].to_numpy()
    drawn = np.random.default_rng(0).normal(0, noise, (sequences.max() + 1, CHANNELS))[sequences]
    own = np.arange(CHANNELS) // 6 == feature[:, None]
    return np.clip(np.where(own & (np.arange(CHANNELS) % 6 < width), 0.8, 0.2) + drawn, 0, 1)


@pytest.fixture
def found(trials, stored):
    run, plain = stored(trials, opened(trials, 6)), stored(trials, opened(trials, 0))
    even = stored(trials.with_columns(correct=False), opened(trials, 0))
    return ASSAY.measure(run, {"untrained": plain, "uniform": even})


def test_selectivity_is_how_far_the_asked_feature_opens_its_channels(found):
    estimate = found.estimate("gate_selectivity", split="test/novel_view")
    assert estimate.value == pytest.approx(0.6, abs=0.01)
    assert estimate.null.p < 0.02
    assert estimate.null.low < 0 < estimate.null.high
    untrained = found.estimate("gate_selectivity_untrained", split="test/novel_view")
    assert untrained.null.p > 0.05
    assert abs(untrained.value) < 0.01


def test_levels_are_means_and_ranges_over_channels_and_tasks(found):
    cell = {"split": "test/novel_view", "feature": "identity"}
    assert found.estimate("gate_mean", **cell).value == pytest.approx(0.2 + 0.6 * 6 / CHANNELS, abs=0.005)
    assert found.estimate("gate_range", **cell).value == pytest.approx(0.6, abs=0.05)
    assert found.estimate("gate_task_range", split="test/novel_view").value == pytest.approx(0.45, abs=0.05)


def test_even_gates_lose_what_was_right(found, trials):
    scored = trials.filter("scored", pl.col("feature") == "location")
    lost = found.estimate("even_gates_loss", split="test/novel_view", feature="location")
    assert lost.value == pytest.approx(scored["correct"].mean())


def test_ranking_and_measuring_on_the_same_sequences_would_find_noise(trials, stored):
    run = stored(trials, np.random.default_rng(3).random((len(trials), CHANNELS)))
    gated = Gated.of(run)["test/novel_view"]
    estimate = gated.selectivity(0.25, 199, 0)
    assert estimate.null.p > 0.05
    assert estimate.low < 0 < estimate.high


def test_gates_are_drawn_by_task_and_a_look_without_them_says_so(found, trials, stored):
    assert found.arrays["trained"].shape == (9, CHANNELS)
    assert sorted(found.arrays["tasks"])[0] == "category-1back"
    assert [each.name for each in ASSAY.draw({"pooled": [], "gated": [found]})] == ["gates-gated"]
    assert ASSAY.missing(stored(trials, None)) == "its look has no gates"


def test_one_feature_alone_is_not_selective(trials, stored):
    run = stored(trials.with_columns(feature=pl.lit("location")), opened(trials, 6))
    estimate = Gated.of(run)["test/novel_view"].selectivity(0.25, 9, 0)
    assert estimate.how == "not estimable: one feature alone is asked"
