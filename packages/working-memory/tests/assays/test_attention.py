import numpy as np
import polars as pl
import pytest
from scipy.stats import entropy

from analysis import Run
from working_memory.assays.attention import Attention
from working_memory.assays.looks import Looks
from working_memory.assays.map_statistics import head_findings

SIDE = 4
QUADRANT = np.array([2 * (row // 2) + column // 2 for row in range(SIDE) for column in range(SIDE)])
ASSAY = Attention(permutations=199)


def focused(trials, on):
    """Maps that are uniform, but all on the object's quadrant where `on` says so."""
    there = trials["location"].to_numpy()[:, None] == QUADRANT
    weights = np.where(on[:, None], there / 4, 1 / SIDE**2)
    return weights.reshape(-1, 1, SIDE, SIDE).astype(np.float32), there


def looking(trials, on, *, cover=True):
    weights, there = focused(trials, on)
    flat = weights.reshape(len(trials), 1, -1)
    stored = {
        "look/weights": weights,
        "look/entropy": entropy(flat, axis=-1) / np.log(SIDE**2),
        "look/object_mass": (flat * there[:, None]).sum(-1),
        "look/object_area": there.mean(1).astype(np.float32),
    }
    shown = there.reshape(-1, SIDE, SIDE).astype(np.float16)
    return stored | ({"look/object_cover": shown} if cover else {})


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")

    def made(trials, attention):
        run = Run(folder / "arm" / f"seed-{len(list(folder.glob('arm/*')))}")
        run.begin("system: working_memory", {"data_hash": "planted"})
        run.write_evaluation(trials, {}, attention)
        return run

    return made


@pytest.fixture
def trials(make_run, planted):
    return make_run(planted(1), splits=("test/novel_view",), sequences=180).trials()


def answered(trials, right):
    return trials.with_columns(correct=pl.Series(right))


@pytest.fixture
def found(trials, stored):
    """The identity tasks look at the object in two sequences of three, and are right in just those."""
    sequence, identity = trials["group"].to_numpy(), (trials["feature"] == "identity").to_numpy()
    looks = identity & (sequence % 3 > 0)
    random = np.random.default_rng(0).random(len(trials)) < 0.8
    trained = stored(answered(trials, np.where(identity, looks, random)), looking(trials, looks, cover=False))
    never = looking(trials, np.zeros(len(trials), bool))
    controls = {
        "untrained": stored(trials, never),
        "shuffled_task": stored(trials, never),
        "uniform": stored(answered(trials, np.zeros(len(trials), bool)), never),
    }
    return ASSAY.measure(trained, controls)


def test_breadth_is_that_of_the_maps_averaged_over_frames(found):
    cell = {"split": "test/novel_view", "control": "trained"}
    broad = found.estimate("attention_entropy", feature="location", **cell)
    assert broad.value == pytest.approx(1.0)
    narrow = found.estimate("attention_entropy", feature="identity", **cell)
    share = (narrow.value - 1) / (np.log(4) / np.log(16) - 1)
    assert 0.55 < share < 0.75
    effective = found.estimate("effective_cells", feature="identity", **cell)
    assert effective.value == pytest.approx(share * 0.25 + (1 - share), rel=1e-5)


def test_mass_on_the_object_is_held_against_its_area_and_against_other_frames(found):
    cell = {"split": "test/novel_view", "feature": "identity"}
    trained = found.estimate("object_mass_ratio", control="trained", **cell)
    untrained = found.estimate("object_mass_ratio", control="untrained", **cell)
    assert trained.low > 2.5
    assert trained.null.p < 0.02
    assert 0.7 < trained.null.value < 1.3
    assert untrained.value == pytest.approx(1.0)
    assert "0 empty masks" in trained.how


def test_failed_trials_are_told_within_their_task(found):
    cell = {"split": "test/novel_view", "feature": "identity"}
    assert found.estimate("entropy_failed_minus_correct", **cell).value == pytest.approx(0.5)
    assert found.estimate("mass_failed_minus_correct", **cell).value == pytest.approx(0.25 - 1)
    assert found.estimate("entropy_correctness", **cell).value == pytest.approx(-1.0)
    category = found.estimate("entropy_failed_minus_correct", split="test/novel_view", feature="category")
    assert category.value == pytest.approx(0.0)


def test_uniform_attention_loses_what_was_right(found, trials):
    cell = {"split": "test/novel_view", "feature": "identity"}
    asked = trials.filter("scored", pl.col("feature") == "identity")
    right = (asked["group"] % 3 > 0).mean()
    assert found.estimate("uniform_loss", **cell).value == pytest.approx(right)


def test_another_task_moves_the_map_of_the_same_frame(found):
    shift = {
        feature: found.estimate("task_shift", split="test/novel_view", feature=feature).value
        for feature in ("identity", "location")
    }
    assert shift["identity"] > 0.2
    assert shift["location"] == pytest.approx(0.0, abs=1e-6)
    change = found.estimate("entropy_change", split="test/novel_view", pair="category - identity")
    assert change.low > 0.2


def test_trials_are_told_by_the_frame_answered_and_the_one_compared(trials, stored):
    values = np.linspace(0, 1, len(trials))
    attention = looking(trials, np.zeros(len(trials), bool)) | {"look/entropy": values[:, None]}
    looks = Looks.of(stored(trials, attention))
    each = looks.trials.row(7, named=True)
    before = looks.frames.filter(
        pl.col("group") == each["group"], pl.col("position") == each["position"] - each["n"]
    )
    now = looks.frames.filter(pl.col("item") == each["item"])
    assert each["entropy"] == pytest.approx((now["entropy"][0] + before["entropy"][0]) / 2)


def test_what_was_not_stored_is_said(trials, stored):
    masks = {"look/object_mass", "look/object_area", "look/object_cover"}
    never = looking(trials, np.zeros(len(trials), bool))
    run = stored(trials, {name: each for name, each in never.items() if name not in masks})
    found = ASSAY.measure(run, {"uniform": run})
    cell = {"split": "test/novel_view", "feature": "identity"}
    assert "no masks" in found.estimate("object_mass_ratio", control="trained", **cell).how
    assert "no masks" in found.estimate("mass_failed_minus_correct", **cell).how
    assert ASSAY.missing(stored(trials, {})) == "it kept no attention map: its look has none"


def test_one_task_alone_is_not_shuffled(trials, stored):
    one = stored(trials.with_columns(task=pl.lit("location-2back")), {})
    assert "shuffled_task" not in ASSAY.controls_of(one)
    assert "shuffled_task" in ASSAY.controls_of(stored(trials, {}))


def test_the_same_run_gives_the_same_bytes_and_figures_of_every_arm(found, trials, tmp_path):
    found.write(tmp_path / "one.json")
    found.write(tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    names = [drawing.name for drawing in ASSAY.draw({"pooled": [], "looking": [found]})]
    assert names == ["attention-entropy-looking", "attention-maps-looking"]


def test_heads_are_counted_from_1_and_a_single_one_is_not_named(trials, stored):
    one = looking(trials, np.arange(len(trials)) % 2 == 0)
    two = one | {
        name: np.repeat(one[name], 2, 1) for name in ("look/weights", "look/entropy", "look/object_mass")
    }
    single, both = (
        list(head_findings(Looks.of(stored(trials, each)), "test/novel_view", 0)) for each in (one, two)
    )
    assert all("head" not in each.cell for each in single)
    statistics = [each for each in both if each.measure == "attention_statistic"]
    assert {each.cell["head"] for each in statistics} == {1, 2}
    assert {each.cell["heads"] for each in both if each.measure == "head_agreement"} == {"1 and 2"}
