"""Made-up attention on the support cells that settle a test cell, or on any."""

import numpy as np
import polars as pl
import pytest

from arc_context.assays import LookupTruth

ROWS = 40


def attention(mass, uniform=0.1, spread=0.05, seed=0):
    """Two layers; only the last has planted mass."""
    drawn = np.random.default_rng(seed).normal(0, spread, ROWS)
    level = np.full(ROWS, uniform)
    return {
        "solver1/determining": np.clip(level + drawn, 0, 1),
        "solver10/determining": np.clip(mass + drawn, 0, 1),
        **{f"solver{layer}/uniform": level for layer in (1, 10)},
        **{f"solver{layer}/entropy": np.full(ROWS, 1 / layer) for layer in (1, 10)},
    }


def test_planted_mass_is_found_in_the_layer_nearest_the_answer(outputs, stored):
    kept = attention(0.8)
    found = LookupTruth().measure(stored(outputs(), kept), {})
    last = {"split": "test/seen", "layer": "last", "family": "colour_map"}
    assert found.estimate("determining_mass", **last).value == pytest.approx(
        kept["solver10/determining"].mean()
    )
    assert found.estimate("uniform_mass", **last).value == pytest.approx(0.1)
    excess = found.estimate("determining_excess", **last)
    assert excess.value == pytest.approx(kept["solver10/determining"].mean() - 0.1)
    assert excess.low > 0.6
    assert excess.null.p < 0.01
    assert found.estimate("attention_entropy", split="test/seen", layer="last").value == pytest.approx(0.1)


def test_uniform_attention_has_no_excess(outputs, stored):
    found = LookupTruth().measure(stored(outputs(), attention(0.8)), {})
    excess = found.estimate("determining_excess", split="test/seen", layer="solver1", family="colour_map")
    assert abs(excess.value) < 0.03
    assert excess.low < 0 < excess.high
    assert excess.null.p > 0.05


def test_families_that_say_of_no_cell_what_settles_it_are_counted(outputs, stored):
    table = pl.concat([outputs(), outputs(family="gravity"), outputs(family="")])
    kept = {
        name: np.concatenate([each, *([np.full(ROWS, np.nan) if "entropy" not in name else each] * 2)])
        for name, each in attention(0.8).items()
    }
    found = LookupTruth().measure(stored(table, kept), {})
    assert {each.cell.get("family") for each in found.of("determining_mass")} == {"colour_map"}
    assert found.notes == (
        "no cells settle a test cell by themselves: gravity (40 test outputs), tasks that were read (40 test outputs)",
    )


def test_a_run_without_attention_is_not_asked(outputs, stored):
    assert LookupTruth().missing(stored(outputs())) == "it kept no attention"


def test_mass_is_drawn_beside_uniform_attention(outputs, stored):
    found = LookupTruth().measure(stored(outputs(), attention(0.8)), {})
    drawn = list(LookupTruth().draw({"film": [], "cross_attention": [found, found]}))
    assert [each.name for each in drawn] == ["lookup-truth"]
    shown = [
        line.get_xdata()[0] for line in drawn[0].figure.axes[0].lines if line.get_marker() not in ("", "None")
    ]
    assert any(value == pytest.approx(0.1) for value in shown)


def test_a_look_that_is_the_only_one_is_the_first(outputs, stored):
    kept = {name: each for name, each in attention(0.8).items() if name.startswith("solver1/")}
    found = LookupTruth().measure(stored(outputs(), kept), {})
    assert {each.cell["layer"] for each in found.figures} == {"solver1"}
