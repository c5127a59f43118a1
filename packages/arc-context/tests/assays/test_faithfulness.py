"""Made-up deletions, in which answers rest on the attended support cells or do not."""

import numpy as np
import polars as pl
import pytest

from arc_context.assays import FaithfulAttention

ASSAY = FaithfulAttention()
SHARES, DRAWS, ITEMS = (0.05, 0.5), 3, 24
LEFT = {"intact": -0.1, "top": -1.1, "random": -0.4, "keep": -0.2, "keep_random": -0.9}
RIGHT = {"intact": 1, "top": 0, "random": 1, "keep": 1, "keep_random": 0}


def restricted(left=LEFT, right=RIGHT, spread=0.02):
    """Rows as the experiment stores them: two outputs of each task."""
    rng, rows = np.random.default_rng(0), []
    asked = [("intact", 0.0, 0)] + [(which, share, 0) for which in ("top", "keep") for share in SHARES]
    asked += [(w, s, d) for w in ("random", "keep_random") for s in SHARES for d in range(DRAWS)]
    for which, share, draw in asked:
        for item in range(ITEMS):
            told = left[which] * (1 + (share > 0.1) * (which == "top")) + rng.normal(0, spread)
            rows.append((f"task-{item // 2}", f"task-{item // 2}/{item % 2}", which, share, draw, told))
    table = pl.DataFrame(
        rows, schema=["group", "item", "which", "share", "draw", "log_probability"], orient="row"
    )
    return table.with_columns(
        split=pl.lit("test/seen"),
        family=pl.when(pl.col("group").str.ends_with("0")).then(pl.lit("fill")).otherwise(pl.lit("")),
        step=pl.lit(0),
        target=pl.lit(1),
        score=pl.lit(1.0),
        prediction=pl.col("which").replace_strict(right),
    ).sample(fraction=1, shuffle=True, seed=1)


@pytest.fixture(scope="module")
def planted(stored):
    run = stored(restricted())
    return ASSAY.measure(run, {"deletion": run})


CELL = {"split": "test/seen", "output": "log_probability"}


def test_a_planted_effect_is_found_at_each_share_and_over_all(planted):
    for share, expected in ((0.05, 0.7), (0.5, 1.8)):
        found = planted.estimate("deletion_effect", **CELL, share=share)
        assert found.value == pytest.approx(expected, abs=0.03)
        assert found.n == ITEMS // 2
        assert found.null.p < 0.01
        assert planted.estimate("keeping_effect", **CELL, share=share).value == pytest.approx(0.7, abs=0.03)
    assert planted.estimate("deletion_area", **CELL).value == pytest.approx((0.7 + 1.8) / 2, abs=0.03)
    assert planted.estimate("deletion_drop", **CELL).value == pytest.approx((1.0 + 2.1) / 2, abs=0.03)
    exact = planted.estimate("deletion_effect", split="test/seen", output="exact_match", share=0.05)
    assert exact.value == 1.0
    left = {"which": "random", "share": 0.5}
    assert planted.estimate("left", **CELL, **left).value == pytest.approx(LEFT["random"], abs=0.03)


def test_each_family_has_an_area_of_its_own(planted):
    found = planted.estimate("deletion_area_by_family", **CELL, family="fill")
    assert found.value == pytest.approx((0.7 + 1.8) / 2, abs=0.05)
    assert found.n == sum(str(task).endswith("0") for task in range(ITEMS // 2))
    assert {each.cell["family"] for each in planted.of("deletion_area_by_family")} == {"fill"}


def test_where_nothing_depends_on_what_is_closed_no_effect_is_found(stored):
    run = stored(restricted(dict.fromkeys(LEFT, 0.0), dict.fromkeys(RIGHT, 1), spread=0.1))
    found = ASSAY.measure(run, {"deletion": run})
    for measure in ("deletion_effect", "keeping_effect"):
        effects = [each.estimate for each in found.of(measure)]
        assert len(effects) == 4
        assert all(each.low <= 0 <= each.high for each in effects)
    assert found.notes == ("test/seen: 24 test outputs, 3 draws of random support cells",)


def test_only_attention_to_the_support_is_asked(stored):
    run = stored(restricted(), {"anchors/marker": np.zeros(restricted().height)})
    assert ASSAY.missing(run) == "it attends to no support cells"


def test_curves_are_drawn_of_each_arm_and_output(planted):
    drawn = [each.name for each in ASSAY.draw({"film": [], "one": [planted], "more": [planted, planted]})]
    assert drawn == [
        f"faithfulness-{output}-{arm}-seen"
        for arm in ("one", "more")
        for output in ("exact_match", "log_probability")
    ]
