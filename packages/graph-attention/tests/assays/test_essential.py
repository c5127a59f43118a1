"""Attributions that find essential nodes, against scikit-learn's AUROC and a null of equal degree."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from graph_attention.assays.essential import LOST, Essential

ASSAY = Essential(permutations=199)
SPLIT = "test/nutrient"


@pytest.fixture(scope="module")
def table(made_up):
    return made_up().table(SPLIT)


@pytest.fixture(scope="module")
def found(table, stored):
    run = stored(table)
    return ASSAY.measure(run, {"explanation": run})


def of(found, measure, kind, score):
    return found.estimate(measure, split=SPLIT, kind=kind, score=score)


@pytest.mark.parametrize("score", ["inflow", "degree", "random"])
@pytest.mark.parametrize("kind", ["reaction", "metabolite"])
def test_the_area_is_that_of_scikit_learn(found, table, kind, score):
    truth = f"truth/{kind}_deletion"
    each = [
        roc_auc_score(part[truth] > LOST, part[f"score/{score}"])
        for _, part in table.filter(pl.col(truth).is_not_null()).group_by("item", maintain_order=True)
    ]
    assert of(found, "essential_auroc", kind, score).value == pytest.approx(np.mean(each))


@pytest.mark.parametrize("kind", ["reaction", "metabolite"])
def test_what_finds_essential_nodes_is_told_from_what_knows_degree(found, kind):
    assert of(found, "essential_excess", kind, "inflow").low > 0
    assert of(found, "essential_auroc", kind, "inflow").null.p == pytest.approx(1 / 200)
    assert of(found, "essential_auroc", kind, "degree").value > 0.6
    assert of(found, "essential_auroc", kind, "degree").null.p == 1.0
    assert of(found, "essential_excess", kind, "degree").value == pytest.approx(0, abs=1e-9)
    assert of(found, "essential_auroc", kind, "random").null.p > 0.01


def test_where_nothing_is_essential_there_is_no_area(table, stored):
    run = stored(table.with_columns(pl.col("truth/reaction_deletion") * 0.5))
    found = ASSAY.measure(run, {"explanation": run})
    assert "all nodes are essential, or none" in of(found, "essential_auroc", "reaction", "inflow").how
    assert any(note.startswith(f"{SPLIT}: 0 to 0 of 140 reactions") for note in found.notes)
    assert np.isfinite(of(found, "essential_auroc", "metabolite", "inflow").value)


def test_figures_are_drawn_by_kind_of_node(found):
    assert [each.name for each in ASSAY.draw({"arm": [found]})] == [
        "essential-reaction",
        "essential-metabolite",
    ]
