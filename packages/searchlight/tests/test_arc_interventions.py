"""Interventions with a small network on small tasks: tables that assays can read, the network as it was."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import torch

from analysis import Run
from analysis.store import TRIAL_COLUMNS
from arc_context.assays import FaithfulAttention, GradientTruth, Invariance, SupportUse
from arc_context.model.decoding import answers
from searchlight.configuration import load_config
from searchlight.errors import UsageError
from searchlight.experiments import arc_deletion, arc_gradients, arc_padding
from searchlight.experiments import arc_interventions as interventions
from searchlight.experiments.arc import Arc
from searchlight.experiments.arc_support import with_other_support

PROBED = ("shuffled_support", "deletion", "gradients", "padding")
CONFIG = "model: {kind: rlan, context: cross_attention}\nfamilies: {names: [colour_map], held_out: [swap]}"


@pytest.fixture(scope="module", autouse=True)
def few():
    """As few test outputs and draws as still show something."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arc_deletion, "QUESTIONS", 4)
        patch.setattr(arc_deletion, "OF_FAMILY", 2)
        patch.setattr(arc_deletion, "DRAWS", 2)
        patch.setattr(arc_deletion, "SHARES", (0.2, 0.5))
        patch.setattr(arc_gradients, "QUESTIONS", 4)
        patch.setattr(arc_padding, "QUESTIONS", 2)
        yield


def tiny(preset, **model):
    """A preset with few and small tasks, and a small network."""
    config = load_config(preset).config
    return replace(
        config,
        families=replace(config.families, sides=(3, 4), pairs=(2, 2)),
        tasks=replace(config.tasks, train=8, validation=2, test=6),
        model=replace(config.model, dim=16, heads=2, steps=2, **model),
    )


@pytest.fixture(scope="module")
def experiment():
    made = Arc(tiny("arc/lookup_cross_attention", solver_context=True))
    made.prepare()
    return made


@pytest.mark.parametrize("what", ["untrained", *PROBED])
def test_an_intervention_leaves_no_null_where_none_may_be(made, what):
    trials = made(what).trials
    assert trials.height
    for column in TRIAL_COLUMNS:
        assert not trials[column].null_count(), column


def test_the_untrained_network_keeps_its_attention_on_every_test_split(made, experiment):
    found = made("untrained")
    assert set(found.trials["split"]) == {each for each in experiment.splits if each.startswith("test/")}
    assert set(found.attention) == {
        f"solver{step}/{name}" for step in (1, 2) for name in ("entropy", "determining", "uniform")
    }


def test_attention_is_stored_for_every_row_and_stands_beside_uniform_attention(experiment, model):
    found = experiment.evaluate_split(model, "test/seen")
    mass, uniform, entropy = (
        found.attention[f"solver2/{name}"] for name in ("determining", "uniform", "entropy")
    )
    assert mass.shape == uniform.shape == entropy.shape == (found.trials.height,)
    assert ((mass > 0) & (mass < 1)).all()
    assert ((entropy > 0) & (entropy <= 1 + 1e-6)).all()
    for row, question in enumerate(experiment.questions("test/seen")):
        train = np.concatenate([pair.input.ravel() for pair in question.task.train])
        shares = [np.mean(train == colour) for colour in question.pair.input.ravel()]
        assert uniform[row] == pytest.approx(np.mean(shares), rel=1e-5)


def test_other_supports_are_those_of_the_next_task_of_the_family(experiment):
    asked = experiment.questions("test/seen")
    swapped = with_other_support(asked)
    supports = {}
    for own, other in zip(asked, swapped, strict=True):
        assert np.array_equal(own.pair.input, other.pair.input)
        assert own.task.name == other.task.name
        giver = next(each.task for each in asked if each.task.train is other.task.train)
        assert giver.family == own.task.family
        assert giver is not own.task
        supports[own.task.name] = giver.name
    assert len(set(supports.values())) == len(supports)


def test_intact_deletions_are_the_evaluation_and_closing_cells_changes_likelihoods(made, experiment, model):
    trials = made("deletion").trials
    assert set(trials["split"]) == {"test/seen", "test/swap"}
    counted = trials.group_by("which", "share", "draw").len()
    assert set(counted["len"]) == {8}
    assert counted.height == 1 + 2 * (1 + 1 + 2 + 2)
    intact = trials.filter(which="intact", split="test/seen")
    asked = experiment.questions("test/seen")[:4]
    with torch.no_grad():
        ((_, batch, output),) = experiment.outputs(model, asked)
    chances = output.logits.log_softmax(1)
    for row, question in enumerate(asked):
        canvas = batch.canvas[row]
        right = batch.answer[row][canvas]
        expected = chances[row][:, canvas].gather(0, right[None]).mean()
        assert intact["log_probability"][row] == pytest.approx(float(expected), abs=1e-4)
        same = np.array_equal(answers(output)[row], question.pair.output)
        assert intact["prediction"][row] == int(same)
    spread = trials.group_by("split", "item").agg(pl.col("log_probability").n_unique())
    assert (spread["log_probability"] > 4).all()


def test_padding_and_the_order_of_pairs_change_no_probability(made):
    trials = made("padding").trials
    assert trials.height == 4
    assert trials["change_padded"].max() < 1e-4
    assert trials["change_reordered"].max() < 1e-4
    assert trials["same_padded"].all()


def test_gradients_are_of_distinct_cells_and_their_shares_are_shares(made):
    trials = made("gradients").trials
    assert trials["item"].is_unique().all()
    assert trials.height == 4 * 4 * 2
    assert trials["gradient_share"].is_between(0, 1).all()
    assert trials["cell_share"].is_between(0.01, 1).all()


@pytest.fixture(scope="module")
def stored(made, experiment, model, tmp_path_factory):
    """The run of the network and its interventions on disk, as assays are given them."""
    root = tmp_path_factory.mktemp("run")
    evaluations = {"run": experiment.evaluate(model), **{what: made(what) for what in PROBED}}
    runs = {name: Run(root / name / "seed-0") for name in evaluations}
    for name, found in evaluations.items():
        runs[name].begin(CONFIG, {"data_hash": "tiny"})
        runs[name].write_evaluation(found.trials, found.states, found.attention)
    return runs


@pytest.mark.parametrize("assay", [FaithfulAttention(), GradientTruth(), Invariance(), SupportUse()])
def test_assays_read_what_interventions_leave(stored, assay):
    assert not assay.missing(stored["run"])
    found = assay.measure(stored["run"], {what: stored[what] for what in assay.controls})
    told = {each.measure for each in found.figures if np.isfinite(each.estimate.value)}
    assert told == {each.name for each in assay.measures}


@pytest.mark.parametrize(
    ("preset", "allowed"),
    [
        ("arc/lookup_cross_attention", ("untrained", *PROBED)),
        ("arc/lookup_film", ("untrained", "shuffled_support", "gradients", "padding")),
        ("arc/lookup_none", ("untrained", "padding")),
        ("arc/markers_coupled", ("untrained", "shuffled_support", "deletion", "padding")),
        ("arc/arc1", ("untrained", "shuffled_support", "deletion", "padding")),
        ("arc/copy", ()),
    ],
)
def test_only_what_can_be_taken_away_is_offered(preset, allowed):
    experiment = Arc(load_config(preset).config)
    assert interventions.possible(experiment) == allowed
    with pytest.raises(UsageError, match="no intervention here"):
        experiment.check_offered("frames_seen")


@pytest.mark.parametrize("what", ["shuffled_support", "gradients"])
def test_pooled_context_is_intervened_with_as_well(what):
    experiment = Arc(tiny("arc/lookup_film"))
    experiment.prepare()
    trials = experiment.intervene(experiment.model(), what).trials
    assert set(trials["split"]) == {"test/seen", "test/swap"}
