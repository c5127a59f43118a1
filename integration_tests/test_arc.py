"""Grids that answer tasks, from task to report: shapes at every joint, gradients everywhere, the whole way, tiny."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis import find_runs
from arc_context import ArcError
from arc_context.configuration import BASELINE_SETTINGS
from arc_context.model.batch import PAD
from arc_context.model.decoding import answers
from arc_context.splits import SEEN, VALIDATION
from searchlight.cli import main
from searchlight.configuration import with_settings
from searchlight.errors import UsageError
from searchlight.experiments import arc
from searchlight.experiments.arc_pretraining import lessons
from searchlight.experiments.joining import join
from searchlight.training import Recorder, fit

PRESET = "arc/demo_quick"
TINY = {
    "families.sides": [3, 4],
    "families.pairs": [2, 3],
    "tasks.train": 24,
    "tasks.validation": 3,
    "tasks.test": 5,
    "model.dim": 16,
    "model.heads": 2,
    "model.steps": 2,
    "training.epochs": 2,
    "training.batch_size": 6,
}
CONTEXTS = ("none", "film", "cross_attention")


@pytest.fixture(scope="module")
def attention(experiment):
    return experiment()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Nine tasks to read, each a mirror image of a grid of two colours."""
    place, rng = tmp_path_factory.mktemp("tasks"), np.random.default_rng(0)
    for number in range(9):
        grids = rng.integers(number % 4, number % 4 + 2, (4, 3, 4))
        pairs = [{"input": grid.tolist(), "output": grid[:, ::-1].tolist()} for grid in grids]
        (place / f"task{number}.json").write_text(json.dumps({"train": pairs[:3], "test": pairs[3:]}))
    return {"tasks__source": str(place), "tasks__folds": 3}


def test_the_joints_fit(attention):
    batch = next(iter(attention.draw(0)))
    assert {len(each) for each in batch.values()} == {6}
    _, pairs, height, width = batch["train_inputs"].shape
    assert batch["test"].shape == batch["answer"].shape == (6, height, width)
    output = attention.arm().model(*(batch[name] for name in ("test", "train_inputs", "train_outputs")))
    assert output.logits.shape == (6, PAD + 1, height, width)
    assert {each.shape for each in output.attention} == {(6, 2, height * width, pairs * height * width)}


def test_an_evaluation_has_one_row_per_test_output_of_every_split(attention):
    found = attention.evaluate(attention.arm().model)
    rows = sum(len(attention.questions(split)) for split in attention.splits)
    assert attention.splits == (VALIDATION, SEEN, "test/swap")
    assert found.trials.height == rows == found.trials.select("split", "item").n_unique() == 6 + 10 + 5
    assert {each.shape[0] for each in (*found.states.values(), *found.attention.values())} == {rows}
    assert found.states["answer/grid"].dtype == np.int8
    entropies = [each for name, each in found.attention.items() if name.endswith("/entropy")]
    assert all((each <= 1 + 1e-5).all() for each in entropies)
    assert entropies


def test_stored_answers_are_those_that_are_scored(attention):
    found = attention.evaluate_split(attention.model(), SEEN)
    asked = attention.questions(SEEN)
    for row, question in enumerate(asked):
        height, width = question.pair.output.shape
        truth = found.states["truth/grid"][row]
        np.testing.assert_array_equal(truth[:height, :width], question.pair.output)
        assert (truth == PAD).sum() == 900 - height * width
    same = (found.states["answer/grid"] == found.states["truth/grid"]).all((1, 2))
    assert found.trials["prediction"].to_list() == same.astype(int).tolist()


def test_what_is_said_does_not_depend_on_the_tasks_beside_it(attention):
    model, asked = attention.model().eval(), attention.questions(SEEN)
    together = [
        grid for _, batch, output in attention.outputs(model, asked) for grid in answers(output, batch.canvas)
    ]
    for question, expected in zip(asked, together, strict=True):
        ((_, batch, output),) = attention.outputs(model, [question])
        np.testing.assert_array_equal(answers(output, batch.canvas)[0], expected)


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_parameter_gets_a_gradient(experiment, assert_gradients, context):
    assert_gradients(experiment(model__context=context).arm())


def test_anchors_get_gradients_too(experiment, assert_gradients):
    assert_gradients(experiment(model__anchors=2, loss__diversity=0.1).arm())


@pytest.mark.parametrize("context", CONTEXTS)
def test_training_lowers_the_loss(experiment, context):
    found = experiment(model__context=context)
    arm = found.arm()
    settings = with_settings(found.config, {"training.epochs": 4}, "test").training
    recorder = fit(arm.model, arm.loss, arm.batches, settings)
    assert recorder.epochs[-1]["train_loss"] < recorder.epochs[0]["train_loss"]


def test_an_epoch_shows_fresh_tasks_the_same_whenever_it_is_asked_for(attention):
    first, again, other = ([batch["test"] for batch in attention.draw(epoch)] for epoch in (0, 0, 1))
    assert all(torch.equal(one, two) for one, two in zip(first, again, strict=True))
    assert [each.shape for each in first] != [each.shape for each in other] or not all(
        torch.equal(one, two) for one, two in zip(first, other, strict=True)
    )
    ids = torch.cat([batch["ids"] for batch in attention.draw(0)])
    assert sorted(ids.tolist()) == list(range(24))


def test_seeds_and_arms_share_the_tasks_and_differ_in_weights(experiment, attention):
    other = experiment(seed=1)
    assert attention.data_hash() == other.data_hash() == experiment(tasks__train=12).data_hash()
    assert attention.data_hash() == experiment(model__kind="copy").data_hash()
    assert attention.data_hash() != experiment(families__sides=[4, 4]).data_hash()
    weights = [torch.nn.utils.parameters_to_vector(each.model().parameters()) for each in (attention, other)]
    assert not torch.equal(*weights)


def test_what_a_reader_is_told_of_the_tasks_is_what_is_evaluated(attention):
    tasks, families = attention.introduction()
    rows = {row[0]: row for row in tasks.rows}
    assert set(rows) == set(attention.splits)
    assert rows["test/swap"][1:3] == ("5", "5")
    assert [row[:2] for row in families.rows] == [
        ("colour_map", "trained"),
        ("keep_colours", "trained"),
        ("swap", "held out"),
    ]


@pytest.mark.parametrize("kind", BASELINE_SETTINGS)
def test_every_baseline_answers_every_question(experiment, kind):
    found = experiment(model__kind=kind)
    evaluation = found.evaluate(found.arm().restored(lambda model: None))
    assert not evaluation.attention
    values = found.values(evaluation.trials, found.measures[0], ())
    assert set(values["split"]) == set(found.splits)
    if kind == "copy":
        said = found.observers(evaluation.trials, ())
        assert values["value"].to_list() == said.sort("split")["copy"].to_list()


def test_questions_are_answered_a_few_at_a_time_and_none_is_lost(attention, monkeypatch):
    asked = attention.questions(SEEN)
    monkeypatch.setattr(arc, "CELLS", 150)
    chunks = list(arc.chunked(asked))
    assert [each for chunk in chunks for each in chunk] == list(asked)
    assert 1 < len(chunks) < len(asked)
    sizes = [max(arc.padded_cells(each.episode) for each in chunk) * len(chunk) for chunk in chunks]
    assert all(size <= 150 or len(chunk) == 1 for size, chunk in zip(sizes, chunks, strict=True))


def test_several_views_give_two_attempts_the_same_whenever_they_are_asked(experiment):
    found = experiment(voting__views=4)
    model = found.model().eval()
    first, again = (found.evaluate_split(model, SEEN).trials for _ in range(2))
    assert first.equals(again)
    assert (first["either"] >= first["prediction"]).all()


def test_the_untrained_control_is_the_model_of_the_seed_before_training(attention):
    untrained = attention.intervene(attention.arm().model, "untrained")
    tested = [split for split in attention.splits if split.startswith("test/")]
    again = join([attention.evaluate_split(attention.model(), split) for split in tested])
    assert untrained.trials["score"].to_list() == again.trials["score"].to_list()
    with pytest.raises(UsageError, match="is no intervention here"):
        attention.intervene(attention.arm().model, "shuffled_task")


def test_tasks_that_are_read_are_validated_and_tested_in_parts_of_their_own(experiment, folder):
    found = experiment(**folder)
    names = {split: {task.name for task in found.tasks(split)} for split in found.splits}
    assert list(map(len, names.values())) == [3, 3]
    trained = {episodes[0].task for episodes in found.task_splits.shown}
    assert len(trained | set().union(*names.values())) == 9
    assert experiment(**folder, tasks__fold=1).data_hash() != found.data_hash()
    assert found.evaluate(found.model()).trials["family"].unique().to_list() == [""]
    assert len(found.introduction()) == 1


def test_a_model_begins_from_what_generated_families_taught_it(experiment, folder):
    plain, taught = experiment(**folder), experiment(**folder, pretraining__epochs=1, pretraining__tasks=24)
    other_fold = experiment(**folder, tasks__fold=1, pretraining__epochs=1, pretraining__tasks=24)
    assert lessons(taught.config) == lessons(other_fold.config)
    settings = with_settings(
        taught.config, {"training.epochs": 1, "training.learning_rate": 1e-12}, "t"
    ).training
    ends = []
    for each in (plain, taught):
        arm = each.arm()
        arm.train(settings, Recorder())
        ends.append(arm.model.state_dict())
    start = {name: torch.as_tensor(each) for name, each in taught.arm().start().items()}
    for name, each in start.items():
        torch.testing.assert_close(ends[1][name], each, atol=1e-4, rtol=1e-4)
    assert any(not torch.allclose(ends[0][name], each, atol=1e-4) for name, each in start.items())


def test_what_has_no_effect_is_refused(experiment):
    with pytest.raises(Exception, match="pretraining comes before tasks that are read"):
        experiment(pretraining__epochs=1)
    with pytest.raises(Exception, match="'swop' is not a family; did you mean swap"):
        experiment(families__held_out=["swop"])


def test_a_source_without_answers_cannot_be_evaluated(experiment, tmp_path):
    grid = [[1, 0]]
    for number in range(3):
        document = {"train": [{"input": grid, "output": grid}] * 2, "test": [{"input": grid}]}
        (tmp_path / f"open{number}.json").write_text(json.dumps(document))
    found = experiment(tasks__source=str(tmp_path), tasks__folds=3)
    with pytest.raises(ArcError, match=r"task open., test 0: its answer is not known"):
        found.evaluate(found.model())


def test_the_whole_way(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    for kind in ("film", "cross_attention"):
        main(["train", PRESET, *flags, "--model.context", kind, "--seeds", "0..1", "--jobs", "1"])
    main(["train", PRESET, *flags, "--model.kind", "copy", "--seeds", "0..1", "--jobs", "1"])
    shown = capsys.readouterr().out
    assert "best by exact match on validation" in shown
    assert "foreground" in shown
    arms = {
        (run.config()["model"]["kind"], run.config()["model"]["context"]): run.path.parent
        for run in find_runs(tmp_path / "runs")
    }
    attention, pooled = (arms["rlan", kind] for kind in ("cross_attention", "film"))
    main(
        [
            "compare",
            str(pooled),
            str(attention),
            "--assay",
            "costs",
            "--assay",
            "lookup",
            "--jobs",
            "1",
            "--json",
        ]
    )
    document = json.loads(capsys.readouterr().out)
    assert "test/swap" in document["splits"]
    assert document["assays"]["costs"]["measures"]
    main(["evaluate", str(attention), "--by", "family"])
    assert "keep_colours" in capsys.readouterr().out
    main(["report", str(attention / "seed-0"), "--assay", "performance", "--jobs", "1"])
    assert (attention / "seed-0" / "report.html").stat().st_size > 10_000
    main(["inspect", str(attention / "seed-0"), "--split", "test/swap", "-o", "shown"])
    assert "untrained" in capsys.readouterr().out
    assert (tmp_path / "shown" / "inspection-test-swap.html").is_file()
    main(["inspect", str(arms["copy", "cross_attention"] / "seed-0")])
    assert "there is no attention to draw" in capsys.readouterr().out
    main(["runs"])
    assert "model.context film" in capsys.readouterr().out


def test_a_sweep_chooses_by_validation(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    main(["sweep", PRESET, *flags, "--grid", "training.learning_rate=0.001,0.003", "--jobs", "1"])
    assert "validation exact_match" in capsys.readouterr().out


@pytest.mark.slow
def test_the_quick_demo_ends_with_every_family_and_where_attention_goes(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["demo", "arc", "--quick"])
    shown = capsys.readouterr().out
    assert "against rules" in shown
    assert "test/swap" in shown
    assert "uniform attention" in shown
    (verdict,) = (
        line for line in shown.splitlines() if line.startswith("context") and "cross_attention" in line
    )
    assert verdict.endswith("better")
    assert (tmp_path / "runs/comparisons/arc_demo_quick/report.html").stat().st_size > 50_000


@pytest.mark.gpu
def test_a_gpu_gives_the_answers_of_the_cpu(experiment):
    found = experiment()
    model = found.model().eval()
    expected = found.evaluate_split(model, SEEN).trials
    assert (
        found.evaluate_split(model.cuda(), SEEN).trials["prediction"].to_list()
        == expected["prediction"].to_list()
    )
    arm, settings = found.arm(), replace(found.config.training, device="cuda")
    recorder = fit(arm.model, arm.loss, arm.batches, settings, validate=arm.validate)
    assert len(recorder.epochs) == settings.epochs
