"""Metabolic networks from labels to report: shapes at every joint, gradients everywhere, the whole way once, tiny."""

import json

import numpy as np
import pytest
import torch

from analysis import find_runs
from graph_attention import MetabolicError
from graph_attention.configuration import KINDS
from searchlight.cli import main
from searchlight.configuration import with_settings
from searchlight.errors import UsageError
from searchlight.experiments.joining import join
from searchlight.experiments.metabolism import EVALUATED, TRAIN
from searchlight.training import fit

PRESET = "metabolism/demo_quick"
TINY = {
    "media.count": 120,
    "model.dim": 8,
    "model.draft_steps": 3,
    "model.projection_steps": 4,
    "training.epochs": 2,
}


@pytest.fixture(scope="module")
def attention(experiment):
    return experiment()


def test_the_joints_fit(attention):
    reactions, metabolites = 95, 72
    assert attention.graph.stoichiometry.shape == (metabolites, reactions)
    batch = next(iter(attention.draw(0)))
    exchanges, edges = len(attention.graph.exchanges), attention.producers.shape[1]
    assert batch["uptake"].shape == (16, exchanges)
    assert batch["flux"].shape == (16, reactions)
    assert batch["split"].shape == (16, edges)
    output = attention.arm().model(batch["uptake"])
    assert output.growth.shape == output.logits.shape == (16,)
    assert output.flux.shape == (16, reactions)
    assert output.splits.producers.attention.weights.shape == (16, edges, 1)
    assert [each.shape for each in output.attention] == [(16, 2, 167, 167)] * 2


def test_an_evaluation_has_one_row_per_medium_and_flux_that_keeps_mass(attention):
    evaluation = attention.evaluate(attention.arm().model)
    rows = sum(len(attention.splits[split]) for split in EVALUATED)
    assert evaluation.trials.height == rows
    assert evaluation.states["flux/predicted"].shape == (rows, 95)
    assert evaluation.attention["layer1/inflow"].shape == (rows, 167)
    np.testing.assert_allclose(evaluation.attention["layer1/inflow"].sum(1, dtype=float), 167, rtol=1e-2)
    assert (evaluation.attention["layer2/entropy"] <= 1 + 1e-3).all()
    flux = evaluation.states["flux/predicted"].astype(float).T
    left, turned = abs(attention.graph.stoichiometry @ flux), abs(attention.graph.stoichiometry) @ abs(flux)
    assert (left.sum(0) <= 1e-3 * turned.sum(0)).all()
    assert evaluation.trials["imbalance"].max() <= 1e-3


def test_what_a_run_learns_from_is_told_with_the_media_that_are_infeasible(attention):
    names, told = attention.dataset.infeasible, attention.describe(attention.arm().model)
    assert f"infeasible    {len(names)}: {names[0]}" in told


def test_what_is_held_out_is_never_trained_on(attention):
    trained = {int(row) for epoch in range(3) for batch in attention.draw(epoch) for row in batch["ids"]}
    assert trained <= set(attention.splits[TRAIN].tolist())
    shown = {source for row in trained for source in attention.dataset.media[row].sources()}
    for split in ("validation/nutrient", "test/nutrient"):
        for row in attention.splits[split]:
            assert set(attention.dataset.media[row].sources()) - shown


def test_a_model_without_layers_goes_the_whole_way_and_is_asked_nothing_of_edges(
    tmp_path, capsys, monkeypatch, flags
):
    monkeypatch.chdir(tmp_path)
    main(["train", PRESET, *flags, "--model.layers", "0", "--jobs", "1"])
    (run,) = find_runs(tmp_path / "runs")
    assert not run.attention()
    main(["evaluate", str(run.path)])
    main(["inspect", str(run.path)])
    assert "model.layers is 0" in capsys.readouterr().out
    main(["report", str(run.path), "--assay", "faithfulness", "--jobs", "1"])
    assert "no faithfulness, for it kept no attention" in capsys.readouterr().out


@pytest.mark.parametrize("solver", ["optimise", "project"])
@pytest.mark.parametrize("weighting", ["fixed", "uncertainty"])
def test_every_parameter_gets_a_gradient(solver, weighting, experiment, assert_gradients):
    arm = experiment(model__solver=solver, loss__weighting=weighting).arm()
    assert_gradients(arm)


def test_training_lowers_the_loss(attention):
    arm = attention.arm()
    settings = with_settings(attention.config, {"training.epochs": 4}, "test").training
    recorder = fit(arm.model, arm.loss, arm.batches, settings)
    assert recorder.epochs[-1]["train_loss"] < recorder.epochs[0]["train_loss"]


@pytest.mark.parametrize("unlearned", [(), ("split",), ("flux", "split")])
def test_the_epoch_is_chosen_by_every_task_that_is_learned(unlearned, experiment):
    told = experiment(**{f"loss__{task}": 0.0 for task in unlearned})
    found = told.validate(told.model().eval())
    parts = {"growth": found["growth_q2"], "flux": found["flux_r2"], "split": 1 - found["split_tv"]}
    expected = np.mean([value for task, value in parts.items() if task not in unlearned])
    assert next(iter(found)) == "selection"
    assert found["selection"] == pytest.approx(expected)


def test_seeds_share_media_and_differ_in_weights_and_order(attention, experiment):
    other = experiment(seed=1)
    assert attention.data_hash() == other.data_hash()
    first, second = (next(iter(each.draw(0)))["ids"] for each in (attention, other))
    assert not torch.equal(first, second)
    weights = [torch.nn.utils.parameters_to_vector(each.model().parameters()) for each in (attention, other)]
    assert not torch.equal(*weights)


def test_an_epoch_is_drawn_the_same_whenever_it_is_asked_for(attention):
    first, again, other = (next(iter(attention.draw(epoch)))["ids"] for epoch in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("transformer", "gaussian_process")])
def test_every_baseline_says_at_least_how_fast_cells_grow(kind, experiment):
    found = experiment(model__kind=kind)
    evaluation = found.evaluate(found.arm().restored(lambda model: None))
    assert evaluation.trials["prediction"].is_finite().all()
    assert not evaluation.attention
    values = found.values(evaluation.trials, found.measures[0], ())
    assert set(values["split"]) == set(EVALUATED)
    if kind == "fba":
        assert values["value"].min() > 1 - 1e-6
    if kind == "mean":
        assert values["value"].to_numpy() == pytest.approx(0)


def test_the_untrained_control_is_the_model_of_the_seed_before_training(attention):
    untrained = attention.intervene(attention.arm().model, "untrained")
    again = join([attention.evaluate_split(attention.model(), s) for s in EVALUATED if s.startswith("test/")])
    assert sorted(untrained.trials["prediction"]) == pytest.approx(sorted(again.trials["prediction"]))
    with pytest.raises(UsageError, match="is no intervention here"):
        attention.intervene(attention.arm().model, "shuffled_task")


def test_measured_growth_is_learned_alone(tmp_path, experiment):
    rows = ["glc__D_e,ac_e,succ_e,growth"]
    rows += [
        f"{glucose},{acetate},{succinate},{0.08 * glucose + 0.02 * acetate + 0.04 * succinate:.3f}"
        for glucose in (0, 4, 8)
        for acetate in (0, 5, 10)
        for succinate in (0, 3, 6)
        if glucose + acetate + succinate
    ]
    table = tmp_path / "growth.csv"
    table.write_text("\n".join(rows))
    found = experiment(media__growth_table=str(table), media__held_out=0.3)
    arm = found.arm()
    arm.loss(arm.model, next(iter(arm.batches.draw(0)))).backward()
    evaluation = found.evaluate(arm.model)
    assert "flux/target" not in evaluation.states
    assert evaluation.trials["flux_r2"].null_count() == evaluation.trials.height
    assert found.values(evaluation.trials, found.measures[0], ()).height
    table.write_text("glc__D_e,growth\n10,-1")
    with pytest.raises(MetabolicError, match="row 1, column growth"):
        experiment(media__growth_table=str(table)).prepare()


def test_a_table_too_small_for_a_baseline_is_refused_before_it_is_fitted(tmp_path, experiment):
    table = tmp_path / "growth.csv"
    table.write_text("glc__D_e,ac_e,succ_e,growth\n4,0,0,0.3\n0,5,0,0.1\n0,0,3,0.2\n")
    few = {"media__growth_table": str(table), "media__held_out": 0.3}
    with pytest.raises(MetabolicError, match=r"knn needs 5 media .* got 1 of the 3 with 3 sources"):
        experiment(model__kind="knn", **few).prepare()
    mean = experiment(model__kind="mean", **few)
    mean.prepare()
    assert mean.describe(mean.baseline()).endswith("; none in validation/medium, test/medium")


def test_the_whole_way(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    for kind in ("ridge", "gradient_boosting", "transformer"):
        main(["train", PRESET, *flags, "--model.kind", kind, "--seeds", "0..1", "--jobs", "1"])
    shown = capsys.readouterr().out
    assert "every seed gives the same figures" in shown
    assert "growth_q2 (chance 0)" in shown
    assert shown.count("kept: the weights after epoch") == 1
    assert "best by the mean of growth_q2, flux_r2 and 1 - split_tv" in shown
    arms = {run.config()["model"]["kind"]: run.path.parent for run in find_runs(tmp_path / "runs")}
    folders = [str(arms[kind]) for kind in ("ridge", "gradient_boosting", "transformer")]
    main(["compare", *folders, "--assay", "costs", "--assay", "attention", "--jobs", "1", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert set(document["splits"]) == {"test/medium", "test/nutrient"}
    assert document["assays"]["costs"]["measures"]
    assert any("fits itself" in note for note in document["notes"])
    main(["evaluate", str(arms["transformer"]), "--by", "aerobic"])
    assert "aerobic=False" in capsys.readouterr().out
    main(["report", str(arms["transformer"] / "seed-0"), "--assay", "performance", "--jobs", "1"])
    assert (arms["transformer"] / "seed-0" / "report.html").stat().st_size > 10_000
    main(["runs"])
    assert "model.kind ridge" in capsys.readouterr().out


@pytest.mark.slow
def test_a_trained_model_is_looked_at(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    main(["train", PRESET, *flags, "--jobs", "1"])
    (run,) = find_runs(tmp_path / "runs")
    main(["inspect", str(run.path), "--medium", "acetate"])
    assert list(run.path.glob("inspection*.html"))


@pytest.mark.slow
def test_the_quick_demo_ends_with_verdicts_and_a_page(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["demo", "metabolism", "--quick"])
    shown = capsys.readouterr().out
    assert "growth by FBA" in shown
    assert "what training adds" in shown
    assert (tmp_path / "runs/comparisons/metabolism_demo_quick/report.html").stat().st_size > 50_000


def test_a_sweep_chooses_by_held_out_nutrients(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    grid = ["--grid", "baseline.penalty=0.01,100"]
    main(["sweep", PRESET, *flags, "--model.kind", "ridge", *grid, "--jobs", "1"])
    shown = capsys.readouterr().out
    assert "validation nutrient growth_q2" in shown
    assert "baseline.penalty=0.01" in shown


def test_a_baseline_has_nothing_to_inspect(tmp_path, capsys, monkeypatch, flags):
    monkeypatch.chdir(tmp_path)
    main(["train", PRESET, *flags, "--model.kind", "mean", "--jobs", "1"])
    (run,) = find_runs(tmp_path / "runs")
    with pytest.raises(SystemExit) as stopped:
        main(["inspect", str(run.path)])
    assert stopped.value.code == 2


@pytest.mark.gpu
def test_a_gpu_gives_the_answers_of_the_cpu(experiment):
    arm = experiment().arm()
    batch = next(iter(arm.batches.draw(0)))
    expected = arm.model.eval()(batch["uptake"])
    found = arm.model.cuda()(batch["uptake"].cuda())
    torch.testing.assert_close(found.growth.cpu(), expected.growth, atol=1e-3, rtol=1e-3)
    settings = experiment().config.training
    recorder = fit(arm.model, arm.loss, arm.batches, settings, validate=arm.validate)
    assert len(recorder.epochs) == settings.epochs
