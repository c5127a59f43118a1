"""Made-up deletions, in which the output rests on the attended edges or does not."""

import numpy as np
import polars as pl
import pytest

from graph_attention.assays.faithfulness import FaithfulAttention

SHARES, DRAWS, MEDIA = (0.25, 0.5), 3, 12
ASSAY = FaithfulAttention()


def restricted(r2):
    """Rows as the experiment stores them; `r2` gives what is left of the fluxes."""
    rng, item = np.random.default_rng(0), np.arange(MEDIA)
    rows = pl.DataFrame({"split": "test/nutrient", "item": item.astype(str), "group": item // 2, "step": 0})
    rows = rows.with_columns(target=pl.lit(0.5), prediction=pl.lit(0.5), score=pl.lit(0.0))
    asked = [("intact", 0.0, 0)] + [(which, share, 0) for which in ("top", "keep") for share in SHARES]
    asked += [(w, s, draw) for w in ("random", "keep_random") for s in SHARES for draw in range(DRAWS)]
    parts = []
    for which, share, draw in asked:
        left = r2(which, share) + rng.normal(0, 0.01, MEDIA)
        told = {"which": pl.lit(which), "share": pl.lit(share), "draw": pl.lit(draw)}
        split = pl.Series(np.where(item < 10, 1 - left, np.nan)).fill_nan(None)
        figures = {
            "flux_r2": pl.Series(left),
            "growth_error": pl.Series(1 - left),
            "split_tv_dependent": split,
        }
        parts.append(rows.with_columns(**told, **figures))
    return pl.concat(parts).sample(fraction=1, shuffle=True, seed=1)


@pytest.fixture(scope="module")
def measured(stored):
    def found(r2):
        run = stored(restricted(r2))
        return ASSAY.measure(run, {"deletion": run})

    return found


LEFT = {"intact": 0.9, "top": 0.5, "random": 0.7, "keep": 0.8, "keep_random": 0.5}


@pytest.mark.parametrize("output", ["flux", "growth", "split"])
@pytest.mark.parametrize("share", SHARES)
def test_what_rests_on_the_attended_edges_is_found_in_either_output(measured, output, share):
    found = measured(lambda which, share: LEFT[which])
    deletion = found.estimate("deletion_effect", output=output, share=share)
    assert deletion.value == pytest.approx(0.2, abs=0.02)
    assert deletion.low > 0
    assert deletion.n == (5 if output == "split" else MEDIA // 2)
    assert deletion.null.p == pytest.approx(2 / 2**deletion.n)
    keeping = found.estimate("keeping_effect", output=output, share=share)
    assert keeping.value == pytest.approx(0.3, abs=0.02)


def test_attention_to_what_does_not_matter_has_no_effect(measured):
    found = measured(lambda which, share: 0.8 - 0.3 * share)
    for measure in ("deletion_effect", "keeping_effect"):
        assert all(abs(each.estimate.value) < 0.02 for each in found.of(measure))


def test_attention_to_the_wrong_edges_is_below_zero(measured):
    found = measured(lambda which, share: {**LEFT, "top": 0.85, "random": 0.6}[which])
    assert found.estimate("deletion_effect", output="flux", share=0.5).high < 0


def test_curves_are_kept_and_drawn_of_each_output(measured):
    found = measured(lambda which, share: 0.8 - (0.4 if which == "top" else 0.1) * share)
    np.testing.assert_allclose(found.arrays["flux/top"][:, 0], [0.7, 0.6], atol=0.02)
    assert found.notes == (
        "faithfulness: 12 media that grow, 3 draws of random edges",
        "faithfulness of split: 2 of 12 media left out, where there is no split_tv_dependent",
    )
    drawn = list(ASSAY.draw({"baseline": [], "looking": [found]}))
    assert [each.name for each in drawn] == [
        f"faithfulness-{each}-looking" for each in ("flux", "growth", "split")
    ]
