import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis import Measure
from searchlight.ablation import Ablation, base_point
from searchlight.jobs import train_all
from searchlight.sweeping import show_sweep

ACCURACY = Measure("accuracy", chance=0.5, bounds=(0.0, 1.0))
GRID = [
    {"model.kind": kind, "model.dropout": dropout} for kind in ("gru", "lstm", "rnn") for dropout in (0, 0.1)
]


def planted(effects: dict, seeds: int = 5) -> list[pl.DataFrame]:
    """Figures of each point: what was planted for its levels, and noise of half a point."""
    rng = np.random.default_rng(0)
    return [
        pl.DataFrame(
            {
                "seed": range(seeds),
                "value": 0.7
                + sum(effects.get(level, 0.0) for level in each.values())
                + rng.normal(0, 0.005, seeds),
            }
        )
        for each in GRID
    ]


def test_the_base_is_the_point_with_the_configuration_s_own_values():
    assert base_point(GRID, {"model": {"kind": "lstm", "dropout": 0.1, "hidden": 3}}) == 3
    assert base_point(GRID, {"model": {"kind": "lstm", "dropout": 0.0}}) == 2
    assert base_point(GRID, {"model": {"kind": "other", "dropout": 0.0}}) == 0


def test_a_planted_effect_is_found_at_its_level_and_at_no_other():
    ablation = Ablation(ACCURACY, GRID, planted({"rnn": -0.1}), base=2)
    kinds = ablation.marginal("model.kind")
    assert kinds.baseline == "model.kind=lstm"
    assert kinds.result("model.kind=rnn").verdict == "worse"
    assert kinds.result("model.kind=gru").verdict == "no detectable difference"
    assert (
        ablation.marginal("model.dropout").result("model.dropout=0.1").verdict == "no detectable difference"
    )


def test_differences_are_paired_by_seed_against_the_base():
    values = planted({"rnn": -0.1})
    found = Ablation(ACCURACY, GRID, values, base=2).differences()
    expected = stats.ttest_rel(values[5]["value"], values[2]["value"])
    gap = found.result("model.kind=rnn model.dropout=0.1").difference
    assert gap.p == pytest.approx(expected.pvalue)
    assert gap.estimate.value == pytest.approx((values[5]["value"] - values[2]["value"]).mean())


def test_a_mean_over_the_other_settings_needs_all_points():
    whole = Ablation(ACCURACY, GRID, planted({}))
    part = Ablation(ACCURACY, GRID[:-1], planted({})[:-1])
    assert (whole.is_complete, part.is_complete) == (True, False)
    assert whole.two_way() == ("model.kind", "model.dropout")
    assert part.point(**GRID[-1]) is None
    assert Ablation(ACCURACY, GRID[:2], planted({})[:2]).two_way() is None


def test_a_sweep_shows_differences_marginal_effects_and_the_table_of_two_settings(line, tmp_path, capsys):
    points = [
        {"noise": 0.0, "training.learning_rate": r, "dropout": d} for r in (1e-5, 0.3) for d in (0.0, 0.5)
    ]
    arms = [
        line(f"line/{i}", dropout=each["dropout"], training={"learning_rate": each["training.learning_rate"]})
        for i, each in enumerate(points)
    ]
    runs = [train_all([(arm, seed) for seed in range(3)], tmp_path, jobs_at_once=1) for arm in arms]
    show_sweep("line", points, runs, as_json=False)
    shown = capsys.readouterr().out
    assert "difference from base" in shown
    assert "training.learning_rate, mean over the other settings, on validation data" in shown
    assert "validation accuracy, training.learning_rate by dropout" in shown
    show_sweep("line", points, [group[:1] for group in runs], as_json=False)
    assert "differences have no interval with one seed" in capsys.readouterr().out
