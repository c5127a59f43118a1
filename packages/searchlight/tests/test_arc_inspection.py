"""What inspect shows of a model on grids: answers by family, and attention beside what it would be for no reason."""

import json

import numpy as np
import pytest

from searchlight.choices import GridChoice
from searchlight.configuration import load_config, with_settings
from searchlight.errors import UsageError
from searchlight.experiments import arc_inspection
from searchlight.experiments.arc import Arc

TINY = {
    "families.sides": [3, 4],
    "families.pairs": [2, 3],
    "tasks.train": 6,
    "tasks.validation": 2,
    "tasks.test": 4,
    "model.dim": 16,
    "model.heads": 2,
    "model.steps": 2,
    "model.solver_context": True,
}


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    config = with_settings(load_config("arc/demo_quick").config, TINY, "test")
    return Arc(config, 0, cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def trained(experiment, model):
    return experiment.evaluate(model)


def test_answers_and_attention_of_every_family_stand_beside_the_untrained_model(experiment, trained, made):
    found = arc_inspection.inspect(experiment, trained, {"untrained": made("untrained")}, GridChoice())
    assert found.split == "test/seen"
    assert [each.name for each in found.drawings] == ["exact-match", "attention-truth"]
    named = {name.split(", ")[1:][0] for name in found.figures}
    assert named == {"trained", "untrained", "uniform attention"}
    rows = trained.trials.with_row_index("row").filter(split="test/seen", family="colour_map")
    mass = trained.attention["solver1/determining"][rows["row"].to_numpy()]
    told = {
        what: found.figures[f"{what} on what settles a cell, trained, colour_map"].value
        for what in ("first look", "last look")
    }
    assert told["first look"] == pytest.approx(float(np.nanmean(mass)), rel=1e-5)
    last = trained.attention["solver2/determining"][rows["row"].to_numpy()]
    assert told["last look"] == pytest.approx(float(np.nanmean(last)), rel=1e-5)
    right = rows["prediction"].mean()
    assert found.figures["exact match, trained, colour_map"].value == pytest.approx(right)


def test_another_split_is_looked_at_where_it_is_named(experiment, trained):
    found = arc_inspection.inspect(experiment, trained, {}, GridChoice(split="test/swap"))
    assert {name.split(", ")[-1] for name in found.figures} == {"swap"}
    with pytest.raises(UsageError, match="test/swop is not a test split"):
        arc_inspection.inspect(experiment, trained, {}, GridChoice(split="test/swop"))


def test_a_model_without_attention_has_its_answers_drawn(experiment, trained):
    pooled = type(trained)(trained.trials, trained.states, {})
    found = arc_inspection.inspect(experiment, pooled, {}, GridChoice())
    assert "no attention to draw" in found.summary[0]
    assert [each.name for each in found.drawings] == ["exact-match"]


def test_a_task_is_drawn_with_the_cell_that_is_asked_for(experiment, trained, made, model):
    choice = GridChoice(split="test/swap", item="1", cell="2,1")
    found = arc_inspection.inspect(experiment, trained, {"untrained": made("untrained")}, choice, model)
    assert [each.name for each in found.drawings] == [
        "task-test-swap-1-2-1",
        "exact-match-test-swap",
        "attention-truth-test-swap",
    ]
    document = json.loads(found.files["inspection-test-swap-1-2-1.json"])
    question = experiment.questions("test/swap")[1]
    assert document["item"] == f"{question.task.name}/0"
    assert document["cell"] == [2, 1]
    assert document["task"] == question.task.to_document()
    assert set(document["looks"]) == {"trained", "untrained"}
    assert found.files["inspection-test-swap-1-2-1.txt"].splitlines() == list(found.summary)


def test_what_is_told_of_a_cell_is_what_the_model_attends(experiment, trained, model):
    found = arc_inspection.inspect(experiment, trained, {}, GridChoice(cell="1,1"), model)
    told = json.loads(found.files["inspection-1-1.json"])["looks"]["trained"]
    ((_, batch, output),) = experiment.outputs(model, [experiment.questions("test/seen")[0]])
    rows = output.attention[-1].dense()[0, :, batch.test.shape[-1] + 1].detach().double()
    entropy = -(rows * rows.clamp_min(1e-12).log()).sum(-1)
    spread = {each["head"]: each["spread"] for each in told if each["look"] == "step 2"}
    assert [spread["head 1"], spread["head 2"]] == pytest.approx(entropy.exp().tolist(), rel=1e-3)
    first = next(each for each in told if (each["look"], each["head"]) == ("step 2", "head 1"))["strongest"][
        0
    ]
    assert first["weight"] == pytest.approx(float(rows[0].max()), rel=1e-4)


def test_a_test_output_or_a_cell_that_there_is_not_is_said(experiment, trained, model):
    for choice, said in (
        (GridChoice(item="colour_map-9/0"), "colour_map-9/0 is no test output of test/seen; expected 0 to 7"),
        (GridChoice(cell="8,0"), "there is no cell 8,0"),
    ):
        with pytest.raises(UsageError, match=said):
            arc_inspection.inspect(experiment, trained, {}, choice, model)


def test_answers_stand_beside_what_giving_the_input_back_scores(trained):
    found = arc_inspection.right(trained, "test/seen", "copied")
    assert {name: each.value for name, each in found.items()} == {"colour_map": 0.0, "keep_colours": 0.0}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"model.context": "film"}, []),
        ({"model.context": "none", "model.anchors": 2}, ["trained", "untrained"]),
    ],
)
def test_models_without_looks_have_their_task_drawn_and_anchors_where_they_choose_some(
    experiment, settings, named
):
    other = Arc(with_settings(experiment.config, settings, "test"), 0, cache=experiment.cache)
    found = other.evaluate_split(other.model(), "test/seen")
    shown = arc_inspection.inspect(other, found, {}, GridChoice(), other.model())
    assert shown.drawings[0].panel.script == ""
    document = json.loads(shown.files["inspection.json"])
    assert document["looks"] == {}
    assert list(document["anchors"]) == named
