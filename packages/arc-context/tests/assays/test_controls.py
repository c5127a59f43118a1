"""Made-up interventions: other supports, gradients, anchors, padding."""

import numpy as np
import polars as pl
import pytest

from arc_context.assays import Anchors, GradientTruth, Invariance, SupportUse

FAMILIES = "families: {names: [colour_map, mirror], held_out: []}"
NETWORK = f"model: {{kind: rlan, context: film}}\n{FAMILIES}"


def test_what_another_support_costs_is_the_difference_over_the_same_outputs(outputs, stored):
    own, other = outputs(right=0.75), outputs(right=0.25)
    shuffled = other.sample(fraction=1, shuffle=True, seed=2)
    found = SupportUse().measure(stored(own), {"shuffled_support": stored(shuffled)})
    cell = {"split": "test/seen", "output": "exact_match"}
    effect = found.estimate("support_effect", **cell)
    assert effect.value == pytest.approx(0.5)
    assert effect.low > 0
    assert effect.null.p < 0.01
    assert found.estimate("with_other_support", **cell).value == pytest.approx(0.25)


def test_a_model_that_reads_no_support_loses_nothing(outputs, stored):
    run = stored(outputs())
    effect = (
        SupportUse()
        .measure(run, {"shuffled_support": run})
        .estimate("support_effect", split="test/seen", output="exact_match")
    )
    assert (effect.value, effect.low, effect.high) == (0.0, 0.0, 0.0)


def gradients(outputs, share, families=("colour_map",)):
    drawn = np.random.default_rng(0).normal(0, 0.05, 40)
    tables = [
        outputs(family=family).with_columns(gradient_share=pl.Series(share + drawn)) for family in families
    ]
    return pl.concat(tables).with_columns(cell_share=0.2)


def test_a_planted_share_of_the_gradient_is_found_beyond_that_of_cells(outputs, stored):
    table = gradients(outputs, 0.6)
    run = stored(table, config=NETWORK)
    found = GradientTruth().measure(run, {"gradients": run})
    cell = {"split": "test/seen", "family": "colour_map"}
    assert found.estimate("gradient_share", **cell).value == pytest.approx(table["gradient_share"].mean())
    assert found.estimate("gradient_excess", **cell).low > 0.3
    assert found.estimate("gradient_excess", **cell).null.p < 0.01
    assert [each.name for each in GradientTruth().draw({"film": [found]})] == ["gradient-truth"]


def test_cells_that_no_gradient_reaches_are_counted(outputs, stored):
    table = gradients(outputs, 0.6).with_columns(
        gradient_share=pl.when(pl.int_range(pl.len()) < 5).then(np.nan).otherwise("gradient_share")
    )
    run = stored(table, config=NETWORK)
    found = GradientTruth().measure(run, {"gradients": run})
    assert found.notes == ("test/seen, colour_map: no gradient reaches the support in 5 of 40 cells",)


@pytest.mark.parametrize(
    ("config", "asked"),
    [
        (NETWORK, True),
        (f"model: {{kind: rlan, context: none}}\n{FAMILIES}", False),
        (f"model: {{kind: puzzle_embedding, context: cross_attention}}\n{FAMILIES}", False),
        (f"model: {{kind: copy}}\n{FAMILIES}", False),
        (f"{NETWORK}\ntasks: {{source: 'arc1:training'}}", False),
        ("model: {kind: rlan, context: film}\nfamilies: {names: [mirror], held_out: [gravity]}", False),
    ],
)
def test_gradients_are_asked_of_networks_that_read_a_support_of_which_something_is_known(
    outputs, stored, config, asked
):
    assert (GradientTruth().missing(stored(outputs(), config=config)) == "") == asked


def test_anchors_on_the_marker_are_counted_beside_those_drawn_at_random(outputs, stored):
    rng = np.random.default_rng(0)
    marker = (rng.permutation(40) < 36).astype(float)
    kept = {
        "anchors/marker": np.concatenate([marker, np.full(40, np.nan)]),
        "anchors/first": np.concatenate([marker * (np.arange(40) % 2), np.full(40, np.nan)]),
        "anchors/chance": np.full(80, 0.1),
    }
    run = stored(pl.concat([outputs(family="copy_to_marker"), outputs(family="gravity")]), kept)
    found = Anchors().measure(run, {})
    cell = {"split": "test/seen", "family": "copy_to_marker"}
    assert found.estimate("on_marker", **cell).value == pytest.approx(0.9)
    assert found.estimate("first_on_marker", **cell).value == pytest.approx(
        (marker * (np.arange(40) % 2)).mean()
    )
    assert found.estimate("on_marker_excess", **cell).value == pytest.approx(0.8)
    assert found.notes == ("40 test inputs have no marker",)
    assert Anchors().missing(stored(outputs())) == "it chose no anchors"


def test_the_largest_change_and_the_share_of_other_answers_are_told(outputs, stored):
    change = np.r_[np.zeros(39), 2e-3]
    table = outputs().with_columns(
        change_padded=pl.Series(change),
        change_reordered=0.0,
        same_padded=pl.Series(change == 0),
        same_reordered=True,
    )
    run = stored(table, config=NETWORK)
    found = Invariance().measure(run, {"padding": run})
    by = {"split": "test/seen", "by": "padding"}
    assert found.estimate("largest_change", **by).value == pytest.approx(2e-3)
    assert found.estimate("answers_changed", **by).value == pytest.approx(1 / 40)
    assert found.estimate("largest_change", split="test/seen", by="order").value == 0.0
