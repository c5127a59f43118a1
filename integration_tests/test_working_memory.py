"""Working memory from stimuli to report: shapes at every joint, gradients everywhere, and the whole way once, tiny."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from analysis import find_runs
from searchlight.cli import main
from searchlight.configuration import load_config
from searchlight.errors import UsageError
from searchlight.experiments.working_memory import EVALUATED
from searchlight.training import fit
from working_memory import KINDS

PRESET, TINY = str(Path(__file__).with_name("tiny.yaml")), {}


@pytest.fixture(scope="module")
def attention(experiment):
    return experiment(model__kind="attention_gru")


def test_the_joints_fit(attention):
    images, features = attention.images, attention.features
    assert images.images.shape == (len(images), 3, 32, 32)
    assert len(images) == 2 * (3 + 2 * 2) * 5 * 2 * 4
    assert features.maps.shape == (len(images) + 2 * (2 * 3) * (3 * 2) * 4, 96, 4, 4)
    batch = next(iter(attention.draw(0)))
    assert batch["features"].shape == (16, 4, 96, 4, 4)
    assert batch["task"].shape == (16, 6)
    output = attention.arm().model(batch["features"], batch["task"])
    assert output.logits.shape == (16, 4, 3)
    assert output.hidden.shape == (16, 4, 16)
    assert output.attention.shape == (16, 4, 1, 1, 16)


def test_the_evaluation_has_one_row_per_frame(attention):
    evaluation = attention.evaluate(attention.arm().model)
    rows = len(EVALUATED) * 24 * 4
    assert evaluation.trials.height == rows
    assert evaluation.states["cognition/hidden"].shape == (rows, 16)
    assert evaluation.attention["look/weights"].shape == (rows, 1, 4, 4)
    np.testing.assert_allclose(evaluation.attention["look/weights"].sum((2, 3)), 1, atol=1e-5)
    assert (evaluation.attention["look/entropy"] <= 1 + 1e-6).all()


def test_uniform_attention_puts_on_the_object_what_the_object_covers(attention):
    evaluation = attention.evaluate(attention.arm().model)
    weights = np.full_like(evaluation.attention["look/weights"], 1 / 16)
    cover = evaluation.attention["look/object_area"]
    images = evaluation.trials["image"].to_numpy()
    masks = attention.images.masks[images].reshape(-1, 4, 8, 4, 8).mean((2, 4))
    np.testing.assert_allclose((weights[:, 0] * masks).sum((1, 2)), cover, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_gets_a_gradient_and_the_loss_falls(kind, experiment):
    heads = {"model__heads": 2} if kind.startswith("multihead") else {}
    arm = experiment(model__kind=kind, **heads).arm()
    before = {name: parameter.clone() for name, parameter in arm.model.named_parameters()}
    settings = load_config(PRESET).config.training
    recorder = fit(arm.model, arm.loss, arm.batches, settings)
    for name, parameter in arm.model.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name
        assert not torch.equal(parameter, before[name]), name
    assert recorder.epochs[-1]["train_loss"] < recorder.epochs[0]["train_loss"]


def test_seeds_share_pictures_and_differ_in_weights_and_sequences(experiment):
    first, second = experiment(), experiment(seed=1)
    assert first.data_hash() == second.data_hash()
    weights = [each.model().answer.weight for each in (first, second)]
    assert not torch.equal(*weights)
    batches = [next(iter(each.draw(0)))["targets"] for each in (first, second)]
    assert not torch.equal(*batches)


def test_an_epoch_is_drawn_the_same_whenever_it_is_asked_for(attention):
    first, again, other = (next(iter(attention.draw(epoch))) for epoch in (0, 0, 1))
    assert torch.equal(first["features"], again["features"])
    assert not torch.equal(first["targets"], other["targets"])


def test_blank_frames_are_seen_as_empty_and_ask_for_nothing(experiment):
    delayed = experiment(tasks__delay=1, model__kind="attention_gru")
    batch = next(iter(delayed.draw(0)))
    assert batch["features"].shape[1] == 8
    blank = batch["features"][:, 1::2]
    assert (blank == blank[0, 0]).all()
    assert (batch["targets"][:, 1::2] == 0).all()
    pooled = next(iter(experiment(tasks__delay=1).draw(0)))["features"]
    torch.testing.assert_close(pooled, batch["features"].mean((-2, -1), keepdim=True), atol=1e-5, rtol=1e-4)


def test_held_out_identities_and_views_are_never_trained_on(attention):
    table = attention.images.table
    trained = {
        int(image)
        for epoch in range(3)
        for image in attention.draw_trials("train", (0, 0, epoch)).images.ravel()
    }
    for split in EVALUATED:
        shown = set(attention.trials[split].images.ravel().tolist())
        if "novel" in split:
            assert not shown & trained
    identities = {
        split: set(table["identity"][list(np.unique(attention.trials[split].images))]) for split in EVALUATED
    }
    assert not identities["validation/novel_identity"] & identities["test/novel_identity"]
    assert not identities["test/novel_identity"] & identities["test/familiar"]


def test_controls_have_the_trials_of_the_run_and_other_attention(attention):
    model = attention.arm().model.eval()
    trained = attention.evaluate(model)
    shuffled = attention.intervene(model, "shuffled_task")
    tested = trained.trials["split"].str.starts_with("test/").to_numpy()
    assert shuffled.trials["image"].to_list() == trained.trials["image"].to_numpy()[tested].tolist()
    difference = shuffled.attention["look/weights"] - trained.attention["look/weights"][tested]
    assert np.abs(difference).max() > 0
    uniform = attention.intervene(model, "uniform")
    np.testing.assert_allclose(uniform.attention["look/weights"], 1 / 16, rtol=1e-6)


def test_deletions_and_pushes_are_stored_for_the_looks_that_allow_them(attention, experiment):
    model = attention.arm().model.eval()
    deleted = attention.intervene(model, "deletion").trials
    scored = attention.trials["test/novel_view"].scored.sum()
    assert deleted.height == scored * (1 + 4 * (2 + 2 * 5))
    assert deleted["right"].is_between(0, 1).all()
    pooled = experiment()
    pushed = pooled.intervene(pooled.arm().model.eval(), "push").trials
    assert set(pushed["direction"]) == {"none", "own", "irrelevant", "discriminant", "random"}
    total = sum(pushed[f"p_{answer}"] for answer in ("no_action", "non_match", "match"))
    np.testing.assert_allclose(total, 1, atol=1e-5)
    with pytest.raises(UsageError, match="expected one of: shuffled_task, untrained, push"):
        pooled.intervene(pooled.arm().model, "deletion")


def test_the_whole_way(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind in ("gru", "attention_gru", "gated_gru"):
        main(["train", PRESET, "--model.kind", kind, "--seeds", "0..1", "--jobs", "1"])
    arms = sorted({run.path.parent for run in find_runs(tmp_path / "runs")})
    assert len(arms) == 3
    capsys.readouterr()
    main(["compare", *map(str, arms), "--assay", "costs", "--assay", "learning", "--jobs", "1", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert set(document["splits"]) == {"test/familiar", "test/novel_view", "test/novel_identity"}
    assert {"steps_to_90"} <= set(document["assays"]["learning"]["measures"])
    assert document["assays"]["costs"]["measures"]["parameters"]["overall"]["arms"]
    assert "reason" in document["decoding"]
    main(["evaluate", str(arms[0]), "--by-cell"])
    shown = capsys.readouterr().out
    assert "test/novel_identity" in shown
    assert "accuracy of simple observers" in shown
    main(["evaluate", str(arms[0]), "--by", "position", "--measure", "criterion"])
    shown = capsys.readouterr().out
    assert "criterion " in shown
    assert "position=3" in shown
    main(["compare", *map(str, arms[:2]), "--measure", "criterion"])
    assert "model.kind" in capsys.readouterr().out
    attended = next(
        arm for arm in arms if "kind: attention_gru" in (arm / "seed-0" / "config.yaml").read_text()
    )
    main(["inspect", str(attended / "seed-0"), "--task", "identity"])
    shown = capsys.readouterr().out
    assert "mass on the object, untrained" in shown
    assert (attended / "seed-0" / "inspection-identity.html").stat().st_size > 10_000
    assert list((attended / "seed-0" / "figures").glob("attention-identity-2back-*.png"))
    main(
        [
            "inspect",
            str(attended / "seed-0" / "checkpoints" / "best.safetensors"),
            "--out",
            str(tmp_path / "pictures"),
        ]
    )
    assert (tmp_path / "pictures" / "inspection.html").is_file()
    main(["runs"])
    assert "complete" in capsys.readouterr().out


def test_a_model_that_attends_to_nothing_has_nothing_to_inspect(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["train", PRESET, "--jobs", "1"])
    with pytest.raises(SystemExit) as stopped:
        main(["inspect", "runs/working_memory/tiny/seed-0"])
    assert stopped.value.code == 2
    assert "troubleshooting.md#no-attention-maps" in capsys.readouterr().err


@pytest.mark.gpu
def test_a_gpu_gives_the_answers_of_the_cpu(experiment):
    arm = experiment(model__kind="attention_gru").arm()
    batch = next(iter(arm.batches.draw(0)))
    expected = arm.model.eval()(batch["features"], batch["task"]).logits
    found = arm.model.cuda()(batch["features"].cuda(), batch["task"].cuda()).logits
    torch.testing.assert_close(found.cpu(), expected, atol=1e-4, rtol=1e-4)
    settings = load_config(PRESET).config.training
    recorder = fit(arm.model, arm.loss, arm.batches, settings, validate=arm.validate)
    assert len(recorder.epochs) == settings.epochs
