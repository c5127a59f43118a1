"""What inspect shows of a model on grids: answers by family, and attention beside what it would be for no reason."""

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
    assert named == {"trained", "untrained"}
    rows = trained.trials.with_row_index("row").filter(split="test/seen", family="colour_map")
    last = sorted(name for name in trained.attention if name.endswith("/determining"))[-1]
    mass = trained.attention[last][rows["row"].to_numpy()]
    assert found.figures["attention on what settles a cell, trained, colour_map"].value == pytest.approx(
        float(np.nanmean(mass)), rel=1e-5
    )
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
