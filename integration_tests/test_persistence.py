"""Objects that last from videos to report: shapes at every joint, gradients everywhere, the whole way once, tiny."""

import json
from dataclasses import replace
from functools import wraps

import numpy as np
import polars as pl
import pytest
import torch

from analysis import find_runs
from object_persistence import PersistenceError
from object_persistence.configuration import BASELINE_SETTINGS
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.sight import NETWORKS, Sight
from perception import SmallCNN
from searchlight.cli import main
from searchlight.configuration import with_settings
from searchlight.errors import UsageError
from searchlight.experiments import persistence
from searchlight.experiments.joining import join
from searchlight.experiments.persistence import TRAIN, VALIDATION, bucketed
from searchlight.training import fit

PRESET = "persistence/demo_quick"
TINY = {
    "videos.splits.train": 24,
    "videos.splits.validation": 6,
    "videos.splits.test": 4,
    "model.dim": 16,
    "model.heads": 2,
    "training.epochs": 2,
    "training.batch_size": 6,
}


@pytest.fixture(scope="module")
def attention(experiment):
    return experiment()


def test_the_joints_fit(attention):
    batch = next(iter(attention.draw(0)))
    clips, tokens = batch["mask"].shape
    assert clips == 6
    assert batch["patches"].shape == (6, tokens, 1, 9, 9)
    assert {len(each) for each in batch.values()} == {6}
    output = attention.arm().model(TokenBatch.from_tensors(batch))
    assert output.logits.shape == output.duration.shape == output.remaining.shape == (6, tokens)
    assert [each.shape for each in output.attention] == [(6, 2, tokens, tokens)] * 2
    assert torch.equal(output.mask, batch["mask"])


def test_an_evaluation_has_one_row_per_detection_of_every_split(attention):
    evaluation = attention.evaluate(attention.arm().model)
    trials, rows = evaluation.trials, sum(attention.clips(split).detections for split in attention.splits)
    assert trials.height == rows == trials.select("split", "item").n_unique()
    assert {each.shape[0] for each in (*evaluation.states.values(), *evaluation.attention.values())} == {rows}
    assert set(trials["split"]) == set(attention.splits)
    for name in ("layer1/received", "layer2/received", "rollout/received"):
        means = trials.with_columns(value=pl.Series(evaluation.attention[name])).group_by("split", "group")
        np.testing.assert_allclose(means.agg(pl.col("value").mean())["value"], 1, rtol=1e-4)
    assert (evaluation.attention["layer1/entropy"] <= 1 + 1e-5).all()
    assert trials.filter("clutter")["duration"].null_count() == trials.filter("clutter").height


def test_what_is_said_does_not_depend_on_the_clips_beside_it(attention):
    model = attention.model().eval()
    clips = attention.clips("test/same")
    together = attention.predictions(model, clips)
    alone = [attention.predictions(model, [clip])[0] for clip in clips]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_stored_attention_is_that_of_dense_weights(attention):
    clip = attention.clips("test/same")[0]
    batch = TokenBatch.of([clip])
    model = attention.model().eval()
    with torch.no_grad():
        weights = [each.dense()[0].mean(0).double() for each in model(batch).attention]
    rows = (attention.clips("test/same")[0].name, "test/same")
    found = attention.evaluate_split(model, "test/same")
    chosen = (found.trials["group"] == rows[0]).to_numpy()
    for number, each in enumerate(weights, 1):
        expected = each.sum(0) / each.sum(0).mean()
        np.testing.assert_allclose(found.attention[f"layer{number}/received"][chosen], expected, rtol=1e-3)
    mixed = [0.5 * torch.eye(len(clip)) + 0.5 * each for each in weights]
    expected = (mixed[1] @ mixed[0]).sum(0)
    np.testing.assert_allclose(
        found.attention["rollout/received"][chosen], expected / expected.mean(), rtol=1e-3
    )


@pytest.mark.parametrize(("kind", "queries"), [("transformer", 0), ("transformer", 3), ("gru", 0)])
def test_every_parameter_gets_a_gradient(kind, queries, experiment, assert_gradients):
    arm = experiment(
        model__kind=kind, model__queries=queries, loss__margin=1.0, loss__contrastive=0.1, loss__balanced=True
    ).arm()
    assert_gradients(arm)


def test_features_that_stay_as_they_were_drawn_take_no_step(experiment):
    arm = experiment(model__patches="random").arm()
    before = {name: each.clone() for name, each in arm.model.named_parameters()}
    fit(arm.model, arm.loss, arm.batches, experiment().config.training)
    moved = {name for name, each in arm.model.named_parameters() if not torch.equal(each, before[name])}
    assert not {name for name in moved if name.startswith("tokenizer.patch.")}
    assert {name for name in moved if name.startswith("head.")}


def test_training_lowers_the_loss(attention):
    arm = attention.arm()
    settings = with_settings(attention.config, {"training.epochs": 6}, "test").training
    recorder = fit(arm.model, arm.loss, arm.batches, settings)
    assert recorder.epochs[-1]["train_loss"] < recorder.epochs[0]["train_loss"]


def test_an_epoch_shows_every_clip_once_the_same_whenever_it_is_asked_for(attention):
    first, again, other = ([batch["ids"] for batch in attention.draw(epoch)] for epoch in (0, 0, 1))
    assert all(torch.equal(one, two) for one, two in zip(first, again, strict=True))
    assert sorted(torch.cat(first).tolist()) == list(range(24))
    assert not all(torch.equal(one, two) for one, two in zip(first, other, strict=True))


def test_clips_of_a_batch_are_of_about_one_size():
    sizes = np.random.default_rng(0).integers(10, 100, 400)
    batches = list(bucketed(sizes, 20, np.random.default_rng(1)))
    padded = sum(20 * sizes[rows].max() for rows in batches)
    drawn = np.random.default_rng(1).permutation(400).reshape(-1, 20)
    assert sorted(np.concatenate(batches)) == list(range(400))
    assert padded / sizes.sum() < 1.2 < sum(20 * sizes[rows].max() for rows in drawn) / sizes.sum()


def test_no_clip_of_training_is_ever_tested(attention):
    names = {split: {clip.name for clip in attention.clips(split)} for split in (TRAIN, *attention.splits)}
    assert sum(len(each) for each in names.values()) == len(set().union(*names.values()))


def test_seeds_and_arms_share_the_clips_and_differ_in_weights(attention, experiment):
    other = experiment(seed=1)
    assert attention.data_hash() == other.data_hash() == experiment(videos__splits__train=12).data_hash()
    assert attention.data_hash() != experiment(videos__noise=0.05).data_hash()
    weights = [torch.nn.utils.parameters_to_vector(each.model().parameters()) for each in (attention, other)]
    assert not torch.equal(*weights)


def test_what_a_reader_is_told_of_the_data_is_what_was_prepared(attention):
    (facts,) = attention.introduction()
    rows = {row[0]: row for row in facts.rows}
    clips = attention.clips("test/dense")
    assert set(rows) == {TRAIN, *attention.splits}
    assert rows["test/dense"][1:4] == ("4", f"{clips.detections / 4:.1f}", f"{clips.persistent:.1%}")
    assert float(rows["test/dense"][2]) > 1.4 * float(rows["test/same"][2])


@pytest.mark.parametrize("kind", BASELINE_SETTINGS)
def test_every_baseline_scores_every_detection(kind, experiment):
    found = experiment(model__kind=kind)
    evaluation = found.evaluate(found.arm().restored(lambda model: None))
    assert evaluation.trials["score"].is_between(0, 1).all()
    assert not evaluation.attention
    values = found.values(evaluation.trials, found.measures[0], ())
    assert set(values["split"]) == set(found.splits)
    if kind == "majority":
        said = found.observers(evaluation.trials, ())
        assert values.filter(split=VALIDATION)["value"][0] == said.filter(split=VALIDATION)["majority"][0]


def test_clips_of_one_kind_teach_nothing_and_are_refused(experiment):
    with pytest.raises(PersistenceError, match=r"0% of .* training detections are persistent"):
        experiment(videos__persistent=[0, 0]).prepare()


def test_the_untrained_control_is_the_model_of_the_seed_before_training(attention):
    untrained = attention.intervene(attention.arm().model, "untrained")
    again = join(
        [attention.evaluate_split(attention.model(), s) for s in attention.splits if s.startswith("test/")]
    )
    assert untrained.trials["score"].to_list() == again.trials["score"].to_list()
    with pytest.raises(UsageError, match="is no intervention here"):
        attention.intervene(attention.arm().model, "shuffled_task")


def test_a_clip_in_which_nothing_was_found_is_scored_beside_others(attention):
    clips = attention.clips("test/same")
    empty = clips[0].take(np.zeros(0, dtype=np.int64))
    first, second = attention.predictions(attention.model(), [empty, clips[1]])
    assert first.shape == (0,)
    assert second.shape == (len(clips[1]),)
    assert attention.table("s", [empty, clips[1]], [first, second]).height == len(clips[1])


def test_the_whole_way(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    for kind in ("gradient_boosting", "transformer"):
        main(
            [
                "train",
                PRESET,
                *flags,
                "--model.kind",
                kind,
                "--seeds",
                "0..1",
                "--jobs",
                "1",
            ]
        )
    shown = capsys.readouterr().out
    assert "best by accuracy on validation/same" in shown
    assert "majority" in shown
    arms = {run.config()["model"]["kind"]: run.path.parent for run in find_runs(tmp_path / "runs")}
    folders = [str(arms[kind]) for kind in ("gradient_boosting", "transformer")]
    main(["compare", *folders, "--assay", "costs", "--assay", "ratio", "--jobs", "1", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert "test/gap4" in document["splits"]
    assert document["assays"]["costs"]["measures"]
    main(["evaluate", str(arms["transformer"]), "--by", "kind"])
    assert "flash" in capsys.readouterr().out
    main(["report", str(arms["transformer"] / "seed-0"), "--assay", "performance", "--jobs", "1"])
    assert (arms["transformer"] / "seed-0" / "report.html").stat().st_size > 10_000
    main(["inspect", str(arms["transformer"] / "seed-0"), "--condition", "gap4"])
    assert "untrained" in capsys.readouterr().out
    drawn = arms["transformer"] / "seed-0" / "figures"
    assert {"clip-frames-gap4.png", "clip-tokens-gap4.svg", "hold-outs.png"} <= {
        each.name for each in drawn.iterdir()
    }
    main(["inspect", str(arms["gradient_boosting"] / "seed-0")])
    assert "there is no attention to draw" in capsys.readouterr().out
    assert not (arms["gradient_boosting"] / "seed-0" / "interventions").exists()
    main(["runs"])
    assert "model.kind gradient_boosting" in capsys.readouterr().out


def test_a_dry_run_makes_no_clips_that_are_only_tested(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    made, asked = persistence.prepared_split, []
    monkeypatch.setattr(
        persistence, "prepared_split", lambda *told, **more: asked.append(told[1]) or made(*told, **more)
    )
    main(["train", PRESET, *flags, "--dry-run"])
    assert set(asked) == {TRAIN, VALIDATION}
    assert "one validation:" in capsys.readouterr().out


def test_a_frozen_backbone_sees_patches_once_for_every_seed(experiment, monkeypatch):
    small, looked = SmallCNN((4, 4, 8)).eval(), []
    monkeypatch.setitem(NETWORKS, "resnet50", lambda weights: small)
    monkeypatch.setattr(Sight, "features", heard(Sight.features, looked))
    arms = [experiment(seed, backbone__kind="resnet50") for seed in (0, 1)]
    for arm in arms:
        arm.prepare()
    assert looked == ["features"] * (len(arms[0].splits) + 1)
    pixels = experiment()
    assert arms[0].clips("test/same")[0].patches.shape[1:] == (8, 1, 1)
    assert arms[0].data_hash() == arms[1].data_hash() == pixels.data_hash()
    evaluation = arms[0].evaluate(arms[0].arm().model)
    assert evaluation.trials["item"].equals(pixels.evaluate(pixels.arm().model).trials["item"])
    asked = pixels.clips("test/same")[:2]
    np.testing.assert_allclose(
        arms[0].as_seen(asked)[1].patches, arms[0].clips("test/same")[1].patches, atol=1e-5
    )


def heard(function, calls):
    """The function, which adds its name to `calls` whenever it is called."""

    @wraps(function)
    def hearing(*arguments, **keywords):
        calls.append(function.__name__)
        return function(*arguments, **keywords)

    return hearing


def test_a_sweep_chooses_by_validation(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    grid = ["--grid", "baseline.trees=2,40"]
    main(["sweep", PRESET, *flags, "--model.kind", "gradient_boosting", *grid, "--jobs", "1"])
    assert "validation same accuracy" in capsys.readouterr().out


def test_a_sweep_sets_presets_beside_the_configuration(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    videos = flags[: flags.index("--model.dim")]
    main(["sweep", "persistence/majority", *videos, "--presets", "link_length", "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert [row["settings"] for row in rows] == [{"preset": "link_length"}, {"preset": "majority"}]
    assert [row["chosen"] for row in rows] == [True, False]


@pytest.mark.slow
def test_the_quick_demo_ends_with_hold_outs_and_a_ratio_with_its_null(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["demo", "persistence", "--quick"])
    shown = capsys.readouterr().out
    assert "against baselines" in shown
    assert "test/look_alike" in shown
    assert "labels moved within clips" in shown
    assert (tmp_path / "runs/comparisons/persistence_demo_quick/report.html").stat().st_size > 50_000


@pytest.mark.gpu
def test_a_gpu_gives_the_answers_of_the_cpu(attention, experiment):
    clips = attention.clips("test/same")
    model = attention.model().eval()
    expected = attention.predictions(model, clips)
    for one, other in zip(attention.predictions(model.cuda(), clips), expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    arm, settings = experiment().arm(), replace(experiment().config.training, device="cuda")
    recorder = fit(arm.model, arm.loss, arm.batches, settings, validate=arm.validate)
    assert len(recorder.epochs) == settings.epochs
