"""Made-up pairs of media: scores that tell where flux differs, that know degree or the reaction alone, or nothing."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from graph_attention.assays.comparison import FEWEST, Comparisons, within

ASSAY = Comparisons(permutations=199)
PAIRS, REACTIONS = 12, 160
RNG = np.random.default_rng(5)
DEGREE = RNG.integers(2, 6, REACTIONS)
PATHWAY = RNG.choice(["a", "b"], REACTIONS)
OFTEN = RNG.uniform(0.1, 0.9, REACTIONS) * (DEGREE / 5)
DIFFERS = RNG.random((PAIRS, REACTIONS)) < OFTEN
SCORES = {
    "attention": DIFFERS * 1.0 + RNG.normal(0, 0.7, DIFFERS.shape),
    "against": -1.0 * DIFFERS + RNG.normal(0, 0.7, DIFFERS.shape),
    "degree": np.broadcast_to(DEGREE.astype(float), DIFFERS.shape),
    "usual": np.broadcast_to(OFTEN, DIFFERS.shape),
    "random": RNG.random(DIFFERS.shape),
}


def rows(split, differs):
    return pl.concat(
        pl.DataFrame(
            {
                "step": np.arange(REACTIONS) + 50,
                "node": [f"r{number}" for number in range(REACTIONS)],
                "kind": "reaction",
                "degree": DEGREE,
                "subsystem": PATHWAY,
                "truth/differs": differs[pair].astype(float),
                **{f"score/{name}": each[pair] for name, each in SCORES.items()},
            }
        ).with_columns(
            split=pl.lit(split),
            item=pl.lit(f"pair {pair:02d}"),
            group=pl.lit(f"source {pair % 4}"),
            target=pl.lit(0.0),
            prediction=pl.lit(0.0),
            score=pl.lit(0.0),
        )
        for pair in range(PAIRS)
    )


@pytest.fixture(scope="module")
def found(stored):
    run = stored(rows("test/nutrient", DIFFERS))
    return ASSAY.measure(run, {"comparison": run})


def of(found, measure, score):
    return found.estimate(measure, split="test/nutrient", score=score)


def test_what_tells_where_flux_differs_is_told_from_degree_and_noise(found):
    assert of(found, "comparison_auroc", "attention").null.p == pytest.approx(1 / 200)
    assert of(found, "comparison_excess", "attention").low > 0.2
    assert of(found, "comparison_auroc", "degree").value > 0.6
    assert of(found, "comparison_excess", "degree").value == pytest.approx(0, abs=1e-9)
    noise = of(found, "comparison_excess", "random")
    assert noise.low < 0 < noise.high


def test_attention_that_is_lower_where_flux_differs_does_not_find_it(found):
    assert of(found, "comparison_excess", "against").high < 0
    assert of(found, "comparison_auroc", "against").null.p == 1.0


def test_the_area_is_the_mean_of_scikit_learns_over_pairs(found):
    expected = np.mean([roc_auc_score(*pair) for pair in zip(DIFFERS, SCORES["attention"], strict=True)])
    assert of(found, "comparison_auroc", "attention").value == pytest.approx(expected)


def test_what_knows_a_reaction_alone_tells_nothing_within_it(found):
    assert of(found, "comparison_excess", "usual").low > 0
    assert of(found, "comparison_within", "usual").value == pytest.approx(0.5)
    assert of(found, "comparison_within", "attention").value > 0.75


def test_the_area_within_reactions_is_scikit_learns_where_enough_pairs_differ():
    more = DIFFERS.sum(0)
    enough = np.flatnonzero((more >= FEWEST) & (PAIRS - more >= FEWEST))
    expected = np.mean([roc_auc_score(DIFFERS[:, r], SCORES["attention"][:, r]) for r in enough])
    estimate = within(SCORES["attention"], DIFFERS)
    assert (estimate.value, estimate.n) == (pytest.approx(expected), len(enough))


def test_where_no_flux_differs_there_is_no_area(stored):
    run = stored(rows("test/nutrient", np.zeros_like(DIFFERS)))
    none = ASSAY.measure(run, {"comparison": run})
    assert "all nodes are of differing flux, or none" in of(none, "comparison_auroc", "attention").how
    assert "no reaction differs" in of(none, "comparison_within", "attention").how
    assert none.notes == (
        f"test/nutrient: the flux of 0 to 0 of {REACTIONS} reactions differs, in {PAIRS} pairs of media",
    )


def test_a_figure_is_drawn_of_each_split(found):
    drawn = list(ASSAY.draw({"arm": [found, found]}))
    assert [each.name for each in drawn] == ["comparison-test-nutrient"]
